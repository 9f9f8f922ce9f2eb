"""One portfolio: starts the cases of its accounts page by page, then stays to pause, resume or withdraw them all."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from models.portfolio_orders import Order, PageInput, PageResult, PortfolioState, Progress, TellInput
    from workflows.engine_names import START_PAGE, TELL_PAGE

PAGE_TIME = timedelta(hours=2)
HEARTBEAT = timedelta(seconds=30)
RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))


@workflow.defn
class PortfolioIntakeWorkflow:
    """Durable intake: the cursor is in the state, a page that is begun again starts nothing twice."""

    @workflow.init
    def __init__(self, state: PortfolioState) -> None:
        self._state = state
        self._more = True
        self._starting = False

    @workflow.run
    async def run(self, state: PortfolioState) -> None:
        while True:
            if self._state.orders:
                await self._carry_out(self._state.orders[0])
            elif self._more and not self._state.paused:
                await self._start_page()
            else:
                await workflow.wait_condition(self._something_to_do)
            if workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished():
                workflow.continue_as_new(self._state)

    def _something_to_do(self) -> bool:
        return bool(self._state.orders) or (self._more and not self._state.paused)

    async def _start_page(self) -> None:
        state = self._state
        self._more, self._starting = False, True
        page: PageResult = await workflow.execute_activity(
            START_PAGE,
            PageInput(portfolio=state.portfolio, after=state.cursor, limit=state.page, rate=state.rate),
            result_type=PageResult,
            start_to_close_timeout=PAGE_TIME,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            summary=f"accounts after {state.cursor}",
        )
        self._more, self._starting = self._more or page.more, False
        started, known = self._state.started + page.started, self._state.known + page.known
        self._change(cursor=page.cursor, started=started, known=known)
        workflow.set_current_details(
            f"{started} started, {known} known already, {'more to come' if page.more else 'all'}"
        )

    async def _carry_out(self, order: Order) -> None:
        """Tell every account that was started; those started from now on begin with the hold."""
        told: PageResult = await workflow.execute_activity(
            TELL_PAGE,
            TellInput(portfolio=self._state.portfolio, order=order, after=self._state.told, limit=self._state.page),
            result_type=PageResult,
            start_to_close_timeout=PAGE_TIME,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=RETRY,
            summary=f"{order.what} after {self._state.told}",
        )
        if told.more:
            self._change(told=told.cursor)
        else:
            self._change(told=0, orders=self._state.orders[1:], done=(*self._state.done[-99:], order.order))

    def _change(self, **changes: object) -> None:
        self._state = self._state.model_copy(update=changes)

    @workflow.signal(description="Pause, resume or withdraw every account")
    def order(self, order: Order) -> None:
        if order.order in self._state.done or any(o.order == order.order for o in self._state.orders):
            return
        paused = order.what != "resume"
        self._change(orders=(*self._state.orders, order), paused=paused)

    @workflow.signal(description="Further accounts were handed over: look again")
    def more(self) -> None:
        self._more = True

    @workflow.signal(description="Accounts started per second; 0: as fast as the engine takes them")
    def set_rate(self, rate: float) -> None:
        self._change(rate=rate)

    @workflow.query(description="How far the intake is")
    def progress(self) -> Progress:
        state = self._state
        return Progress(
            portfolio=state.portfolio,
            started=state.started,
            known=state.known,
            cursor=state.cursor,
            paused=state.paused,
            complete=not self._more and not self._starting and not state.orders,
            orders_open=len(state.orders),
        )
