"""What would happen to the accounts of a file between two days, told line by line, on one process or several?"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from heapq import merge
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from operator import itemgetter
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

_AT_ONCE = 500
"""Lines that a process hands over together; it waits until they are taken."""
_Rehearsal = Callable[[Sequence[Case]], Iterable[Line]]
_Written = tuple[datetime, str, str]
"""When, of which account, the line as it is printed."""


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


def rehearsed(
    handed: Handed,
    cases: Mapping[str, Case],
    events: Path | None,
    until: datetime,
    write: Callable[[Told], str],
    jobs: int | None = None,
) -> Iterator[str]:
    """Everything that would happen as it is printed, accounts by their references; `jobs`: processes, None for all
    cores."""
    if not cases:
        raise Refused("there is nothing to rehearse: every row was rejected")
    script = read_script(events, cases) if events else []
    known = {pack.version: pack.strategy for pack, _ in handed.chosen.values()}
    references = {case.account: reference for reference, case in cases.items()}
    lived_in = places()
    law = {cases[r.account].account: law_at(lived_in, r.country, r.region, r.postal_code) for r in handed.rows}
    yield from _rehearsed_by(
        jobs or _cores(),
        lambda share: rehearse(share, known, law, script, until=until),
        list(cases.values()),
        lambda line: write(Told(references[line.account], line)),
    )


# --- on several processes --------------------------------------------------------------------------------------------


def _cores() -> int:
    """How many processes run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rehearsed_by(
    jobs: int, rehearsal: _Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]
) -> Iterator[str]:
    """Every line as it is printed, by time and account. The accounts of one party stay together: they share its log."""
    shares = _shares(cases, jobs if "fork" in get_all_start_methods() else 1)
    if len(shares) == 1:
        yield from (text for _, _, text in _live(rehearsal, cases, write))
        return
    context, told, processes = get_context("fork"), [], []
    for share in shares:
        reader, writer = context.Pipe(duplex=False)
        processes.append(context.Process(target=_tell, args=(writer, rehearsal, share, write), daemon=True))
        processes[-1].start()
        writer.close()
        told.append(_heard(reader))
    try:
        yield from (text for _, _, text in merge(*told, key=itemgetter(0, 1)))
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _shares(cases: Sequence[Case], jobs: int) -> list[list[Case]]:
    parties = {party: n for n, party in enumerate(dict.fromkeys(case.party for case in cases))}
    shares: list[list[Case]] = [[] for _ in range(max(1, min(jobs, len(parties))))]
    for case in cases:
        shares[parties[case.party] % len(shares)].append(case)
    return shares


def _live(rehearsal: _Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]) -> Iterator[_Written]:
    return ((line.time, line.account, write(line)) for line in rehearsal(cases))


def _tell(writer: Connection, rehearsal: _Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]) -> None:
    gc.disable()  # Cases and lines hold nothing in circles: looking for some took an eighth of the time.
    try:
        lines = _live(rehearsal, cases, write)
        while part := list(islice(lines, _AT_ONCE)):
            writer.send(part)
        writer.send(None)
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as fault:
        writer.send(fault)


def _heard(reader: Connection) -> Iterator[_Written]:
    try:
        while (part := reader.recv()) is not None:
            if isinstance(part, Exception):
                raise part
            yield from part
    except EOFError:
        raise RuntimeError("a process of the rehearsal was ended") from None
