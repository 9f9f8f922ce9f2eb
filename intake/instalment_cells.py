"""What is due when? The instalments of one account, from one cell."""

import re
from datetime import date, timedelta

from intake.amounts import LARGEST, minor_units
from intake.cells import Cell, Refused, tidy
from models.case import Instalment

RELATIVE = re.compile(r"[Dd](?:([+-])([0-9]{1,5}))?")
NOUGHT = re.compile(r"0([.,]0{1,6})?")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST = date(1990, 1, 1)
FURTHEST = timedelta(days=40 * 366)
MOST = 600


def instalments(cell: Cell, principal: int | None, currency: str | None, today: date) -> tuple[Instalment, ...]:
    """The instalments by due day. A day alone means that the whole principal is due then."""
    if isinstance(cell, date):
        return _all_at_once(_sane(cell, today), principal)
    text = tidy(cell)
    if ":" not in text and "|" not in text:
        return _all_at_once(due_day(text, today), principal)
    return _several(text.split("|"), currency, today)


def _all_at_once(day: date, principal: int | None) -> tuple[Instalment, ...]:
    return () if principal is None else _numbered([(day, principal, 0)])


def due_day(text: str, today: date) -> date:
    """A day: `2026-09-30`, or `D`, `D-30`, `D+5` counted from the day of hand-over."""
    if relative := RELATIVE.fullmatch(text):
        sign, days = relative.groups()
        return _sane(today + timedelta(days=int(f"{sign or '+'}{days or 0}")), today)
    if not ISO_DAY.fullmatch(text):
        raise Refused(f"{text!r} is no day: write it as 2026-09-30")
    try:
        return _sane(date.fromisoformat(text), today)
    except ValueError as error:
        raise error if isinstance(error, Refused) else Refused(f"{text!r} is no day of the calendar") from None


def _sane(day: date, today: date) -> date:
    if not EARLIEST <= day <= today + FURTHEST:
        raise Refused(f"{day} is out of range: from {EARLIEST} to forty years from now")
    return day


def _several(parts: list[str], currency: str | None, today: date) -> tuple[Instalment, ...]:
    if len(parts) > MOST:
        raise Refused(f"has {len(parts)} instalments; {MOST} are the most")
    taken: dict[date, tuple[int, int]] = {}
    reasons: list[str] = []
    for part in parts:
        try:
            day, amount, interest = _one(part.strip(), currency, today)
        except Refused as refused:
            reasons.extend(refused.reasons)
            continue
        if day in taken:
            reasons.append(f"has two instalments due on {day}")
        taken[day] = amount, interest
    if sum(amount for amount, _ in taken.values()) > LARGEST:
        reasons.append("is too large in sum")
    if reasons:
        raise Refused(*dict.fromkeys(reasons))
    return _numbered([(day, *money) for day, money in sorted(taken.items())])


def _one(part: str, currency: str | None, today: date) -> tuple[date, int, int]:
    day, *money = (piece.strip() for piece in part.split(":"))
    if not 1 <= len(money) <= 2 or not all(money):
        raise Refused(f"{part!r} is no instalment: write day:amount|day:amount, such as 2026-09-30:120.50")
    due, amount = due_day(day, today), part_amount(money[0], currency)
    interest = 0 if len(money) < 2 or NOUGHT.fullmatch(money[1]) else part_amount(money[1], currency)
    if interest > amount:
        raise Refused(f"{part!r} has more interest than the instalment amounts to")
    return due, amount, interest


def part_amount(text: str, currency: str | None) -> int:
    """An amount within a cell; the refusal repeats it."""
    try:
        return minor_units(text, currency)
    except Refused as refused:
        raise Refused(*(f"{text!r} {reason}" for reason in refused.reasons)) from None


def _numbered(due: list[tuple[date, int, int]]) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(number=n, due=day, amount=amount, interest=interest)
        for n, (day, amount, interest) in enumerate(due, start=1)
    )
