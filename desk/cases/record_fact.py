"""How does a fact reach a case: one that runs answers at once, one that has ended is opened again for money only."""

from datetime import timedelta

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from desk.actor import Actor
from desk.engine_calls import ANSWER_SECONDS, answered, engine
from desk.readable import answer
from desk.refused import Refused
from models import events as e
from models.case import Case
from models.decisions import Recorded
from policy.facts.fact_table import reused
from policy.law.may_contact import debtor_day
from policy.phrases import day_text
from store.account_lookup import KnownAccount, account_again
from store.database import Database
from store.opt_outs import opted_out
from workflows.engine_names import PORTFOLIO, SEGMENT, recovery_id

MONEY = (e.PaymentReceived, e.PaymentReversed, e.AccountUpdated)
"""Facts that are never refused because a case has ended: the money moved, or the lender changed the debt."""


class NotTaken(Refused):
    """The case did not take the fact, for sure."""


async def tell(database: Database, account_id: str, fact: e.Event, by: Actor) -> Recorded:
    """Tell the account's case, and that they said it; refused with the reason where it cannot be taken."""
    client, settings = await engine()
    fact = fact if fact.by else fact.model_copy(update={"by": by.name})
    account = account_again(database, account_id)
    if account.outcome is None:
        try:
            return await _record(client, account, fact)
        except RPCError as fault:
            if fault.status is not RPCStatusCode.NOT_FOUND:
                raise
    ended = _ended(account_again(database, account.id))
    with database.reading() as session:
        # What the party stopped or took back since: a case that has ended is told of neither.
        stopped = opted_out(session, [ended.party]).get(ended.party, ())
    if not isinstance(fact, MONEY):
        case = Case.model_validate(ended.last_case)
        assert case.closed
        on = day_text(debtor_day(case.closed, case.zone))
        raise NotTaken(f"the case of {ended.reference} ended as {ended.outcome} on {on}")
    case = Case.model_validate(ended.last_case).model_copy(update={"opt_outs": stopped})
    return await _open_again(client, settings.task_queue, ended, case, fact)


async def _record(client: Client, account: KnownAccount, fact: e.Event) -> Recorded:
    handle = client.get_workflow_handle(recovery_id(account.portfolio, account.id))
    doubt = f"; it may have been taken all the same: tell it again with --event-id {fact.event_id}"
    limit = timedelta(seconds=ANSWER_SECONDS)
    try:
        asked = handle.execute_update("record", fact, result_type=Recorded, rpc_timeout=limit)
        recorded: Recorded = await answered(asked, doubt)
    except WorkflowUpdateFailedError as fault:
        reason = fault.cause.message if isinstance(fault.cause, ApplicationError) else str(fault.cause)
        raise NotTaken(reason) from None
    if recorded.became in ("refused", "kept"):
        why = recorded.why if recorded.became == "refused" and recorded.why else recorded.message
        raise NotTaken(why, answer(recorded, account.reference))
    return recorded


def _ended(account: KnownAccount) -> KnownAccount:
    if account.started is None:
        raise NotTaken(f"the case of {account.reference} has not been started yet")
    if account.outcome is None or account.last_case is None:
        raise NotTaken(f"the case of {account.reference} does not run in this engine")
    return account


async def _open_again(client: Client, task_queue: str, account: KnownAccount, case: Case, fact: e.Event) -> Recorded:
    """A new run from the case as it ended. If another one began meanwhile, that one is told."""
    signal = str(type(fact).model_fields["kind"].default)
    again = reused(case, fact)
    if again:
        raise Refused(again)
    if fact.event_id in case.seen:
        return Recorded(event_id=fact.event_id, became="known", message="known already: it counts once")
    attributes = [SearchAttributePair(PORTFOLIO, account.portfolio), SearchAttributePair(SEGMENT, account.cycle)]
    await client.start_workflow(
        "AccountRecoveryWorkflow",
        case,
        id=recovery_id(account.portfolio, account.id),
        task_queue=task_queue,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=signal,
        start_signal_args=[fact],
        search_attributes=TypedSearchAttributes(attributes),
        static_summary=f"{account.cycle} of {account.strategy}, after it had ended as {account.outcome}",
    )
    message = f"{signal} taken for a case that had ended as {account.outcome}"
    return Recorded(event_id=fact.event_id, became="taken", message=message)
