"""The ledger of an account: what raised or lowered its debt, in order of day. So far without a tariff. Minor units."""

from datetime import date
from typing import Literal

from models.case import Case
from models.ledger import Entry, Served
from policy.contact_law import debtor_day
from policy.money import counted


def entries(case: Case, until: date) -> tuple[Entry, ...]:
    """All entries up to and including a day; their sum is what is outstanding, less what was paid too much."""
    first = case.contract_date or min([debtor_day(case.opened, case.zone), *(i.due for i in case.instalments)])
    interest = sum(i.interest for i in case.instalments)
    lent = sum(i.amount for i in case.instalments) - interest
    lines = [Entry(key="principal", kind="principal", day=first, amount=lent)]
    if interest:
        lines.append(Entry(key="interest", kind="interest", day=first, amount=interest))
    lines += [
        Entry(key=f"due:{i.number}", kind="instalment_due", day=i.due, amount=0, instalment=i.number, due=i.amount)
        for i in case.instalments
        if i.due <= until
    ]
    return tuple(sorted([*lines, *_payments(case)], key=lambda line: line.day))


def _payments(case: Case) -> list[Entry]:
    open_parts: list[tuple[Literal["interest", "principal"], int, int]] = []
    for i in sorted(case.instalments, key=lambda i: (i.due, i.number)):
        open_parts += [("interest", i.number, i.interest), ("principal", i.number, i.amount - i.interest)]
    lines = []
    for payment in counted(case):
        money, served, rest = payment.amount, [], []
        for what, number, amount in open_parts:
            used = min(money, amount)
            money -= used
            served += [Served(what=what, instalment=number, amount=used)] if used else []
            rest += [(what, number, amount - used)] if amount > used else []
        open_parts = rest
        key, day = payment.event_id, payment.value_date
        lines.append(Entry(key=key, kind="payment", day=day, amount=-payment.amount, served=tuple(served)))
    return lines
