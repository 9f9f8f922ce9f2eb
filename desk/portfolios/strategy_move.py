"""How does a case, or every case of a portfolio, go over to another strategy version, on purpose and in the journal?"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from desk.actor import Actor
from desk.engine_calls import engine
from intake.pack_files import Pack
from models.facts import Moved
from models.tables.accounts import Account
from policy.agreeing.arrangements import terms
from policy.deciding.segmentation import NoStrategy, Segmented, choose
from policy.minor_units import whole_units
from store.account_lookup import KnownAccount, KnownPortfolio, country_of
from store.cause_log import client_of
from store.database import Database, Session
from store.portfolio_rows import has_guarantor, keep_strategy, open_account_rows
from workflows.engine_names import recovery_id

AT_ONCE = 32


class Plan(NamedTuple):
    """Which accounts go where, and which cannot, with the reason."""

    moves: list[tuple[Account, str]]
    stay: list[tuple[Account, str]]


def planned(session: Session, target: KnownAccount | KnownPortfolio, pack: Pack) -> Plan:
    """The new cycle of each open account: that of the same name, else the first that fits the account."""
    plan = Plan([], [])
    for account in _open(session, target):
        if account.strategy == pack.version:
            plan.stay.append((account, "is there already"))
            continue
        cycle = _cycle(session, account, pack)
        if isinstance(cycle, NoStrategy):
            plan.stay.append((account, cycle.reason))
        else:
            plan.moves.append((account, cycle))
    return plan


async def move(database: Database, plan: Plan, pack: Pack, by: Actor) -> int:
    """Tell each case; the same move twice is one move. How many were told."""
    with database.session() as session:
        keep_strategy(session, pack.version, pack.text, datetime.now(UTC))
    client, _ = await engine()
    told = 0
    for start in range(0, len(plan.moves), AT_ONCE):
        batch = plan.moves[start : start + AT_ONCE]
        told += sum(await asyncio.gather(*(_tell(client, account, cycle, pack, by.name) for account, cycle in batch)))
    return told


async def _tell(client: Client, account: Account, cycle: str, pack: Pack, by: str) -> bool:
    fact = Moved(
        event_id=f"moved:{pack.version}",
        strategy=pack.version,
        cycle=cycle,
        promise_days=pack.strategy.promise.max_days,
        allocation=pack.strategy.allocation,
        promises_at_most=pack.strategy.promise.at_most,
        terms=terms(pack.strategy.offers),
        by=by,
    )
    try:
        await client.get_workflow_handle(recovery_id(account.portfolio, account.id)).signal("moved", fact)
    except RPCError as gone:
        if gone.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return True


def _open(session: Session, target: KnownAccount | KnownPortfolio) -> Sequence[Account]:
    if isinstance(target, KnownAccount):
        return [session.get_one(Account, target.id)] if target.outcome is None else []
    return open_account_rows(session, target.id)


def _cycle(session: Session, account: Account, pack: Pack) -> str | NoStrategy:
    if account.cycle in {cycle.name for cycle in pack.strategy.cycles}:
        return account.cycle
    name = pack.strategy.strategy
    chosen = choose({name: pack.strategy}, _facts(session, account), name)
    return chosen if isinstance(chosen, NoStrategy) else chosen.cycle


def _facts(session: Session, account: Account) -> Segmented:
    owed = account.principal if account.outstanding is None else account.outstanding
    return Segmented(
        client=client_of(session, account.portfolio),
        country=country_of(session, account.party),
        product=account.product,
        legal_status=account.legal_status,
        profile=account.profile,
        dpd=account.days_past_due or 0,
        amount=whole_units(owed, account.currency),
        score=account.score,
        collateral=account.collateral,
        guarantor=has_guarantor(session, account.id),
    )
