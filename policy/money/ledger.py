"""How an amount came about: the account swept day by day through its contract, charges and money. Minor units.

Everything counts by its own day, not by when we heard of it: the same facts in any order end in the same position.
A payment that was taken back never happened, nor did what an arrangement waived that broke.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from models.case import Adjustment, Case, Charge, Instalment, Payment, Refund
from models.ledger_entries import CostLine, Entry, EntryKind, PartKind, Served
from policy.charging.costs import Charge as Cost
from policy.charging.costs import Missed, half_up, letter_cost, missed
from policy.law.may_contact import debtor_day
from policy.money.accrual import Accrual, FeeDay, fee_days, late_fee
from policy.money.charge_rules import CostDay, cost_days, not_owed

BY_DAY = attrgetter("day")
IN_ORDER = itemgetter(0, 1, 2)
ALWAYS = date.min
Happening = tuple[date, int, str, Callable[[date, Any], None], Any]
"""Its day, its turn within the day, its key within the turn, what it does, to what."""


class Claim:
    """One thing that is owed from a day on; `open` is what is unpaid of it."""

    __slots__ = ("day", "id", "instalment", "open", "what")

    def __init__(self, what: PartKind, day: date, amount: int, instalment: int | None = None, id: str = "") -> None:
        self.what, self.day, self.open, self.instalment, self.id = what, day, amount, instalment, id


class Book:
    """The account at the end of a day: what is open, what is left of money, and, if asked, every entry behind it."""

    def __init__(self, case: Case, until: date, *, explained: bool = False) -> None:
        self.claims: dict[PartKind, list[Claim]] = {part: [] for part in case.allocation}
        """By day; interest for being late, which has none, comes before."""
        self.credit = 0
        self.entries: list[Entry] = []
        self._explained = explained
        self._overdue = 0
        """Principal that is past its day, on which interest runs."""
        self._accrual = Accrual(case, explained=explained)
        self._paid = dict.fromkeys(case.allocation, 0)
        """How many claims of each part, from the first on, are paid: money looks at them no more."""
        self._of: dict[int | None, list[Claim]] = defaultdict(list)
        """The claims of each instalment."""
        self.missed: list[Missed] = []
        """What was left unpaid when the term of its 14-day letter ended, with what it cost."""
        self._late = Claim("interest", ALWAYS, 0)
        self._open(case, until)
        reached = None
        for day, _, _, take, happened in self._happenings(case, until):
            self._accrue(reached, day)
            take(day, happened)
            self._use_credit(day)
            reached = day
        self._accrue(reached, until)
        if explained:
            self.entries += [_period(n, p) for n, p in enumerate(self._accrual.periods)]

    def unpaid(self) -> Iterator[Claim]:
        """Everything that is open."""
        for part, claims in self.claims.items():
            if part == "interest" and self._late.open:
                yield self._late
            yield from (claim for claim in claims[self._paid[part] :] if claim.open)

    # --- what happens --------------------------------------------------------------------------------------------

    def _open(self, case: Case, until: date) -> None:
        for i in case.instalments:
            self._append(Claim("principal", i.due, i.amount - i.interest, i.number))
            if i.interest:
                self._append(Claim("interest", i.due, i.interest, i.number))
        for claims in self.claims.values():
            claims.sort(key=BY_DAY)
        if self._explained:
            self._explain_contract(case, until)

    def _explain_contract(self, case: Case, until: date) -> None:
        interest = sum(i.interest for i in case.instalments)
        opened = case.contract_date or debtor_day(case.opened, case.zone)
        begins = min([opened, until, *(i.due for i in case.instalments)])
        principal = sum(i.amount for i in case.instalments) - interest
        self._enter("principal", begins, principal, key="principal")
        if interest:
            self._enter("interest", begins, interest, key="contract_interest", reason="contract")

    def _happenings(self, case: Case, until: date) -> list[Happening]:
        """What happens up to a day, in order; within a day what is owed comes before money, a fee last."""
        found: list[Happening] = [(i.due, 0, f"{i.number:04}", self._fall_due, i) for i in case.instalments]
        found += [(c.day, 1, c.id, self._charge, c) for c in case.charges if not not_owed(case, c)]
        found += [(c.day, 1, c.letter.message, self._cost, c) for c in cost_days(case)]
        undone = {a.undoes for a in case.adjustments}
        found += [(a.day, 2, a.id, self._adjust, a) for a in case.adjustments if not a.undoes and a.id not in undone]
        found += [(counts_from(p, case.zone), 3, p.event_id, self._receive, p) for p in counted(case)]
        found += [(r.day, 4, r.id, self._refund, r) for r in case.refunds]
        found += [(f.day, 5, f"{f.instalment.number:04}", self._fee, f) for f in fee_days(case)]
        return sorted((h for h in found if h[0] <= until), key=IN_ORDER)

    def _accrue(self, after: date | None, through: date) -> None:
        if after is not None and through > after:
            self._late.open += self._accrual.interest(self._overdue, after, through)
            self._use_credit(through)

    def _fall_due(self, day: date, due: Instalment) -> None:
        self._overdue += sum(c.open for c in self._of[due.number] if c.what == "principal" and not c.id)
        if self._explained:
            self._enter("instalment_due", day, 0, key=f"due:{due.number}", instalment=due.number, due=due.amount)

    def _adjust(self, day: date, told: Adjustment) -> None:
        if told.amount >= 0:
            self._owe_more(day, told.id, told.amount)
            self._enter("adjustment", day, told.amount, key=told.id, reason=told.reason)
            return
        kind: EntryKind = "write_off" if told.write_off else "adjustment"
        served = self._pay(day, -told.amount, told.instalment)
        more: dict[str, Any] = {"instalment": told.instalment, "reason": told.reason}
        self._enter(kind, day, told.amount, key=told.id, served=served, **more)

    def _receive(self, day: date, money: Payment) -> None:
        served = self._pay(day, money.amount, money.instalment)
        if self._explained:
            more: dict[str, Any] = {"instalment": money.instalment, "served": served}
            self._enter("payment", day, -money.amount, key=money.event_id, **more)

    def _charge(self, day: date, charge: Charge) -> None:
        amount = self._accrual.allowed(charge.amount, late=charge.what != "cost", fee=charge.what != "interest")
        self._add(Claim(charge.what, day, amount, charge.instalment, charge.id))
        common = {"instalment": charge.instalment, "capped": amount < charge.amount}
        self._enter(charge.what, day, amount, key=charge.id, **common)

    def _fee(self, day: date, fee: FeeDay) -> None:
        number = fee.instalment.number
        unpaid = sum(c.open for c in self._of[number] if c.what in ("principal", "interest"))
        asked = late_fee(fee.rule, unpaid)
        amount = self._accrual.allowed(asked, late=True, fee=True)
        if amount:
            key = f"late_fee:{number}"
            self._add(Claim("late_fee", day, amount, number, key))
            more: dict[str, Any] = {"base": unpaid, "rate": f"{fee.rule.percent.normalize():f} %"}
            self._enter("late_fee", day, amount, key=key, instalment=number, capped=amount < asked, **more)

    def unpaid_principal(self, before: date) -> Iterator[tuple[int, int]]:
        """Number and what is open of the principal, of each instalment that was due before a day."""
        for claim in self.claims["principal"]:
            if claim.open and claim.instalment is not None and not claim.id and claim.day < before:
                yield claim.instalment, claim.open

    def _cost(self, day: date, due: CostDay) -> None:
        """What a letter announced, on what is left unpaid of it (law.md NL-L3); never more than it said."""
        letter, scale, ended = due.letter, due.letter.scale, due.letter.last_free_day
        named = {*letter.instalments} - {*due.disputed.instalments}
        left = [rest for number, rest in self.unpaid_principal(letter.since) if number in named]
        left = _without(left, due.disputed.amount or 0)
        found = letter_cost(scale, left, ended, self.missed)
        without_vat = letter_cost(scale.model_copy(update={"vat": Decimal(0)}), left, ended, self.missed)
        self.missed += missed(scale, left, ended, without_vat.amount)
        amount = self._accrual.allowed(min(found.amount, letter.cost), late=False)
        if not amount:
            return
        key = f"cost:{min(letter.instalments)}"
        self._add(Claim("cost", day, amount, None, key))
        article = scale.sharing_article if found.rule == scale.sharing else scale.article
        more: dict[str, Any] = {"base": sum(left), "rule": f"{found.rule}, {article}", "lines": _lines(found)}
        self._enter("cost", day, amount, key=key, capped=amount < found.amount, **more)

    def _refund(self, day: date, refund: Refund) -> None:
        given = min(self.credit, refund.amount)
        self.credit -= given
        self._enter("refund", day, refund.amount, key=refund.id)
        if refund.amount > given:
            # More went back than there is: a payment behind it was taken back since.
            self._owe_more(day, refund.id, refund.amount - given)

    def _owe_more(self, day: date, key: str, amount: int) -> None:
        self._add(Claim("principal", day, amount, None, key))
        self._overdue += amount

    # --- what money goes to --------------------------------------------------------------------------------------

    def _pay(self, day: date, money: int, chosen: int | None) -> tuple[Served, ...]:
        """Serve the chosen instalment, then what is due, then what is to come; the rest stays as credit."""
        served: list[Served] = []
        for claim in self._in_order(day, chosen):
            used = min(money, claim.open)
            if not used:
                continue
            money -= used
            claim.open -= used
            if claim.what == "principal" and claim.day <= day:
                self._overdue -= used
            if self._explained:
                served.append(Served(what=claim.what, instalment=claim.instalment, amount=used))
            if not money:
                break
        self.credit += money
        return tuple(served)

    def _in_order(self, day: date, chosen: int | None) -> Iterator[Claim]:
        if chosen is not None:
            parts = [*self.claims]
            yield from sorted(self._of[chosen], key=lambda claim: (parts.index(claim.what), claim.day))
        for part, claims in self.claims.items():
            if part == "interest":
                yield self._late
            for place in range(self._paid[part], len(claims)):
                claim = claims[place]
                if claim.day > day:
                    break
                if claim.open:
                    yield claim
                if not claim.open and place == self._paid[part]:
                    self._paid[part] += 1
        to_come = (c for part, claims in self.claims.items() for c in claims[self._paid[part] :] if c.day > day)
        yield from sorted(to_come, key=BY_DAY)

    def _use_credit(self, day: date) -> None:
        if self.credit:
            money, self.credit = self.credit, 0
            self._pay(day, money, None)

    def _append(self, claim: Claim) -> None:
        self.claims[claim.what].append(claim)
        self._of[claim.instalment].append(claim)

    def _add(self, claim: Claim) -> None:
        place = bisect_right(self.claims[claim.what], claim.day, key=BY_DAY)
        self.claims[claim.what].insert(place, claim)
        self._of[claim.instalment].append(claim)
        self._paid[claim.what] = min(self._paid[claim.what], place)

    def _enter(self, kind: EntryKind, day: date, amount: int, **more: Any) -> None:
        if self._explained:
            self.entries.append(Entry(kind=kind, day=day, amount=amount, **more))


def counted(case: Case) -> list[Payment]:
    """The payments that count: not reversed, in the order in which they were heard."""
    gone = set(case.reversed)
    return [p for p in case.payments if p.event_id not in gone]


def counts_from(payment: Payment, zone: str) -> date:
    """The day from which money counts: its value date, or the day we heard of it where that is earlier."""
    return min(payment.value_date, debtor_day(payment.heard, zone))


def entries(case: Case, until: date) -> tuple[Entry, ...]:
    """The ledger up to and including a day, in order; its amounts sum to what is outstanding less credit.

    A payment that was taken back stands there with its reversal, on the day from which it would have counted; so does
    what an arrangement waived or moved, when it breaks.
    """
    found = Book(case, until, explained=True).entries
    gone = set(case.reversed)
    for payment in case.payments:
        day = counts_from(payment, case.zone)
        if payment.event_id in gone and day <= until:
            found.append(Entry(key=payment.event_id, kind="payment", day=day, amount=-payment.amount))
            found.append(Entry(key=f"{payment.event_id}:reversal", kind="reversal", day=day, amount=payment.amount))
    undone = {a.undoes for a in case.adjustments}
    for a in case.adjustments:
        if (a.undoes or a.id in undone) and a.day <= until:
            found.append(Entry(key=a.id, kind="adjustment", day=a.day, amount=a.amount, reason=a.reason))
    return tuple(sorted(found, key=lambda entry: entry.until or entry.day))


def _without(amounts: list[int], disputed: int) -> list[int]:
    """The amounts without what is disputed of their sum: the last ones first."""
    left = []
    for amount in reversed(amounts):
        off = min(amount, disputed)
        disputed -= off
        left += [amount - off] if amount > off else []
    return left[::-1]


def _lines(cost: Cost) -> tuple[CostLine, ...]:
    """How a cost was computed, as an entry keeps it."""
    return tuple(
        CostLine(
            what=line.what,
            amount=half_up(line.amount),
            percent=None if line.percent is None else f"{line.percent.normalize():f}",
            base=None if line.base is None else int(line.base),
        )
        for line in cost.lines
    )


def _period(number: int, period: Any) -> Entry:
    return Entry(
        key=f"interest:{number}",
        kind="interest",
        day=period.first,
        until=period.last,
        amount=period.amount,
        base=period.base,
        rate=period.rate,
        capped=period.capped,
    )
