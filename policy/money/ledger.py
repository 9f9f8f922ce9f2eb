"""How an amount came about: the account swept day by day through its contract, charges and money. Minor units.

Everything counts by its own day, not by when we heard of it: the same facts in any order end in the same position.
A payment that was taken back never happened, nor did what an arrangement waived that broke.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from operator import itemgetter
from typing import Any

from models.case import Adjustment, Case, Charge, Instalment, Payment, Refund
from models.ledger_entries import CostLine, Entry, EntryKind, PartKind, Served
from policy.charging.costs import Charge as Cost
from policy.charging.costs import Missed, letter_cost, missed
from policy.law.days import debtor_day, start_of_day
from policy.minor_units import half_up
from policy.money.accrual import Accrual, FeeDay, fee_days, late_fee
from policy.money.charge_rules import CostDay, cost_days, not_owed

IN_ORDER = itemgetter(0, 1, 2)
ALWAYS = date.min
Happening = tuple[date, int, int | str, Callable[[date, Any], object], Any]
"""Its day, its turn within the day, its key within the turn, what it does, to what."""


class Claim:
    """One thing that is owed from a day on; `open` is what is unpaid of it."""

    __slots__ = ("day", "id", "instalment", "open", "what")

    def __init__(self, what: PartKind, day: date, amount: int, instalment: int | None = None, id: str = "") -> None:
        self.what, self.day, self.open, self.instalment, self.id = what, day, amount, instalment, id


Due = tuple[int, date, int, Claim]
"""The rank of its part, its day, its turn, what is due."""


class Book:
    """The account at the end of a day: what is open, what is left of money, and, if asked, every entry behind it."""

    def __init__(self, case: Case, until: date, *, explained: bool = False) -> None:
        self.credit = 0
        self.entries: list[Entry] = []
        self.missed: list[Missed] = []
        """What was left unpaid when the term of its 14-day letter ended, with what it cost."""
        self._explained = explained
        self._overdue = 0
        """Principal that is past its day, on which interest runs."""
        self._accrual = Accrual(case, explained=explained)
        self._ranks = {part: rank for rank, part in enumerate(case.allocation)}
        self._due: list[Due] = []
        """What is due and open, in the order in which money is taken for it."""
        self._coming: dict[int, list[Claim]] = {}
        """The instalments that are not due yet."""
        self._of: dict[int | None, list[Claim]] = defaultdict(list)
        """The claims of each instalment, its charges too."""
        self._turns = count()
        self._late = Claim("interest", ALWAYS, 0)
        self._fell_due(self._late)
        self._open(case, until)
        reached = None
        for day, _, _, take, happened in self._happenings(case, until):
            if reached is not None and day > reached:
                self._accrue(reached, day)
            take(day, happened)
            if self.credit:
                self._use_credit(day)
            reached = day
        if reached is not None and until > reached:
            self._accrue(reached, until)
        if explained:
            self.entries += [_period(n, p) for n, p in enumerate(self._accrual.periods)]

    def unpaid(self) -> Iterator[Claim]:
        """Everything that is open."""
        yield from (claim for _, _, _, claim in self._due if claim.open)
        yield from (claim for claims in self._coming.values() for claim in claims if claim.open)

    def unpaid_principal(self, before: date) -> Iterator[tuple[int, int]]:
        """Number and what is open of the principal, of each instalment that was due before a day."""
        for claim in self.unpaid():
            if claim.what == "principal" and claim.instalment is not None and not claim.id and claim.day < before:
                yield claim.instalment, claim.open

    # --- what happens --------------------------------------------------------------------------------------------

    def _open(self, case: Case, until: date) -> None:
        for i in case.instalments:
            claims = [Claim("principal", i.due, i.amount - i.interest, i.number)]
            if i.interest:
                claims.append(Claim("interest", i.due, i.interest, i.number))
            self._coming.setdefault(i.number, []).extend(claims)
            self._of[i.number] += claims
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
        found: list[Happening] = [(i.due, 0, i.number, self._fall_due, i) for i in case.instalments]
        found += [(c.day, 1, c.id, self._charge, c) for c in case.charges if not not_owed(case, c)]
        found += [(c.day, 1, c.letter.message, self._cost, c) for c in cost_days(case)]
        undone = {a.undoes for a in case.adjustments}
        found += [(a.day, 2, a.id, self._adjust, a) for a in case.adjustments if not a.undoes and a.id not in undone]
        found += self._money(case)
        found += [(r.day, 4, r.id, self._refund, r) for r in case.refunds]
        found += [(f.day, 5, f.instalment.number, self._fee, f) for f in fee_days(case)]
        return sorted((h for h in found if h[0] <= until), key=IN_ORDER)

    def _money(self, case: Case) -> Iterator[Happening]:
        """What was paid. Where nobody asks for each payment, and none chose an instalment, a day's are one."""
        paid = [(counts_from(payment, case.zone), payment) for payment in counted(case)]
        if self._explained or any(payment.instalment is not None for _, payment in paid):
            yield from ((day, 3, payment.event_id, self._receive, payment) for day, payment in paid)
            return
        sums: dict[date, int] = defaultdict(int)
        for day, payment in paid:
            sums[day] += payment.amount
        yield from ((day, 3, "", self._pay, money) for day, money in sums.items())

    def _accrue(self, after: date, through: date) -> None:
        self._late.open += self._accrual.interest(self._overdue, after, through)
        if self.credit:
            self._use_credit(through)

    def _fall_due(self, day: date, due: Instalment) -> None:
        for claim in self._coming.pop(due.number, ()):
            self._fell_due(claim)
            if claim.what == "principal":
                self._overdue += claim.open
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
        if self._explained:
            common = {"instalment": charge.instalment, "capped": amount < charge.amount}
            self._enter(charge.what, day, amount, key=charge.id, **common)

    def _fee(self, day: date, fee: FeeDay) -> None:
        number = fee.instalment.number
        unpaid = sum([c.open for c in self._of[number] if c.what in ("principal", "interest")])
        asked = late_fee(fee.rule, unpaid)
        amount = self._accrual.allowed(asked, late=True, fee=True)
        if not amount:
            return
        key = f"late_fee:{number}"
        self._add(Claim("late_fee", day, amount, number, key))
        if self._explained:
            more: dict[str, Any] = {"base": unpaid, "rate": f"{fee.rule.percent.normalize():f} %"}
            self._enter("late_fee", day, amount, key=key, instalment=number, capped=amount < asked, **more)

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

    def _pay(self, day: date, money: int, chosen: int | None = None) -> tuple[Served, ...]:
        """Serve the chosen instalment, then what is due, then what is to come; the rest stays as credit."""
        served: list[Served] = []
        if chosen is not None:
            for claim in sorted(self._of[chosen], key=lambda claim: (self._ranks[claim.what], claim.day)):
                money -= self._serve(claim, day, money, served)
        place = 0
        while money and place < len(self._due):
            claim = self._due[place][-1]
            money -= self._serve(claim, day, money, served)
            if claim is self._late:  # Its place is kept: it grows by the day.
                place += 1
            elif not claim.open:
                del self._due[place]
        if money and self._coming:
            for claim in self._to_come():
                money -= self._serve(claim, day, money, served)
        self.credit += money
        return tuple(served)

    def _serve(self, claim: Claim, day: date, money: int, served: list[Served]) -> int:
        """How much of the money the claim takes."""
        used = min(money, claim.open)
        claim.open -= used
        if claim.what == "principal" and claim.day <= day:
            self._overdue -= used
        if used and self._explained:
            served.append(Served(what=claim.what, instalment=claim.instalment, amount=used))
        return used

    def _to_come(self) -> list[Claim]:
        claims = [claim for claims in self._coming.values() for claim in claims]
        return sorted(claims, key=lambda claim: (claim.day, self._ranks[claim.what]))

    def _use_credit(self, day: date) -> None:
        money, self.credit = self.credit, 0
        self._pay(day, money)

    def _add(self, claim: Claim) -> None:
        self._of[claim.instalment].append(claim)
        self._fell_due(claim)

    def _fell_due(self, claim: Claim) -> None:
        insort(self._due, (self._ranks[claim.what], claim.day, next(self._turns), claim))

    def _enter(self, kind: EntryKind, day: date, amount: int, **more: Any) -> None:
        if self._explained:
            self.entries.append(Entry(kind=kind, day=day, amount=amount, **more))


def counted(case: Case) -> list[Payment]:
    """The payments that count: not reversed, in the order in which they were heard."""
    gone = set(case.reversed)
    return [p for p in case.payments if p.event_id not in gone]


def counts_from(payment: Payment, zone: str) -> date:
    """The day from which money counts: its value date, or the day we heard of it where that is earlier."""
    if payment.heard >= start_of_day(payment.value_date, zone):
        return payment.value_date
    return debtor_day(payment.heard, zone)


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
