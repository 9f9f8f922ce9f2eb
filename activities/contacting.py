"""SMS, e-mails, letters and offers: rendered for the party, sent once, told to the journal."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.accounts import Addressed, NoAddress, address, addressed, computation, facts, paper, window
from activities.documents import Pdf, make_letter
from activities.effects import Effects, clock, reserved_at
from activities.papers import Computation, Letter
from activities.providers.channel import Message
from activities.texts import Rendered, Texts, render
from activities.wording import TextChannel
from models.charges import ChargesPack
from models.decisions import StepInput
from models.events import Channel, Result, StepRefused
from policy.contact_law import debtor_day
from policy.results import base, done


class Contacting:
    """Writes to debtors."""

    def __init__(self, effects: Effects, texts: Texts, charges: Mapping[str, ChargesPack]) -> None:
        self._effects = effects
        self._texts = texts
        self._charges = charges

    @activity.defn
    def send_message(self, asked: StepInput) -> Result:
        """Send the step's text on its channel, once, unless the law defers or refuses it."""
        at = clock(asked)
        # First of all: a letter that does not add up must not stand in the contact log as if it were on its way.
        sums = computation(asked) if asked.act.channel is Channel.letter and asked.overdue else None
        with self._effects.database.session() as session:
            against = self._effects.begin(session, asked, at)
            if against is not None:
                return against
            known = addressed(session, asked)
            reserved = reserved_at(session, asked)
        try:
            message = self._message(asked, known, debtor_day(reserved, asked.zone), sums)
        except NoAddress as missing:
            return self._refused(asked, str(missing))
        self._effects.send(message)
        with self._effects.database.session() as session:
            return self._effects.finish(session, asked, done(asked), at)

    def _message(self, asked: StepInput, known: Addressed, day: date, sums: Computation | None) -> Message:
        channel = asked.act.channel
        if channel is None or asked.act.text is None:
            raise ApplicationError("a message needs a channel and a text", type="NoText", non_retryable=True)
        wanted = cast(TextChannel, channel.value)
        text = render(self._texts, known.party.language, asked.act.text, wanted, facts(asked, known, self._charges))
        pdf = self._letter(asked, known, text, sums) if channel is Channel.letter else None
        return Message(
            key=asked.act.key,
            day=day,
            channel=channel,
            to=address(known.party, channel),
            subject=text.subject,
            body=text.body,
            attachment=pdf.content if pdf else None,
        )

    def _letter(self, asked: StepInput, known: Addressed, text: Rendered, sums: Computation | None) -> Pdf:
        letter = Letter(**paper(asked, known, text), address=window(known.party), computation=sums)
        return make_letter(self._texts, letter)

    def _refused(self, asked: StepInput, channel: str) -> Result:
        rule = f"no address for {channel}"
        refusal = StepRefused(**base(asked.act, "step_refused"), channel=asked.act.channel, rule=rule)
        with self._effects.database.session() as session:
            return self._effects.finish(session, asked, refusal, clock(asked), "failed")
