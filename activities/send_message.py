"""SMS, e-mails, letters and offers: facts for the addressee, rendered, reserved, sent once, told to the journal."""

from dataclasses import replace
from datetime import datetime

from temporalio.exceptions import ApplicationError

from activities.attempt_frame import Effects, clock, sums
from activities.send_once import send_once
from activities.vendors.delivery_routes import country_of
from channels.channel_spec import TextForm
from models.addressee import Addressee
from models.decisions import StepInput
from models.events import Result
from models.message import Message
from store.addressees import addressee
from store.departures import Unwritten, Written
from writing.document_content import Computation
from writing.rendering import Rendered
from writing.step_messages import NoText, composed, for_several, text_form
from writing.text_facts import Lacking, TextFacts, text_facts
from writing.texts import Texts


class Contacting:
    """Writes to debtors."""

    def __init__(self, effects: Effects, texts: Texts) -> None:
        self._effects = effects
        self._texts = texts

    def send_message(self, asked: StepInput) -> Result:
        """Send the step's text on its channel, once, unless the law defers or refuses it."""
        at, form = clock(asked), _form(asked)
        # First of all: a letter that does not add up is nobody's.
        total = sums(asked) if form == "letter" and asked.overdue else None
        to = addressee(self._effects.database, self._effects.packs, asked, at)
        told = self._reached(to, text_facts(asked, to, at), form)
        # Before the transaction that reserves: a page takes longer to set than the database should be held.
        written = self._written(asked, to, told, total, at)
        return send_once(self._effects, asked, written, at)

    def _reached(self, to: Addressee, told: TextFacts, form: TextForm) -> TextFacts:
        """The facts of an SMS: whether a reply can come depends on the number and on who writes to it, not on homes."""
        if form != "sms" or to.address is None:
            return told
        sender, country = self._effects.ways.sender(to.address), country_of(to.address) or told.country
        return told.model_copy(update={"country": country, "sms_sender": sender})

    def _written(
        self, asked: StepInput, to: Addressee, told: TextFacts, total: Computation | None, at: datetime
    ) -> Written | Unwritten:
        """The message, for the addressee and for their other accounts where it may; or what is missing for it."""
        if to.address is None:
            return Unwritten(f"no address for {asked.act.channel}")
        try:
            own = composed(self._texts, asked, to, told, total, at)
            several, companions = for_several(self._texts, asked, to, told)
        except Lacking as missing:
            return Unwritten(str(missing), incomplete=True)
        key, channel = asked.act.key, str(asked.act.channel)
        message = Message(key, told.today, channel, to.address, own.subject, own.body, own.page, html=own.html)
        return Written(message, told.notice, _saying(message, several) if several else None, companions)


def _form(asked: StepInput) -> TextForm:
    try:
        return text_form(asked)
    except NoText as fault:
        raise ApplicationError(str(fault), type="NoText", non_retryable=True) from None


def _saying(message: Message, text: Rendered) -> Message:
    return replace(message, subject=text.subject, body=text.body, html=text.html)
