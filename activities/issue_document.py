"""Papers with consequences: the formal notice, the certificate, the evidence package, a placement."""

from collections.abc import Callable
from datetime import datetime

from activities.attempt_frame import Effects, clock, sums
from activities.send_once import send_once
from models.addressee import Addressee
from models.decisions import StepInput
from models.events import Channel, Result
from models.evidence import Pdf
from models.message import Message
from policy.law.may_contact import debtor_day
from store.addressees import addressee
from store.departures import Unwritten, Written
from store.evidence_rows import evidence, kept_paper
from writing.step_papers import certificate, formal_notice, legal_package
from writing.text_facts import Lacking
from writing.texts import Texts

_Make = Callable[[StepInput, Addressee, datetime], Pdf]


class Issuing:
    """Makes documents, keeps their bytes, hands them to the outbox."""

    def __init__(self, effects: Effects, texts: Texts) -> None:
        self._effects = effects
        self._texts = texts

    def issue_notice(self, asked: StepInput) -> Result:
        """The formal notice, by registered letter: the step is done only when its proof of delivery comes."""
        return self._issue(asked, self._notice)

    def issue_certificate(self, asked: StepInput) -> Result:
        """The certificate of uncollectibility with every attempt by date, channel and outcome."""
        return self._issue(asked, self._certificate)

    def issue_package(self, asked: StepInput) -> Result:
        """The index of the evidence for court."""
        return self._issue(asked, self._package)

    def place_account(self, asked: StepInput) -> Result:
        """Hand the account to an outside agency: the references go out, the people's details by the agreed way."""
        at, agency = clock(asked), asked.act.agency or "agency"
        to = addressee(self._effects.database, self._effects.packs, asked, at)
        body = f"account {to.reference} of {to.creditor.name} is placed with you"
        day, subject = debtor_day(asked.now, asked.zone), f"placement {asked.account}"
        message = Message(asked.act.key, day, "placement", agency, subject, body)
        return send_once(self._effects, asked, Written(message), at)

    def _issue(self, asked: StepInput, make: _Make) -> Result:
        """Make, reserve, keep the bytes, send, tell: a repetition sends the bytes that were kept."""
        at = clock(asked)
        to = addressee(self._effects.database, self._effects.packs, asked, at)
        return send_once(self._effects, asked, self._written(asked, to, make, at), at)

    def _written(self, asked: StepInput, to: Addressee, make: _Make, at: datetime) -> Written | Unwritten:
        act = asked.act
        address = to.address if act.do == "formal_notice" else to.creditor.name
        if address is None:
            return Unwritten(f"no address for {Channel.letter}")
        try:
            pdf = kept_paper(self._effects.database, act.key) or make(asked, to, at)
        except Lacking as missing:
            return Unwritten(str(missing), incomplete=True)
        subject, body = f"{act.do} {to.reference}", f"{act.do}, sha256 {pdf.sha256}"
        day = debtor_day(asked.now, asked.zone)
        return Written(Message(act.key, day, act.do, address, subject, body, pdf.content), paper=pdf)

    def _notice(self, asked: StepInput, to: Addressee, at: datetime) -> Pdf:
        return formal_notice(self._texts, asked, to, sums(asked), at)

    def _certificate(self, asked: StepInput, to: Addressee, at: datetime) -> Pdf:
        return certificate(self._texts, asked, to, evidence(self._effects.database, asked), at)

    def _package(self, asked: StepInput, to: Addressee, at: datetime) -> Pdf:
        return legal_package(self._texts, asked, to, evidence(self._effects.database, asked), at)
