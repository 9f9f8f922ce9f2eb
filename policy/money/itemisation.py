"""How did a debt come about since one day of the five from which a notice may itemise it, such as the last payment?"""

from collections import Counter
from datetime import date

from models.case import Case
from models.ledger_entries import EntryKind, Itemised, ItemisedBy
from policy.money.ledger import counted, counts_from, entries

SINCE: dict[EntryKind, str] = {
    "interest": "interest",
    "late_fee": "fees",
    "cost": "fees",
    "payment": "payments",
    "reversal": "payments",
    "refund": "payments",
    "adjustment": "credits",
    "write_off": "credits",
}
"""Under which change an entry stands; the contract itself is none."""


def itemised(case: Case, today: date) -> Itemised | None:
    """The debt from the last payment on, or from the contract where nothing was paid; None where that day is not known.

    The ledger knows none of the other three days (last statement, charge-off, judgment): US-C3.
    """
    found = _since(case, today)
    if found is None:
        return None
    by, day = found
    then, now = _sums(case, day), _sums(case, today)
    changes = {change: now[change] - then[change] for change in set(SINCE.values())}
    sold = case.sold_on
    since = sold is not None and sold > day
    return Itemised(by=by, day=day, amount=then.total(), current=now.total(), sold_since=since, **changes)


def _since(case: Case, today: date) -> tuple[ItemisedBy, date] | None:
    paid = [day for day in (counts_from(payment, case.zone) for payment in counted(case)) if day <= today]
    if paid:
        return "last_payment", max(paid)
    if case.contract_date is None or case.contract_date > today:
        return None
    return "transaction", case.contract_date


def _sums(case: Case, day: date) -> Counter[str]:
    sums: Counter[str] = Counter()
    for entry in entries(case, day):
        sums[SINCE.get(entry.kind, "contract")] += entry.amount
    return sums
