"""How does an amount read line by line: what was added, on what it was computed, and where each payment went?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from babel.numbers import format_percent

from models.ledger_entries import CostLine, Entry, Served
from writing.document_content import Agreement, Computation, ComputationLine, Letter, Statement, charge_kind
from writing.document_tables import Cells, Data, labelled, phrase, table, word_of
from writing.local_formats import LOCALES, count, day, money
from writing.texts import Texts

_RATE = re.compile(r"([\d.]+) %(?: a (day|year))?")
_MANY_PAYMENTS = 6
"""More of them than this are one line of a letter; the statement always has each."""
_UNTOLD = frozenset({"adjustment", "contract", "reversed"})
"""What stands for a reason where none was given: the entry's name says it already."""
_ORDER = ("principal", "contract_interest", "interest", "late_interest", "late_fee", "cost", "adjustment", "write_off")
_PARTS = {"principal": "principal", "interest": "interest", "late_fee": "late_fees", "cost": "costs"}


def computation(texts: Texts, letter: Letter, sums: Computation) -> Data:
    """What is overdue, instalment by instalment, and below it how all that is open comes about."""
    say = _Saying(texts, letter, sums.currency)
    overdue = [[say.line(line), say.day(line.day), say.money(line.amount)] for line in sums.lines]
    lines = _lines(say, sums)
    whole: list[Cells] = [[say.days(group), [name, *how], say.money(amount)] for group, name, how, amount in lines]
    return {
        "computation": table(texts, letter, "computation", ["item", "due_date", "amount"], overdue),
        "totals": say.amounts({"overdue": sums.overdue}),
        "whole": table(texts, letter, "whole", ["date", "entry", "amount"], whole),
        "whole_totals": _totals(say, sums),
        "remarks": _remarks(say, sums.disputed, 0),
    }


def _lines(say: "_Saying", sums: Computation) -> Iterator[tuple[Sequence[Entry], str, list[str], int]]:
    """The entries of one name together where nothing of each must be explained, in the order of a sum."""
    moving = [e for e in sums.entries if e.amount]
    payments = sum(e.kind == "payment" for e in moving)
    for name, group in groupby(sorted(moving, key=_place), key=_name):
        same = list(group)
        if name in ("principal", "contract_interest") or (name == "payment" and payments > _MANY_PAYMENTS):
            title = say.words["payments" if name == "payment" else name]
            yield same, f"{title} ({len(same)})" if name == "payment" else title, [], sum(e.amount for e in same)
        else:
            yield from (([e], say.words[name], say.how(e), e.amount) for e in same)


def _totals(say: "_Saying", sums: Computation) -> list[list[str]]:
    """From the entries to all that is outstanding, and from there to what is overdue: the amount that is asked for."""
    found = say.amounts({"credit": sums.credit} if sums.credit else {}) + say.amounts({"outstanding": sums.outstanding})
    if sums.overdue == sums.outstanding:
        return found
    numbers = f" ({say.words['instalments'].lower()} {_ranges(sums.not_due)})" if sums.not_due else ""
    still_to_come = [f"{say.words['not_due']}{numbers}", say.money(sums.overdue - sums.outstanding)]
    return [*found, still_to_come, *say.amounts({"overdue": sums.overdue})]


def statement(texts: Texts, made: Statement) -> Data:
    """The big figures, what is open by part and by instalment, every entry, and what was agreed."""
    say, owed = _Saying(texts, made, made.currency), made.owed
    figures = {"paid": owed.paid, "overdue": owed.overdue, "outstanding": owed.outstanding}
    return {
        "head": labelled(
            texts, made, {"as_of": say.day(made.day), "reference": made.reference, "creditor": made.creditor}
        ),
        "figures": say.amounts(figures),
        "remarks": _remarks(say, owed.disputed, owed.credit, nothing=not owed.outstanding),
        **_open(say, made),
        "ledger": table(texts, made, "ledger", ["date", "entry", "amount", "balance"], _ledger(say, made.entries)),
        "agreements": [_agreement(say, agreed) for agreed in made.agreements],
        "words": {name: say.words[name] for name in ("page", "agreements")},
    }


def _open(say: "_Saying", made: Statement) -> Data:
    """What is open by part and by instalment; nothing of it where nothing is open."""
    owed = made.owed
    if not owed.outstanding:
        return {"parts": None, "instalments": None}
    parts = {"principal": owed.principal, "interest": owed.interest, "late_fees": owed.late_fees, "costs": owed.costs}
    split = {"outstanding": owed.outstanding}
    if owed.overdue < owed.outstanding:
        split |= {"not_due": owed.overdue - owed.outstanding, "overdue": owed.overdue}
    beside: Counter[str] = Counter()
    for charge in owed.beside:
        beside[charge_kind(charge)] += charge.amount
    dues = [
        [
            str(i.number),
            say.day(i.due),
            say.words["overdue" if i.due < made.day else "not_due"],
            say.money(i.amount),
            say.money(i.open),
        ]
        for i in owed.open
    ]
    columns = ["number", "due_date", "state", "amount", "open"]
    return {
        "parts": table(
            say.texts, made, "open_parts", ["item", "amount"], say.amounts({k: v for k, v in parts.items() if v})
        ),
        "parts_totals": say.amounts(split),
        "instalments": table(say.texts, made, "open_instalments", columns, dues) if dues else None,
        "instalments_totals": say.amounts({**beside, "outstanding": owed.outstanding}),
    }


def _ledger(say: "_Saying", entries: Iterable[Entry]) -> Iterator[Cells]:
    balance = 0
    for entry in entries:
        balance += entry.amount
        moved = "" if entry.kind == "instalment_due" else say.money(entry.amount)
        yield [
            say.day(entry.until or entry.day, short=True),
            [say.title(entry), *say.how(entry)],
            moved,
            say.money(balance),
        ]


def _agreement(say: "_Saying", agreed: Agreement) -> Data:
    first, amount = agreed.dues[0]
    if agreed.kind == "promise":
        return {"text": [say(agreed.kind, amount=say.money(amount), day=say.day(first))], "rows": []}
    text = [say(agreed.kind)] + ([say("waived", amount=say.money(agreed.waived))] if agreed.waived else [])
    return {"text": text, "rows": [[say.day(due), say.money(part)] for due, part in agreed.dues]}


def _remarks(say: "_Saying", disputed: int, credit: int, *, nothing: bool = False) -> list[str]:
    remarks = [say("nothing_open")] if nothing else []
    remarks += [say("paid_too_much", amount=say.money(credit))] if credit else []
    return remarks + ([say("in_dispute", amount=say.money(disputed))] if disputed else [])


def _name(entry: Entry) -> str:
    """Which word names the entry; `interest` is what the creditor charged by itself."""
    if entry.kind != "interest":
        return entry.kind
    if entry.until:
        return "late_interest"
    return "contract_interest" if entry.reason == "contract" else "interest"


def _place(entry: Entry) -> tuple[int, str]:
    name = _name(entry)
    return (_ORDER.index(name) if name in _ORDER else len(_ORDER), name)


def _ranges(numbers: Sequence[int]) -> str:
    """`7–12, 14`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


@dataclass(frozen=True)
class _Saying:
    """Says amounts, days and entries in the language of a paper."""

    texts: Texts
    paper: Letter
    currency: str

    def __call__(self, name: str, **values: str) -> str:
        return phrase(self.texts, self.paper, name, **values)

    @property
    def words(self) -> dict[str, str]:
        return self.texts.languages[self.paper.language].words

    def amounts(self, values: Mapping[str, int]) -> list[list[str]]:
        """Amounts under their names."""
        return [[self.words[name], self.money(amount)] for name, amount in values.items()]

    def money(self, minor: int) -> str:
        return money(minor, self.currency, self.paper.language)

    def day(self, value: date | None, short: bool = False) -> str:
        return day(value, self.paper.language, "medium" if short else "long") if value else ""

    def days(self, entries: Sequence[Entry]) -> str:
        """The day of the entries, or the first and the last."""
        first, last = (self.day(e.until or e.day, short=True) for e in (entries[0], entries[-1]))
        return first if first == last else f"{first} – {last}"

    def line(self, line: ComputationLine) -> str:
        """What is overdue, with the instalment it is or belongs to."""
        word = self.words[line.kind]
        if line.number is None:
            return word
        return f"{word} {line.number}" if line.kind in ("instalment", "rest") else f"{word} ({self._of(line.number)})"

    def title(self, entry: Entry) -> str:
        """What the entry is."""
        if entry.kind == "instalment_due":
            return self("instalment_due", number=str(entry.instalment or ""), amount=self.money(entry.due or 0))
        return self.words[_name(entry)]

    def how(self, entry: Entry) -> list[str]:
        """How the amount was computed, or where it went."""
        what = [self._of(entry.instalment)] if entry.instalment and entry.kind != "instalment_due" else []
        if entry.rate:
            what += [self._period(entry, entry.until)] if entry.until else self._share(entry)
        if entry.reason and entry.reason not in _UNTOLD:
            what.append(word_of(self.texts, self.paper, "reason", entry.reason).replace("_", " "))
        found = [" · ".join(what)] if what else []
        found += [self._cost_line(line) for line in entry.lines]
        found += [self("by_law", rule=entry.rule)] if entry.rule else []
        if entry.capped:
            found.append(self("capped"))
        return found + (self._went_to(entry) if entry.served else [])

    def _cost_line(self, line: CostLine) -> str:
        """One line of the scale by which a cost was computed."""
        percent, amount = self._percent(line.percent or "0"), self.money(abs(line.amount))
        match line.what:
            case "share":
                return self("share_how", percent=percent, base=self.money(line.base or 0))
            case "vat":
                return self("with_vat", percent=percent)
            case "earlier":
                return self("earlier_costs", amount=amount)
            case limit:
                return self(limit, amount=amount)

    def _period(self, entry: Entry, until: date) -> str:
        return self(
            "interest_how",
            rate=self._rate(entry.rate or ""),
            base=self.money(entry.base or 0),
            first=self.day(entry.day),
            last=self.day(until),
            days=count((until - entry.day).days + 1, "day", self.paper.language),
        )

    def _share(self, entry: Entry) -> list[str]:
        """A share of the base, and whether the least or the most that is charged was taken instead."""
        found = _RATE.fullmatch(entry.rate or "")
        if found is None or entry.base is None:
            return []
        share = Decimal(found[1]) / 100 * entry.base
        told = [self("share_how", percent=self._percent(found[1]), base=self.money(entry.base))]
        if entry.capped or abs(entry.amount - share) < 1:
            return told
        return [*told, self("least" if entry.amount > share else "most", amount=self.money(entry.amount))]

    def _rate(self, rate: str) -> str:
        found = _RATE.fullmatch(rate)
        if found is None or found[2] is None:
            return rate
        return self(f"rate_{found[2]}", percent=self._percent(found[1]))

    def _percent(self, number: str) -> str:
        locale = LOCALES[self.paper.language]
        return format_percent(Decimal(number) / 100, locale=locale, decimal_quantization=False)

    def _of(self, number: int) -> str:
        return f"{self.words['instalment']} {number}"

    def _went_to(self, entry: Entry) -> list[str]:
        left = -entry.amount - sum(s.amount for s in entry.served)
        groups = groupby(entry.served, key=lambda s: s.instalment)
        parts = [self._part(number, list(served)) for number, served in groups]
        found = [self("went_to", parts="; ".join(parts))]
        return found + ([self("left_over", amount=self.money(left))] if left else [])

    def _part(self, number: int | None, served: Sequence[Served]) -> str:
        what = ", ".join(f"{self.words[_PARTS[s.what]].lower()} {self.money(s.amount)}" for s in served)
        return f"{self._of(number).lower()}: {what}" if number else what
