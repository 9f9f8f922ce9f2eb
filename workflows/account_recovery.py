"""One delinquent account, from first step to last: take in what was told, decide, act or wait, until it ends."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, assert_never

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models.case import Case
    from models.decisions import Call, CaseView, Close, DecideInput, Hearing, Recorded, Told, Turn, Wait
    from models.events import AnyFact
    from models.resolved import Ended
    from policy.case.evolve import evolve, evolved
    from workflows.engine_names import DECIDE, HEAR, NEXT_ACTION_AT, OUTCOME, SEGMENT, SET_ASIDE, STAGE, UNDECIDABLE
    from workflows.step_calls import send, short, take_step

DECIDING = timedelta(seconds=30)
SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=6)
"""When a decision that could not be made is tried again: later each time, at once when something is told."""
MOST_SIGNALS, MOST_UPDATES = 5_000, 1_500
"""The server takes 10,000 signals and 2,000 updates a run, and does not suggest continue-as-new by their number."""


@workflow.defn
class AccountRecoveryWorkflow:
    """What is told is heard, what to do is decided, both by recorded activities; the workflow stores what they say."""

    @workflow.init
    def __init__(self, case: Case) -> None:
        self._case = case
        self._inbox: list[Told] = []
        self._told = 0
        self._updates = 0
        self._heard = False
        self._turn: Turn | None = None
        self._hearing = asyncio.Lock()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._renew = False
        self._shown: tuple[str, str, datetime | None, str | None] | None = None
        self._upon = "begun anew with the same case" if case.decisions else "the case opens"

    @workflow.run
    async def run(self, case: Case) -> str:
        try:
            while True:
                turn = await self._decide()
                match turn.next:
                    case Call() as call:
                        await self._act(call)
                    case Wait() as wait:
                        await self._wait(wait)
                    case Close() as close:
                        if not self._news():
                            self._case = evolve(self._case, Ended(outcome=close.outcome, at=turn.at))
                            return close.outcome
                    case _:
                        assert_never(turn.next)
                self._continue_as_new_in_time()
        except (asyncio.CancelledError, ActivityError) as stopped:
            if is_cancelled_exception(stopped):
                await self._set_aside()
            raise

    # --- the loop's verbs ----------------------------------------------------------------------------------------

    async def _decide(self) -> Turn:
        again = SOONEST
        while True:
            try:
                return await self._decided()
            except FailureError as failed:  # A local activity's failure comes as it is, not as an ActivityError.
                if is_cancelled_exception(failed):
                    raise
                # No later deployment may find a case that hears nothing: what was told is heard all the same.
                async with self._hearing:
                    await self._hear(self._taken(), fault=_code(failed))
            await workflow.wait_condition(lambda: self._news() or self._renew, timeout=again)
            again = min(2 * again, LATEST)

    async def _decided(self) -> Turn:
        async with self._hearing:
            told = self._taken()
            try:
                turn: Turn = await workflow.execute_local_activity(
                    DECIDE,
                    DecideInput(case=self._case, told=told, now=workflow.now()),
                    result_type=Turn,
                    start_to_close_timeout=DECIDING,
                    summary=short(self._upon),
                )
            except FailureError:
                self._inbox[:0] = told
                raise
            self._case = evolved(self._case, turn.events)
        self._show(turn)
        return turn

    def _taken(self) -> tuple[Told, ...]:
        told, self._inbox, self._heard = tuple(self._inbox), [], False
        if told:
            self._upon = "; ".join(dict.fromkeys(_words(t) for t in told))
        return told

    async def _hear(self, told: tuple[Told, ...], fault: str | None = None) -> Hearing:
        hearing: Hearing = await workflow.execute_local_activity(
            HEAR,
            DecideInput(case=self._case, told=told, now=workflow.now(), fault=fault),
            result_type=Hearing,
            start_to_close_timeout=DECIDING,
            summary=short(fault or self._upon),
        )
        self._case = evolved(self._case, hearing.events)
        return hearing

    async def _act(self, call: Call) -> None:
        if call.leaves and self._overtaken():
            return  # Something came while it was decided: it is decided anew.
        try:
            result = await (send if call.leaves else take_step)(self._case.account, call, self._overtaken)
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            result = {"kind": "step_failed", "event_id": f"{call.key}:step_failed", "reason": _code(failed)}
            result |= {"step": call.step, "round": call.round, "key": call.key, "attempt": call.attempt}
        self._keep(str(result["kind"]), result, "step")

    def _news(self) -> bool:
        return bool(self._inbox) or self._heard

    def _overtaken(self) -> bool:
        """Whether something came that may change what was decided; that a message arrived does not."""
        return self._heard or any(not _arrived(told) for told in self._inbox)

    async def _wait(self, wait: Wait) -> None:
        self._set_alarm(wait)
        await workflow.wait_condition(lambda: self._news() or self._renew or self._rung())
        if self._rung():
            self._alarm = self._alarm_at = None
            self._upon = f"the wait is over: {wait.why}"

    def _rung(self) -> bool:
        return self._alarm is not None and self._alarm.done()

    def _set_alarm(self, wait: Wait) -> None:
        """One timer, kept while the deadline stays the same."""
        if wait.until == self._alarm_at and self._alarm is not None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm, self._alarm_at = None, wait.until
        if wait.until is not None:
            nap = max(wait.until - workflow.now(), timedelta(milliseconds=1))
            self._alarm = asyncio.create_task(workflow.sleep(nap, summary=short(f"waiting for {wait.why}")))

    def _continue_as_new_in_time(self) -> None:
        many = self._told > MOST_SIGNALS or self._updates > MOST_UPDATES
        wanted = self._renew or many or workflow.info().is_continue_as_new_suggested()
        if wanted and not self._news() and workflow.all_handlers_finished():
            workflow.continue_as_new(self._case)

    async def _set_aside(self) -> None:
        # `cancel` is an administrative stop: open tasks leave the worklist, the story says so.
        await asyncio.shield(
            workflow.execute_local_activity(
                SET_ASIDE,
                DecideInput(case=self._case, told=tuple(self._inbox), now=workflow.now()),
                start_to_close_timeout=DECIDING,
            )
        )

    # --- what is told --------------------------------------------------------------------------------------------

    def _keep(self, name: str, content: Any, by: Any) -> Told:
        self._told += 1
        told = Told(name=name, content=content, by=by, ref=f"{workflow.info().run_id}:{self._told}", at=workflow.now())
        self._inbox.append(told)
        return told

    @workflow.signal(dynamic=True)
    def told(self, name: str, content: Sequence[RawValue]) -> None:
        """A fact under its name (models/facts.py). What is no fact is kept and put before a person."""
        self._keep(name, _plain(content), "signal")

    @workflow.signal(description="Begin a new run with the same state: lets ops move or mend a sleeping case")
    def renew(self) -> None:
        self._renew = True

    @workflow.update(description="Tell the case a fact and learn what became of it: taken, known, refused or kept")
    async def record(self, fact: AnyFact) -> Recorded:
        self._updates += 1
        content, ref = fact.model_dump(mode="json"), f"{workflow.info().run_id}:u{self._updates}"
        async with self._hearing:
            self._upon = fact.kind.replace("_", " ")
            told = Told(name=fact.kind, content=content, by="update", ref=ref, at=workflow.now())
            hearing = await self._hear((told,))
        assert hearing.answer
        self._heard = self._heard or bool(hearing.events)
        return hearing.answer

    # --- what is shown -------------------------------------------------------------------------------------------

    @workflow.query(description="The whole case: stage, position, holds, promises, next step, when, and why")
    def case(self) -> CaseView:
        turn = self._turn
        return CaseView(
            case=self._case,
            stage=self._case.stage,
            outstanding=turn.outstanding if turn else 0,
            overdue=turn.overdue if turn else 0,
            days_past_due=turn.days_past_due if turn else 0,
            next_step=getattr(turn.next, "step", None) if turn else None,
            next_at=getattr(turn.next, "until", None) if turn else None,
            why=turn.next.why if turn else "not decided yet",
        )

    def _show(self, turn: Turn) -> None:
        self._turn = turn
        if turn.page:
            workflow.set_current_details(turn.page)
        if isinstance(turn.next, Call):
            return
        until, outcome = getattr(turn.next, "until", None), getattr(turn.next, "outcome", None)
        wanted = (self._case.cycle, turn.stage, until, outcome)
        if wanted != self._shown:
            self._shown = wanted
            found_at = NEXT_ACTION_AT.value_set(until) if until else NEXT_ACTION_AT.value_unset()
            ended = [OUTCOME.value_set(outcome)] if outcome else []
            stands = [SEGMENT.value_set(self._case.cycle), STAGE.value_set(turn.stage)]
            workflow.upsert_search_attributes([*stands, found_at, *ended])


def _plain(content: Sequence[RawValue]) -> Any:
    """The content as plain data; None where it cannot be read: its name is kept all the same."""
    try:
        return workflow.payload_converter().from_payload(content[0].payload) if content else None
    except Exception:
        return None


def _arrived(told: Told) -> bool:
    return (
        told.name == "delivery_report" and isinstance(told.content, dict) and told.content.get("status") == "delivered"
    )


def _words(told: Told) -> str:
    """What came, in a line. A signal's name may be anything; ours have no personal data."""
    return told.name.replace("_", " ") if told.name.replace("_", "").isalpha() and told.name.islower() else "a signal"


def _code(failed: FailureError) -> str:
    """The error's type: its text may hold what is not for a history."""
    cause = failed.cause if isinstance(failed, ActivityError) else failed
    if isinstance(cause, ApplicationError) and cause.type == UNDECIDABLE:
        return cause.message[:80]
    return (cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__)[:80]
