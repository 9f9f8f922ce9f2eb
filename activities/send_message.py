"""SMS, e-mails, letters and offers: rendered for the party, sent once, told to the journal."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple, cast

from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities.attempt_frame import Effects, clock
from activities.send_once import send_once
from activities.vendors.delivery_routes import country_of
from activities.vendors.vendor import Message
from models.decisions import StepInput
from models.events import Channel, NoticeGiven, Result
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import TRANSFER, VALIDATION, done
from store.addressees import (
    Addressed,
    Lacking,
    NoAddress,
    address,
    addressed,
    computation,
    demanded,
    facts,
    of_several,
    paper,
    window,
)
from store.bundles import others
from store.contact_log import law_of
from writing.document_content import Computation, Letter
from writing.document_pdf import Pdf, make_letter, make_validation
from writing.sms_segments import SEVERAL, budget, segments
from writing.text_files import TextChannel
from writing.texts import Rendered, TextFacts, Texts, render
from writing.validation_notice import itemised_in, made, particulars


class Written(NamedTuple):
    """A message as it was written, and what the law takes it for once it left."""

    message: Message
    notice: NoticeGiven | None


class Contacting:
    """Writes to debtors."""

    def __init__(self, effects: Effects, texts: Texts) -> None:
        self._effects = effects
        self._texts = texts

    def send_message(self, asked: StepInput) -> Result:
        """Send the step's text on its channel, once, unless the law defers or refuses it."""
        # Before the transaction that reserves: a page takes longer to set than the database should be held.
        written = self._written(asked)

        def write(session: Session) -> tuple[Message, Result]:
            if isinstance(written, NoAddress | Lacking):
                raise written
            return self._for_all(session, asked, written)

        return send_once(self._effects, asked, write)

    def _written(self, asked: StepInput) -> Written | NoAddress | Lacking:
        # First of all: a letter that does not add up is nobody's.
        sums = computation(asked) if asked.act.channel is Channel.letter and asked.overdue else None
        with self._effects.database.reading() as session:
            known = addressed(session, asked)
        try:
            notice = self._notice(asked, known)
            return Written(self._message(asked, known, sums, notice), notice)
        except (NoAddress, Lacking) as missing:
            return missing

    def _notice(self, asked: StepInput, known: Addressed) -> NoticeGiven | None:
        # What left earlier and is only found now is taken to have left now: its term is longer, never shorter.
        law = law_of(self._effects.packs, known.party)
        return notice_of(asked, law, clock(asked), known.portfolio.vat_reclaimable)

    def _message(
        self, asked: StepInput, known: Addressed, sums: Computation | None, notice: NoticeGiven | None
    ) -> Message:
        channel = asked.act.channel
        if channel is None or asked.act.text is None:
            raise ApplicationError("a message needs a channel and a text", type="NoText", non_retryable=True)
        to = address(known.party, channel)
        wanted = cast(TextChannel, channel.value)
        told = self._told(asked, known, notice)
        fields = demanded(law_of(self._effects.packs, known.party), known, asked.act.text, wanted, told)
        if asked.act.text == TRANSFER and told.transferred is None:
            raise Lacking(f"EU-1N: transferred not known, account {asked.account}")
        if asked.act.text == VALIDATION:
            text, pdf = self._validation(asked, known, told, fields, notice)
        else:
            text = render(self._texts, known.party.language, asked.act.text, wanted, told, fields)
            pdf = self._letter(asked, known, text, sums) if channel is Channel.letter else None
        return Message(
            key=asked.act.key,
            day=debtor_day(asked.now, asked.zone),
            channel=channel,
            to=to,
            subject=text.subject,
            body=text.body,
            attachment=pdf.content if pdf else None,
            html=text.html,
        )

    def _told(self, asked: StepInput, known: Addressed, notice: NoticeGiven | None = None) -> TextFacts:
        told = facts(asked, known, notice)
        if asked.act.channel is not Channel.sms:
            return told
        # Whether a reply can come depends on the number and on who writes to it, not on where the person lives.
        to = address(known.party, Channel.sms)
        sender, country = self._effects.ways.sender(to), country_of(to) or told.country
        return told.model_copy(update={"country": country, "sms_sender": sender})

    def _validation(
        self, asked: StepInput, known: Addressed, told: TextFacts, fields: Iterable[str], notice: NoticeGiven | None
    ) -> tuple[Rendered, Pdf | None]:
        """The validation notice; where it is in another language, the English one goes with it (12 CFR 1006.34(e))."""
        named, written = particulars(asked, known, told, notice.until if notice else None), []
        wanted = cast(TextChannel, asked.act.channel)
        for language in dict.fromkeys((known.party.language, "en")):
            facts = itemised_in(self._texts, language, told, named)
            written.append(render(self._texts, language, VALIDATION, wanted, facts, fields))
        paper = made(asked, known, named, written)
        if wanted == "letter":
            return written[0], make_validation(self._texts, paper)
        own, *english = written
        # No page: it could hold one of the two only.
        body = "\n\n".join(text.body for text in written)
        return own.model_copy(update={"body": body, "html": None}) if english else own, None

    def _for_all(self, session: Session, asked: StepInput, written: Written) -> tuple[Message, Result]:
        """The message, speaking for the person's other accounts too where it may; which ones, its attempt keeps."""
        own, attempt = written.message, session.get_one(Attempt, asked.act.key)
        if attempt.within:
            return own, done(asked).model_copy(update={"within": session.get_one(Attempt, attempt.within).account})
        free = attempt.status == "sending" and attempt.called is None and not asked.overtaken
        # What the outbox took it remembers by itself: it may have left with those that were written down.
        if free and not (attempt.covers and self._effects.ways.way(own).remembers):
            attempt.covers = others(session, asked, clock(asked))
            while attempt.covers and not self._fits(session, asked, attempt.covers):
                attempt.covers = attempt.covers[:-1]
        covers = attempt.covers or []
        if not covers:
            return own, done(asked, notice=written.notice)
        text = self._of_several(session, asked, covers)
        told = done(asked).model_copy(update={"covers": len(covers)})
        return replace(own, subject=text.subject, body=text.body, html=text.html), told

    def _fits(self, session: Session, asked: StepInput, covers: list[dict[str, Any]]) -> bool:
        """Whether an SMS keeps within its segments; those that do not fit have their own."""
        if asked.act.channel is not Channel.sms:
            return True
        # What the law adds comes on top: it is no reason to write more often.
        text, known = self._of_several(session, asked, covers, by_law=False), addressed(session, asked)
        return segments(text.body) <= budget(known.party.language, SEVERAL)

    def _of_several(
        self, session: Session, asked: StepInput, covers: list[dict[str, Any]], *, by_law: bool = True
    ) -> Rendered:
        known = addressed(session, asked)
        wanted = cast(TextChannel, asked.act.channel)
        about = of_several(self._told(asked, known), known, covers)
        packs = law_of(self._effects.packs, known.party)
        fields = demanded(packs, known, SEVERAL, wanted, about) if by_law else ()
        return render(self._texts, known.party.language, SEVERAL, wanted, about, fields)

    def _letter(self, asked: StepInput, known: Addressed, text: Rendered, sums: Computation | None) -> Pdf:
        letter = Letter(**paper(asked, known, text), address=window(known.party), computation=sums)
        return make_letter(self._texts, letter)
