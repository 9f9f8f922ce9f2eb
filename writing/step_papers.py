"""Which paper does a step issue? The formal notice, the certificate, the index of the evidence, as pages."""

from datetime import datetime
from typing import Any

from models.addressee import Addressee
from models.charges import ChargesPack
from models.decisions import StepInput
from models.evidence import Evidence, Pdf
from policy.charging.barring import write_off_test
from policy.law.may_contact import debtor_day
from writing.document_content import (
    AttemptLine,
    Certificate,
    Computation,
    DocumentLine,
    InstalmentLine,
    Notice,
    NoticeLine,
    Package,
    PaymentLine,
    Release,
    WriteOffLine,
)
from writing.document_pdf import make_certificate, make_notice, make_package
from writing.paper_facts import paper
from writing.rendering import Rendered, render
from writing.text_facts import demanded, text_facts
from writing.texts import Texts


def formal_notice(texts: Texts, asked: StepInput, to: Addressee, sums: Computation, at: datetime) -> Pdf:
    """The formal notice, by registered letter. Raises Lacking."""
    text = _text(texts, asked, to, asked.act.text or "formal_notice", at)
    return make_notice(
        texts,
        Notice(
            **paper(asked, to, text, at),
            address=to.debtor.window,
            computation=sums,
            delivery="registered_letter",
            notice_days=asked.act.notice_days,
        ),
    )


def certificate(texts: Texts, asked: StepInput, to: Addressee, evidence: Evidence, at: datetime) -> Pdf:
    """The certificate of uncollectibility with every attempt by date, channel and outcome. Raises Lacking."""
    text = _text(texts, asked, to, "certificate", at)
    proved, write_off = _proved(asked, to, evidence), _write_off(asked, to.law.charges, at)
    return make_certificate(texts, Certificate(**paper(asked, to, text, at), **proved, write_off=write_off))


def legal_package(texts: Texts, asked: StepInput, to: Addressee, evidence: Evidence, at: datetime) -> Pdf:
    """The index of the evidence for court. Raises Lacking."""
    text = _text(texts, asked, to, "legal_package", at)
    still_open = {i.number: i.open for i in asked.open}
    package = Package(
        **paper(asked, to, text, at),
        **_proved(asked, to, evidence),
        product=to.product,
        principal=to.principal,
        instalments=tuple(
            InstalmentLine(**due._asdict(), open=still_open.get(due.number, 0)) for due in evidence.instalments
        ),
        payments=tuple(PaymentLine(**paid._asdict()) for paid in evidence.payments),
        notices=tuple(
            NoticeLine(day=made.day, delivery="registered_letter", proof=made.proof, sha256=made.sha256)
            for made in evidence.papers
            if made.kind == "formal_notice"
        ),
        certificate=next((made.sha256 for made in evidence.papers if made.kind == "certificate"), None),
    )
    return make_package(texts, package)


def _text(texts: Texts, asked: StepInput, to: Addressee, name: str, at: datetime) -> Rendered:
    told = text_facts(asked, to, at)
    return render(texts, to.debtor.language, name, "letter", told, demanded(to, name, "letter", told))


def _proved(asked: StepInput, to: Addressee, evidence: Evidence) -> dict[str, Any]:
    return {
        "debtor": to.debtor.window,
        "specialist": asked.specialist,
        "currency": asked.currency,
        "overdue": asked.overdue,
        "outstanding": asked.outstanding,
        "oldest_due": asked.oldest_due,
        "days_past_due": max(asked.days_past_due, 0),
        "attempts": tuple(AttemptLine(**tried._asdict()) for tried in evidence.attempts),
        "documents": tuple(DocumentLine(title=made.kind, day=made.day, sha256=made.sha256) for made in evidence.papers),
        "barred": asked.act.barred,
        "released": tuple(Release(name=by, day=day) for by, day in asked.released),
    }


def _write_off(asked: StepInput, pack: ChargesPack | None, at: datetime) -> WriteOffLine | None:
    """The test of a small claim on all that is open, once its last instalment is late enough; None: no such test here.

    The size of the creditor is not known to us: the verdict says where it matters.
    """
    last_due = max((i.due for i in asked.open), default=asked.oldest_due)
    if pack is None or last_due is None:
        return None
    test = write_off_test(pack, asked.outstanding, asked.currency, last_due, debtor_day(at, asked.zone))
    return test and WriteOffLine(
        verdict=test.verdict,
        limit=test.limit,
        limit_large=test.limit_large,
        from_day=test.from_day,
        rule=test.rule,
    )
