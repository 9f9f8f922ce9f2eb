"""What would happen to the accounts of a file between two days, told line by line?"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

from desk.portfolios.portfolio_load import Handed
from desk.refused import Refused
from intake.events_file import read_script
from intake.pack_files import places
from models.case import Case
from models.decisions import Line
from policy.deciding.rehearsal import rehearse
from policy.parsing.pack_reading import law_at
from store.case_opening import appointed, case_of_row
from store.handover import opaque_id


class Period(NamedTuple):
    """From an instant (included) to another (excluded)."""

    begin: datetime
    end: datetime


class Told(NamedTuple):
    """A line of the story of an account, by its reference."""

    account: str
    line: Line


FIRST_YEAR, LAST_YEAR = 1990, 2190


def period(begin: str, end: str) -> Period:
    """Two days or instants; a day begins at 00:00 UTC. Raises ValueError."""
    found = Period(_instant(begin), _instant(end))
    if not (found.begin.year >= FIRST_YEAR and found.end.year <= LAST_YEAR):
        raise ValueError(f"a rehearsal lies between {FIRST_YEAR} and {LAST_YEAR}")
    if found.begin >= found.end:
        raise ValueError(f"{end} is not after {begin}")
    return found


def _instant(text: str) -> datetime:
    try:
        if len(text) == len("2026-12-01"):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day: write it as 2026-12-01, or as 2026-12-01T08:00Z") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def cases_of(handed: Handed, portfolio: str, client: str, now: datetime) -> dict[str, Case]:
    """The cases that the rows would become, by reference. Their ids are those of a real hand-over under that name:
    specialist and hours are the same."""
    cases: dict[str, Case] = {}
    for row in handed.rows:
        pack, cycle = handed.chosen[row.account]
        account = opaque_id(portfolio, row.account)
        real = {"account": account, "client": client, "specialist": appointed(pack.strategy, account)}
        cases[row.account] = case_of_row(row, portfolio, pack, cycle, now).model_copy(update=real)
    return cases


def rehearsed(handed: Handed, cases: Mapping[str, Case], events: Path | None, until: datetime) -> Iterator[Told]:
    """Everything that would happen, accounts by their references."""
    if not cases:
        raise Refused("there is nothing to rehearse: every row was rejected")
    script = read_script(events, cases) if events else []
    known = {pack.version: pack.strategy for pack, _ in handed.chosen.values()}
    references = {case.account: reference for reference, case in cases.items()}
    lived_in = places()
    law = {cases[r.account].account: law_at(lived_in, r.country, r.region, r.postal_code) for r in handed.rows}
    for line in rehearse(list(cases.values()), known, law, script, until=until):
        yield Told(references[line.account], line)
