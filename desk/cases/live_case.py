"""What does a case know right now? Asked of its workflow."""

from temporalio.service import RPCError, RPCStatusCode

from desk.actor import Actor
from desk.engine_calls import answered, engine
from desk.refused import Refused
from models.case import Case
from models.decisions import CaseView
from store.account_lookup import KnownAccount, account_again
from store.database import Database
from workflows.engine_names import recovery_id


async def view_of(account: KnownAccount, by: Actor) -> CaseView:
    """The case as it runs now. Refused where it has ended."""
    if account.outcome is not None:
        raise Refused(f"the case of {account.reference} ended as {account.outcome}")
    client, _ = await engine()
    handle = client.get_workflow_handle(recovery_id(account.portfolio, account.id))
    view: CaseView = await answered(handle.query("case", result_type=CaseView))
    return view


async def case_of(database: Database, account: KnownAccount, by: Actor) -> Case:
    """The case as its workflow knows it; as it ended, where it has ended."""
    if account.started is None:
        raise Refused(f"the case of {account.reference} has not been started yet")
    if account.last_case is None:
        try:
            return (await view_of(account, by)).case
        except RPCError as fault:
            if fault.status is not RPCStatusCode.NOT_FOUND:
                raise
        account = account_again(database, account.id)
    if account.last_case is None:
        raise Refused(f"the case of {account.reference} does not run in this engine")
    return Case.model_validate(account.last_case)
