"""What does a portfolio file bring: which accounts, by which strategy, and which rows are rejected?"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from desk.catalogue.strategies import AUTOMATIC, packs_for
from desk.refused import Refused
from intake.pack_files import Pack, jurisdictions
from intake.portfolio_file import AccountRow, Reject, read_portfolio, tariff_of, write_rejects
from models.tables.accounts import Portfolio
from models.tariff import Tariff
from policy.deciding.segmentation import Chosen, NoStrategy, Segmented, choose
from policy.law.may_contact import debtor_day
from policy.minor_units import whole_units
from store.database import Database
from store.handover import HandOver, hand_over


class Unsound(Refused):
    """Nothing may be taken because of these rows."""

    def __init__(self, why: str, rejects: Sequence[Reject]) -> None:
        super().__init__(why)
        self.rejects = rejects


class Handed(NamedTuple):
    """A file as read: accounts with the strategy and the cycle chosen for each, and what was rejected."""

    rows: list[AccountRow]
    chosen: dict[str, tuple[Pack, str]]
    """By the account's reference."""
    rejects: list[Reject]
    unfit: Sequence[AccountRow] = ()
    """Sound rows that no strategy fits: only an account that is known already needs none."""
    columns: frozenset[str] = frozenset()
    """Those that the file has."""

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return len({reject.row for reject in self.rejects})

    @property
    def by_segment(self) -> dict[tuple[str, str, str], list[int]]:
        """What is owed on each account, by strategy, cycle and currency."""
        found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for row in self.rows:
            pack, cycle = self.chosen[row.account]
            found[pack.version, cycle, row.currency].append(sum(i.amount for i in row.instalments))
        return found


def read_file(file: Path, client: str, wanted: str, now: datetime, today: date | None = None) -> Handed:
    """Read a portfolio and choose a strategy for each account. `D-30` counts from `today`."""
    packs, only = packs_for(wanted)
    read = read_portfolio(file, frozenset(jurisdictions()), today or now.astimezone().date())
    known = {name: pack.strategy for name, pack in packs.items()}
    chosen: dict[str, tuple[Pack, str]] = {}
    rejects = list(read.rejects)
    for row in read.rows:
        answer = choose(known, _segmented(row, client, now), only)
        match answer:
            case Chosen():
                chosen[row.account] = (packs[answer.strategy], answer.cycle)
            case NoStrategy(reason=reason):
                rejects.append(Reject(row.row, row.account, "strategy", only or AUTOMATIC, reason))
    rejects.sort(key=lambda reject: reject.row)
    fit = [row for row in read.rows if row.account in chosen]
    unfit = [row for row in read.rows if row.account not in chosen]
    return Handed(fit, chosen, rejects, unfit, read.columns)


def _segmented(row: AccountRow, client: str, now: datetime) -> Segmented:
    oldest = min(i.due for i in row.instalments)
    return Segmented(
        client=client,
        country=row.country,
        product=row.product,
        legal_status=row.legal_status,
        profile=row.profile,
        dpd=(debtor_day(now, row.time_zone) - oldest).days,
        amount=whole_units(sum(i.amount for i in row.instalments), row.currency),
        score=row.score,
        collateral=row.collateral,
        guarantor=row.guarantor is not None,
    )


def refuse_unsound(handed: Handed, *, strict: bool) -> None:
    """Nothing may be taken: no row is sound, or one is not and all are wanted."""
    if handed.rows and not (strict and handed.rejects):
        return
    rows = f"{handed.rejected:,} {'row' if handed.rejected == 1 else 'rows'}"
    why = f"{rows} of {handed.rejected + len(handed.rows)} cannot be taken"
    raise Unsound(f"nothing was taken: {why}" if handed.rows else f"nothing can be taken: {why}", handed.rejects)


def keep_rejects(handed: Handed, file: Path, wanted: Path | None) -> Path | None:
    """Write the rejects file, if there are rejects."""
    if not handed.rejects:
        return None
    path = wanted or Path(f"{file.stem}-rejects.csv")
    try:
        write_rejects(path, handed.rejects)
    except OSError as fault:
        raise Refused(f"the rejects cannot be written to {path}: {fault.strerror}") from None
    return path


def take(
    database: Database, portfolio: Portfolio, handed: Handed, progress: Callable[[int], None] | None = None
) -> HandOver:
    """Put the accounts into the database: all or none."""
    used = [pack for pack, _ in handed.chosen.values()]

    def chosen(row: AccountRow) -> tuple[str, str]:
        pack, cycle = handed.chosen[row.account]
        return pack.version, cycle

    with database.session() as session:
        return hand_over(session, portfolio, handed.rows, chosen, {p.version: p.text for p in used}, progress)


def as_portfolio(name: str, client: str, file: Path, **more: Any) -> Portfolio:
    """The portfolio's own row."""
    now = datetime.now(UTC)
    return Portfolio(id=name, client=client, source=file.name, created=now, fed=now, **more)


def tariffs_of(handed: Handed, portfolio: Portfolio) -> Iterator[Tariff]:
    """The tariffs of the file's accounts, as the law allows them to our role."""
    for row in handed.rows:
        if row.tariff and (tariff := tariff_of(row, portfolio.actor)):
            yield tariff
