"""Papers with consequences: the formal notice, the certificate, the evidence package, a placement."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from activities.attempt_frame import Effects, clock
from activities.send_once import send_once
from activities.vendors.vendor import Message
from models.charges import ChargesPack
from models.decisions import StepInput
from models.events import Channel, Result
from models.tables.accounts import InstalmentDue
from models.tables.trail import Attempt, Document, Ledger
from policy.charging.barring import write_off_test
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import done
from store.addressees import Addressed, address, addressed, computation, demanded, facts, paper, window
from store.contact_log import law_of
from writing.document_content import (
    AttemptLine,
    Certificate,
    DocumentLine,
    InstalmentLine,
    Notice,
    NoticeLine,
    Package,
    PaymentLine,
    Release,
    WriteOffLine,
)
from writing.document_pdf import Pdf, make_certificate, make_notice, make_package
from writing.texts import Rendered, Texts, render

EVIDENCE = frozenset({*Channel, "trace", "formal_notice"})
"""Attempts that count as evidence; a review or a placement is no attempt to reach the debtor."""


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
        agency = asked.act.agency or "agency"
        subject, day = f"placement {asked.account}", debtor_day(asked.now, asked.zone)

        def write(session: Session) -> tuple[Message, Result]:
            known = addressed(session, asked)
            body = f"account {known.account.reference} of {known.account.creditor} is placed with you"
            return Message(asked.act.key, day, "placement", agency, subject, body), done(asked)

        return send_once(self._effects, asked, write)

    def _issue(self, asked: StepInput, make: Any) -> Result:
        """Reserve, make, keep the bytes, send, tell: a repetition sends the bytes that were kept."""
        act, day = asked.act, debtor_day(asked.now, asked.zone)

        def write(session: Session) -> tuple[Message, Result]:
            known = addressed(session, asked)
            kept = session.get(Document, act.key) or self._keep(session, asked, make(session, asked, known))
            to = address(known.party, Channel.letter) if act.do == "formal_notice" else known.account.creditor
            subject, body = f"{act.do} {known.account.reference}", f"{act.do}, sha256 {kept.sha256}"
            return Message(act.key, day, act.do, to, subject, body, kept.content), done(asked, kept.sha256)

        return send_once(self._effects, asked, write)

    def _keep(self, session: Session, asked: StepInput, pdf: Pdf) -> Document:
        document = Document(
            key=asked.act.key,
            account=asked.account,
            kind=asked.act.do,
            sha256=pdf.sha256,
            text_version=pdf.text_version,
            content=pdf.content,
            made=clock(asked),
        )
        session.add(document)
        return document

    def _text(self, asked: StepInput, known: Addressed, name: str) -> Rendered:
        told = facts(asked, known)
        fields = demanded(law_of(self._effects.packs, known.party), known, name, "letter", told)
        return render(self._texts, known.party.language, name, "letter", told, fields)

    def _notice(self, session: Session, asked: StepInput, known: Addressed) -> Pdf:
        text = self._text(asked, known, asked.act.text or "formal_notice")
        return make_notice(
            self._texts,
            Notice(
                **paper(asked, known, text),
                address=window(known.party),
                computation=computation(asked),
                delivery="registered_letter",
                notice_days=asked.act.notice_days,
            ),
        )

    def _certificate(self, session: Session, asked: StepInput, known: Addressed) -> Pdf:
        text = self._text(asked, known, "certificate")
        return make_certificate(
            self._texts,
            Certificate(
                **paper(asked, known, text),
                **_evidence(session, asked, known),
                write_off=_write_off(asked, law_of(self._effects.packs, known.party).charges),
            ),
        )

    def _package(self, session: Session, asked: StepInput, known: Addressed) -> Pdf:
        text = self._text(asked, known, "legal_package")
        documents = _documents(session, asked)
        package = Package(
            **paper(asked, known, text),
            **_evidence(session, asked, known),
            product=known.account.product,
            principal=known.account.principal,
            instalments=_instalments(session, asked),
            payments=_payments(session, asked),
            notices=_notices(session, asked, documents),
            certificate=next((d.sha256 for d in documents if d.kind == "certificate"), None),
        )
        return make_package(self._texts, package)


def _evidence(session: Session, asked: StepInput, known: Addressed) -> dict[str, Any]:
    return {
        "debtor": window(known.party),
        "specialist": asked.specialist,
        "currency": asked.currency,
        "overdue": asked.overdue,
        "outstanding": asked.outstanding,
        "oldest_due": asked.oldest_due,
        "days_past_due": max(asked.days_past_due, 0),
        "attempts": _attempts(session, asked),
        "documents": tuple(
            DocumentLine(title=d.kind, day=debtor_day(d.made, asked.zone), sha256=d.sha256)
            for d in _documents(session, asked)
        ),
        "barred": asked.act.barred,
        "released": tuple(Release(name=by, day=day) for by, day in asked.released),
    }


def _write_off(asked: StepInput, pack: ChargesPack | None) -> WriteOffLine | None:
    """The test of a small claim on all that is open, once its last instalment is late enough; None: no such test here.

    The size of the creditor is not known to us: the verdict says where it matters.
    """
    last_due = max((i.due for i in asked.open), default=asked.oldest_due)
    if pack is None or last_due is None:
        return None
    test = write_off_test(pack, asked.outstanding, asked.currency, last_due, debtor_day(clock(asked), asked.zone))
    return test and WriteOffLine(
        verdict=test.verdict,
        limit=test.limit,
        limit_large=test.limit_large,
        from_day=test.from_day,
        rule=test.rule,
    )


def _attempts(session: Session, asked: StepInput) -> tuple[AttemptLine, ...]:
    rows = select(Attempt).where(Attempt.account == asked.account).order_by(col(Attempt.reserved), col(Attempt.key))
    return tuple(
        AttemptLine(
            day=r.local_day,
            channel=Channel.letter if r.channel == "formal_notice" else r.channel,
            step=f"{r.step} {r.attempt}",
            outcome=r.outcome or r.status,
            proof=r.proof or "",
        )
        for r in session.exec(rows)
        if r.channel in EVIDENCE and r.key != asked.act.key and _tried(r)
    )


def _tried(row: Attempt) -> bool:
    """A message that was stopped before it left is no attempt; a task that was taken back has its outcome."""
    return row.status != "withdrawn" or row.outcome is not None


def _documents(session: Session, asked: StepInput) -> Sequence[Document]:
    mine = select(Document).where(Document.account == asked.account, Document.key != asked.act.key)
    return session.exec(mine.order_by(col(Document.made), col(Document.key))).all()


def _instalments(session: Session, asked: StepInput) -> tuple[InstalmentLine, ...]:
    rows = select(InstalmentDue).where(InstalmentDue.account == asked.account).order_by(col(InstalmentDue.due))
    still_open = {i.number: i.open for i in asked.open}
    return tuple(
        InstalmentLine(number=r.number, due=r.due, amount=r.amount, open=still_open.get(r.number, 0))
        for r in session.exec(rows)
    )


def _payments(session: Session, asked: StepInput) -> tuple[PaymentLine, ...]:
    money = select(Ledger).where(Ledger.account == asked.account, col(Ledger.kind).in_(("payment", "reversal")))
    rows = money.where(col(Ledger.posted)).order_by(col(Ledger.id))
    return tuple(
        PaymentLine(day=r.value_date, amount=abs(r.amount), reversed=r.kind == "reversal") for r in session.exec(rows)
    )


def _notices(session: Session, asked: StepInput, documents: Sequence[Document]) -> tuple[NoticeLine, ...]:
    proofs = {a.key: a.proof for a in session.exec(select(Attempt).where(Attempt.account == asked.account))}
    return tuple(
        NoticeLine(
            day=debtor_day(d.made, asked.zone), delivery="registered_letter", proof=proofs[d.key] or "", sha256=d.sha256
        )
        for d in documents
        if d.kind == "formal_notice"
    )
