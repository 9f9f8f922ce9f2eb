"""How an account becomes a case: from the rows of the database, or straight from a portfolio file for a rehearsal."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from sqlmodel import Session, col, func, select

from channels.channel_table import reach
from intake.lender_entries import Entry, booked, feed_event
from intake.pack_files import Pack
from intake.portfolio_file import AccountRow, tariff_of
from models.case import Case, CaseHold, Instalment
from models.charges import Role
from models.event import Channel
from models.portfolio_orders import PORTFOLIO_PAUSE
from models.strategy import Strategy
from models.tables.accounts import Account, Guarantor, InstalmentDue, Party, Portfolio, StrategyText
from models.tables.arrivals import FeedEntry
from models.tariff import Tariff
from policy.agreeing.arrangements import terms
from policy.parsing.pack_reading import read_strategy
from policy.procedures.hold_rules import rule_of
from store.opt_outs import opted_out


def load_cases(session: Session, portfolio: str, after: int, limit: int, now: datetime) -> tuple[list[Case], int, bool]:
    """The next accounts that were never started, as cases opened now; the cursor behind them; whether more follow."""
    rows = select(Account).where(Account.portfolio == portfolio, Account.number > after)
    accounts = session.exec(rows.order_by(col(Account.number)).limit(limit)).all()
    fresh = [a for a in accounts if a.started is None]
    ids = [a.id for a in fresh]
    instalments: dict[str, list[Instalment]] = defaultdict(list)
    for due in session.exec(select(InstalmentDue).where(col(InstalmentDue.account).in_(ids))):
        told = Instalment(number=due.number, due=due.due, amount=due.amount, interest=due.interest)
        instalments[due.account].append(told)
    entries: dict[str, list[Entry]] = defaultdict(list)
    booked_before = select(FeedEntry).where(col(FeedEntry.account).in_(ids))
    for e in session.exec(booked_before.order_by(col(FeedEntry.day), col(FeedEntry.reference))):
        entries[e.account].append(Entry(e.reference, e.kind, e.amount, e.day, e.instalment))  # type: ignore[arg-type]
    parties = {p.id: p for p in session.exec(select(Party).where(col(Party.id).in_({a.party for a in fresh})))}
    bound = select(Guarantor.account, func.count()).where(col(Guarantor.account).in_(ids)).group_by(Guarantor.account)
    guarantors = dict(session.exec(bound).all())
    strategies = _strategies(session, {a.strategy for a in fresh})
    held = session.get_one(Portfolio, portfolio)
    stopped = opted_out(session, parties)
    cases = []
    for a in fresh:
        known = _Rows(
            account=a,
            party=parties[a.party],
            portfolio=held,
            instalments=instalments[a.id],
            entries=entries[a.id],
            guarantors=guarantors.get(a.id, 0),
            opt_outs=stopped.get(a.party, ()),
        )
        cases.append(_case(known, strategies[a.strategy], now))
    return cases, accounts[-1].number if accounts else after, len(accounts) == limit


def undecided(session: Session, accounts: Sequence[str]) -> list[str]:
    """Those of them that nobody decided yet."""
    mine = select(Account.id).where(col(Account.id).in_(accounts), col(Account.started).is_(None))
    return list(session.exec(mine))


def _strategies(session: Session, versions: set[str]) -> dict[str, Strategy]:
    return {v: read_strategy(session.get_one(StrategyText, v).text, v) for v in versions}


class _Rows(NamedTuple):
    """What the database holds of one account."""

    account: Account
    party: Party
    portfolio: Portfolio
    instalments: Sequence[Instalment]
    entries: Sequence[Entry]
    guarantors: int
    opt_outs: tuple[Channel, ...]


def _case(rows: _Rows, strategy: Strategy, now: datetime) -> Case:
    account, party, portfolio, instalments, entries, guarantors, opt_outs = rows
    case = Case(
        account=account.id,
        portfolio=account.portfolio,
        party=account.party,
        client=portfolio.client,
        product=account.product,
        legal_status=account.legal_status,
        country=party.country,
        zone=party.zone,
        currency=account.currency,
        strategy=account.strategy,
        cycle=account.cycle,
        instalments=tuple(sorted(instalments, key=lambda i: i.number)),
        opened=now,
        score=account.score,
        profile=account.profile,
        guarantors=guarantors,
        collateral=account.collateral,
        specialist=appointed(strategy, account.id),
        reach=reach(party),
        opt_outs=opt_outs,
        promise_days=strategy.promise.max_days,
        allocation=strategy.allocation,
        promises_at_most=strategy.promise.at_most,
        terms=terms(strategy.offers),
        contract_date=account.contract_date,
        tariff=Tariff.model_validate(account.tariff) if account.tariff else None,
        principal=account.principal,
        # What the lender's feed brought before stands in these rows already.
        seen=tuple(feed_event(number) for number in range(1, account.updates + 1)),
        **booked(entries),
    )
    if not portfolio.held:
        return case
    hold = CaseHold(id="portfolio", reason=PORTFOLIO_PAUSE, since=now, blocks=rule_of(PORTFOLIO_PAUSE).blocks)
    return case.model_copy(update={"holds": (hold,)})


def case_of_row(row: AccountRow, portfolio: str, pack: Pack, cycle: str, now: datetime, role: Role = "agency") -> Case:
    """A row of a file as the case it would become; account and person are known by the client's references."""
    return Case(
        account=row.account,
        portfolio=portfolio,
        party=row.customer,
        client=portfolio,
        product=row.product,
        legal_status=row.legal_status,
        country=row.country,
        zone=row.time_zone,
        currency=row.currency,
        strategy=pack.version,
        cycle=cycle,
        instalments=row.instalments,
        opened=now,
        score=row.score,
        profile=row.profile,
        guarantors=1 if row.guarantor else 0,
        collateral=row.collateral,
        specialist=appointed(pack.strategy, row.account),
        reach=reach(row),
        promise_days=pack.strategy.promise.max_days,
        allocation=pack.strategy.allocation,
        promises_at_most=pack.strategy.promise.at_most,
        terms=terms(pack.strategy.offers),
        contract_date=row.contract_date,
        tariff=tariff_of(row, role),
        principal=row.principal,
        **booked(row.entries),
    )


def appointed(strategy: Strategy, account: str) -> str | None:
    """The specialist who stays on the account for its whole life; always the same one for the same account."""
    if not strategy.specialists:
        return None
    return strategy.specialists[crc32(account.encode()) % len(strategy.specialists)]
