"""What did the lender charge, adjust or credit on an account? The entries of a cell, each known by its reference.

A charge is `reference:kind:day:amount`, an adjustment and a credit `reference:day:amount`, the reversal of a credit
`reference:day`; several are joined by a bar.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple, TypedDict, get_args

from intake.cells import REFERENCE, Cell, Refused, tidy
from intake.instalment_cells import MOST, due_day, part_amount
from models.case import Adjustment, Charge, Instalment
from models.money_facts import AdjustmentTold, ChargeTold
from models.reference_code import bank_code

ChargeKind = Literal["cost", "late_fee", "interest"]
Kind = Literal["cost", "late_fee", "interest", "adjustment", "credit", "credit_reversal"]
CHARGES: tuple[ChargeKind, ...] = get_args(ChargeKind)
REVERSAL = "reversal:"
"""Before the reference of a credit: its reversal, which has no reference of its own."""
FORMS = {
    "charge": ("reference:kind:day:amount", "F-17:late_fee:2026-10-01:12.50"),
    "adjustment": ("reference:day:amount with its sign", "A-3:2026-10-01:-40.00"),
    "credit": ("reference:day:amount", "C-9:2026-10-01:25.00"),
    "reversal": ("reference:day of a credit", "C-9:2026-10-15"),
}
OF_INSTALMENT = re.compile(r"(.*)@\s*([0-9]{1,3})")


class Entry(NamedTuple):
    """A charge, an adjustment or a credit, minor units: above zero raises the debt, below zero lowers it."""

    reference: str
    kind: Kind
    amount: int
    day: date
    instalment: int | None = None


class Setting(NamedTuple):
    """What a cell's entries are read with; `taken`: entries of the same row's other cells."""

    today: date
    currency: str | None
    instalments: tuple[Instalment, ...] | None
    taken: tuple[Entry, ...]


def charges(cell: Cell, setting: Setting) -> tuple[Entry, ...]:
    """Costs, late fees and interest; `@3` behind one says for which instalment."""
    return _entries(cell, setting, _charge)


def adjustments(cell: Cell, setting: Setting) -> tuple[Entry, ...]:
    """Changes of the debt with their sign."""
    return _entries(cell, setting, _adjustment)


def credits_given(cell: Cell, setting: Setting) -> tuple[Entry, ...]:
    """What lowers the debt without a payment: a returned fee, a voucher."""
    return _entries(cell, setting, _credit)


def credit_reversals(cell: Cell, setting: Setting) -> tuple[Entry, ...]:
    """Credits of the same row that are taken back from a day on."""
    return _entries(cell, setting, _reversal)


def _entries(cell: Cell, setting: Setting, read: Callable[[str, Setting], Entry]) -> tuple[Entry, ...]:
    parts = tidy(cell).split("|")
    if len(parts) > MOST:
        raise Refused(f"has {len(parts)} entries; {MOST} are the most")
    taken = {entry.reference for entry in setting.taken}
    found: list[Entry] = []
    reasons: list[str] = []
    for part in parts:
        try:
            entry = read(part.strip(), setting)
        except Refused as refused:
            reasons.extend(refused.reasons)
            continue
        if entry.reference in taken:
            reasons.append(f"names {entry.reference.removeprefix(REVERSAL)} twice: a reference is one entry")
        taken.add(entry.reference)
        found.append(entry)
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    return tuple(found)


def _charge(part: str, setting: Setting) -> Entry:
    named = OF_INSTALMENT.fullmatch(part)
    reference, kind, day, amount = _pieces(named[1] if named else part, "charge", 4)
    word = re.sub(r"[ -]+", "_", kind.lower())
    fitting: list[Kind] = [known for known in CHARGES if known == word]
    if not fitting:
        raise Refused(f"{part!r} is of no known kind: write one of {', '.join(CHARGES)}")
    number = int(named[2]) if named else None
    if number is not None and setting.instalments is not None and not 1 <= number <= len(setting.instalments):
        raise Refused(f"{part!r} is for an instalment that is not there: there are {len(setting.instalments)}")
    return Entry(reference, fitting[0], part_amount(amount, setting.currency), due_day(day, setting.today), number)


def _adjustment(part: str, setting: Setting) -> Entry:
    reference, day, amount = _pieces(part, "adjustment", 3)
    if amount[0] not in "+-":
        raise Refused(f"{part!r} has no sign: write +{amount} when it raises the debt, -{amount} when it lowers it")
    money = part_amount(amount[1:].strip(), setting.currency)
    return Entry(reference, "adjustment", -money if amount[0] == "-" else money, due_day(day, setting.today))


def _credit(part: str, setting: Setting) -> Entry:
    reference, day, amount = _pieces(part, "credit", 3)
    return Entry(reference, "credit", -part_amount(amount, setting.currency), due_day(day, setting.today))


def _reversal(part: str, setting: Setting) -> Entry:
    reference, day = _pieces(part, "reversal", 2)
    credit = next((e for e in setting.taken if e.kind == "credit" and e.reference == reference), None)
    if credit is None:
        raise Refused(f"takes back {reference}, which is no credit of this row: leave the credit in its column")
    back = due_day(day, setting.today)
    if back < credit.day:
        raise Refused(f"takes back {reference} from {back} on, before it was given ({credit.day})")
    return Entry(f"{REVERSAL}{reference}", "credit_reversal", -credit.amount, back)


def _pieces(part: str, what: str, number: int) -> list[str]:
    pieces = [piece.strip() for piece in part.split(":")]
    form, example = FORMS[what]
    if len(pieces) != number or not all(pieces):
        raise Refused(f"{part!r} is no {what}: write {form}, such as {example}; join several by a bar")
    if not REFERENCE.fullmatch(pieces[0]):
        raise Refused(f"{pieces[0]!r} is no reference: up to 60 letters, digits and - _ / . are allowed")
    return pieces


def feed_event(number: int) -> str:
    """The id under which a case hears of the lender's change with this number."""
    return f"feed:{number}"


def charges_told(entries: Iterable[Entry]) -> tuple[ChargeTold, ...]:
    """The charges as a case hears of them. A reference that may be a name is told by its hash."""
    return tuple(
        ChargeTold(
            id=f"lender:{bank_code(entry.reference)}",
            what=entry.kind,
            amount=entry.amount,
            day=entry.day,
            instalment=entry.instalment,
        )
        for entry in entries
        if entry.kind in CHARGES
    )


def adjustments_told(entries: Iterable[Entry]) -> tuple[AdjustmentTold, ...]:
    """Adjustments, credits and their reversals as a case hears of them."""
    return tuple(
        AdjustmentTold(id=_adjustment_id(entry), amount=entry.amount, day=entry.day, reason=entry.kind)
        for entry in entries
        if entry.kind not in CHARGES
    )


def _adjustment_id(entry: Entry) -> str:
    if entry.kind == "credit_reversal":
        return f"lender-reversal:{bank_code(entry.reference.removeprefix(REVERSAL))}"
    return f"lender:{bank_code(entry.reference)}"


class Booked(TypedDict):
    """The fields of a case that its lender's entries fill."""

    charges: tuple[Charge, ...]
    adjustments: tuple[Adjustment, ...]


def booked(entries: Sequence[Entry]) -> Booked:
    """The entries as a case begins with them."""
    return {
        "charges": tuple(Charge(**charge.model_dump()) for charge in charges_told(entries)),
        "adjustments": tuple(Adjustment(**adjustment.model_dump()) for adjustment in adjustments_told(entries)),
    }
