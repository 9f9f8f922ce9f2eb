"""How do several processes rehearse one portfolio, so that its lines come in the same order whatever their number?"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from operator import itemgetter

from models.case import Case
from models.decisions import Line

AT_ONCE = 500
"""Lines that a process hands over together; it waits until they are taken."""
Rehearsal = Callable[[Sequence[Case]], Iterable[Line]]
Written = tuple[datetime, str, str]
"""When, of which account, the line as it is printed."""


def cores() -> int:
    """How many processes run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rehearsed_by(jobs: int, rehearsal: Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]) -> Iterator[str]:
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


def _live(rehearsal: Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]) -> Iterator[Written]:
    return ((line.time, line.account, write(line)) for line in rehearsal(cases))


def _tell(writer: Connection, rehearsal: Rehearsal, cases: Sequence[Case], write: Callable[[Line], str]) -> None:
    gc.disable()  # Cases and lines hold nothing in circles: looking for some took an eighth of the time.
    try:
        lines = _live(rehearsal, cases, write)
        while part := list(islice(lines, AT_ONCE)):
            writer.send(part)
        writer.send(None)
    except (BrokenPipeError, KeyboardInterrupt):
        return
    except Exception as fault:
        writer.send(fault)


def _heard(reader: Connection) -> Iterator[Written]:
    try:
        while (part := reader.recv()) is not None:
            if isinstance(part, Exception):
                raise part
            yield from part
    except EOFError:
        raise RuntimeError("a process of the rehearsal was ended") from None
