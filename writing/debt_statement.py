"""The statement of a debt: from a case and its people to a paper, computed for any day."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from models.addressee import Addressee
from models.case import Case
from models.ledger_entries import Entry, OpenCharge
from policy.money.ledger import entries
from policy.money.position import Position, beside, position
from writing.document_content import Agreement, InstalmentLine, Owed, Statement
from writing.rendering import render
from writing.text_facts import TextFacts, demanded, pay_to, people
from writing.texts import Texts


def stated(texts: Texts, case: Case, to: Addressee, day: date) -> Statement:
    """The statement for a day. Raises ValueError where the ledger does not make what is open, and Lacking.

    It is dated by the day it is computed for, so that the same day and the same case make the same bytes.
    """
    owed, lines = position(case, day), entries(case, day)
    facts = TextFacts(
        **people(to.writer, to.creditor),
        name=to.debtor.name,
        reference=to.reference,
        pay_to=pay_to(to, to.reference),
        currency=case.currency,
        today=day,
        overdue=owed.overdue,
        outstanding=owed.outstanding,
        product=to.product,
        principal=owed.principal,
        interest=owed.interest,
        late_fees=owed.late_fees,
        costs=owed.costs,
    )
    fields = demanded(to, "statement", "letter", facts)
    return Statement(
        language=to.debtor.language,
        made=datetime.combine(day, time(), ZoneInfo(case.zone)),
        sender=facts.sender,
        contact=facts.contact,
        creditor=to.creditor.name,
        reference=to.reference,
        text=render(texts, to.debtor.language, "statement", "letter", facts, fields),
        address=to.debtor.window,
        day=day,
        currency=case.currency,
        owed=_owed(owed, lines, beside(case, day)),
        entries=lines,
        agreements=tuple(_agreements(case)),
    )


def _owed(owed: Position, lines: tuple[Entry, ...], charges: tuple[OpenCharge, ...]) -> Owed:
    return Owed(
        outstanding=owed.outstanding,
        overdue=owed.overdue,
        paid=-sum(entry.amount for entry in lines if entry.kind in ("payment", "reversal")),
        credit=owed.credit,
        disputed=owed.disputed,
        principal=owed.principal,
        interest=owed.interest,
        late_fees=owed.late_fees,
        costs=owed.costs,
        open=tuple(InstalmentLine(number=i.number, due=i.due, amount=i.amount, open=rest) for i, rest in owed.open),
        beside=charges,
    )


def _agreements(case: Case) -> list[Agreement]:
    promises = [Agreement(kind="promise", dues=((p.due, p.amount),)) for p in case.promises if p.verdict == "running"]
    plans = [
        Agreement(kind="plan", dues=plan.instalments, waived=plan.waived)
        for plan in case.plans
        if plan.verdict == "running"
    ]
    return [*promises, *plans]
