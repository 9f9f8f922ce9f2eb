"""SMS, e-mails, letters and offers: rendered for the party, sent once, told to the journal."""

from collections.abc import Mapping
from typing import cast

from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.accounts import Addressed, NoAddress, address, addressed, computation, facts, paper, window
from activities.documents import Pdf, make_letter
from activities.effects import Effects
from activities.papers import Letter
from activities.providers.channel import Message
from activities.providers.ways import country_of
from activities.sending import send_once
from activities.texts import Rendered, Texts, render
from activities.wording import TextChannel
from models.charges import ChargesPack
from models.decisions import StepInput
from models.events import Channel, Result
from policy.contact_law import debtor_day
from policy.results import done


class Contacting:
    """Writes to debtors."""

    def __init__(self, effects: Effects, texts: Texts, charges: Mapping[str, ChargesPack]) -> None:
        self._effects = effects
        self._texts = texts
        self._charges = charges

    @activity.defn
    def send_message(self, asked: StepInput) -> Result:
        """Send the step's text on its channel, once, unless the law defers or refuses it."""
        # Before the transaction that reserves: a page takes longer to set than the database should be held.
        written = self._written(asked)

        def write(_: Session) -> tuple[Message, Result]:
            if isinstance(written, NoAddress):
                raise written
            return written, done(asked)

        return send_once(self._effects, asked, write)

    def _written(self, asked: StepInput) -> Message | NoAddress:
        with self._effects.database.reading() as session:
            known = addressed(session, asked)
        try:
            return self._message(asked, known)
        except NoAddress as missing:
            return missing

    def _message(self, asked: StepInput, known: Addressed) -> Message:
        channel = asked.act.channel
        if channel is None or asked.act.text is None:
            raise ApplicationError("a message needs a channel and a text", type="NoText", non_retryable=True)
        to = address(known.party, channel)
        wanted = cast(TextChannel, channel.value)
        told = facts(asked, known, self._charges)
        if channel is Channel.sms:
            # Whether a reply can come depends on the number and on who writes to it, not on where the person lives.
            sender, country = self._effects.ways.sender(to), country_of(to) or told.country
            told = told.model_copy(update={"country": country, "sms_sender": sender})
        text = render(self._texts, known.party.language, asked.act.text, wanted, told)
        pdf = self._letter(asked, known, text) if channel is Channel.letter else None
        return Message(
            key=asked.act.key,
            day=debtor_day(asked.now, asked.zone),
            channel=channel,
            to=to,
            subject=text.subject,
            body=text.body,
            attachment=pdf.content if pdf else None,
        )

    def _letter(self, asked: StepInput, known: Addressed, text: Rendered) -> Pdf:
        sums = computation(asked) if asked.overdue else None
        letter = Letter(**paper(asked, known, text), address=window(known.party), computation=sums)
        return make_letter(self._texts, letter)
