"""One delinquent account, from first step to last: take in what was told, decide, act or wait, until it ends."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, assert_never

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from models import events as e
    from models.case import Case
    from models.decisions import Act, CaseView, Close, DecideInput, Decision, Recorded, Wait
    from models.events import Heard
    from policy.apply import apply, end, follow
    from policy.objections import objection, reused
    from policy.procedures.hold_rules import shown
    from policy.steps.step_outcomes import base, step_input
    from policy.telling.case_summary import details, told
    from workflows.engine_names import (
        ACTIVITY_OF,
        DECIDE,
        LEAVING,
        NEXT_ACTION_AT,
        OUTCOME,
        SEGMENT,
        SET_ASIDE,
        STAGE,
    )
    from workflows.step_calls import send, short, take_step

DECIDING = timedelta(seconds=30)
pure = workflow.unsafe.sandbox_unrestricted
"""Policy is pure, import-linter holds it to that; but the sandbox forbids it to read time zones and currencies."""
MOST_SIGNALS = 5_000
"""The server takes 10,000 signals a run, and does not suggest continue-as-new by their number."""


@workflow.defn
class AccountRecoveryWorkflow:
    """Facts come as signals or through the update `record`; what to do is decided by the policy and recorded."""

    @workflow.init
    def __init__(self, case: Case) -> None:
        self._case = case
        self._inbox: list[Heard] = []
        self._signals = 0
        self._decision: Decision | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._renew = False
        self._shown: tuple[str, str, datetime | None, str | None] | None = None
        self._upon = "begun anew with the same case" if case.decisions else "the case opens"

    @workflow.run
    async def run(self, case: Case) -> str:
        try:
            while True:
                decision = await self._decide()
                match decision.next:
                    case Act() as act:
                        await self._act(act)
                    case Wait() as wait:
                        await self._wait(wait)
                    case Close() as close:
                        if not self._inbox:
                            self._case = end(self._case, close.outcome, decision.at)
                            return close.outcome
                    case _:
                        assert_never(decision.next)
                self._continue_as_new_in_time()
        except (asyncio.CancelledError, ActivityError) as stopped:
            if is_cancelled_exception(stopped):
                await self._set_aside()
            raise

    # --- the loop's verbs ----------------------------------------------------------------------------------------

    async def _decide(self) -> Decision:
        news, self._inbox = tuple(h for h in self._inbox if not self._known(h)), []
        with pure():
            for heard in news:
                self._case = apply(self._case, heard)
            upon = "; ".join(told(heard.event, self._case.currency) for heard in news) or self._upon
        decision: Decision = await workflow.execute_local_activity(
            DECIDE,
            DecideInput(case=self._case, news=news, now=workflow.now()),
            result_type=Decision,
            start_to_close_timeout=DECIDING,
            summary=short(upon),
        )
        with pure():
            self._case = follow(self._case, decision)
            self._show(decision)
        return decision

    async def _act(self, act: Act) -> None:
        with pure():
            asked = step_input(self._case, act, workflow.now())
        name = ACTIVITY_OF[act.do] if act.waits_for != "release" else ACTIVITY_OF["review"]
        if name in LEAVING and self._overtaken():
            return  # Something came while it was decided: it is decided anew.
        try:
            result = await (send(name, asked, self._overtaken) if name in LEAVING else take_step(name, asked))
        except ActivityError as failed:
            if is_cancelled_exception(failed):
                raise
            self._hear(e.StepFailed(**base(act, "step_failed"), reason=_code(failed)))
        else:
            with pure():
                self._case = apply(self._case, Heard(event=result, at=workflow.now()))
                self._upon = told(result, self._case.currency)

    def _overtaken(self) -> bool:
        """Whether something came that may change what was decided; that a message arrived does not."""
        return any(not (isinstance(h.event, e.DeliveryReport) and h.event.status == "delivered") for h in self._inbox)

    async def _wait(self, wait: Wait) -> None:
        self._set_alarm(wait)
        await workflow.wait_condition(lambda: bool(self._inbox) or self._renew or self._rung())
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
        wanted = self._renew or self._signals > MOST_SIGNALS or workflow.info().is_continue_as_new_suggested()
        if wanted and not self._inbox and workflow.all_handlers_finished():
            workflow.continue_as_new(self._case)

    async def _set_aside(self) -> None:
        # `cancel` is an administrative stop: open tasks leave the worklist, the story says so.
        await asyncio.shield(
            workflow.execute_local_activity(
                SET_ASIDE,
                DecideInput(case=self._case, news=tuple(self._inbox), now=workflow.now()),
                start_to_close_timeout=DECIDING,
            )
        )

    # --- what is told --------------------------------------------------------------------------------------------
    # Signals take anything: content that is no valid fact is kept and flagged, where a typed signal would drop it.

    def _known(self, heard: Heard) -> bool:
        return heard.event.event_id in self._case.seen

    def _take(self, kind: type[e.Event], told: Any) -> None:
        self._signals += 1
        try:
            event: Any = kind.model_validate(told)
        except ValidationError as fault:
            fields = ", ".join(_fault(kind, f["loc"], f["type"]) for f in fault.errors())
            name = kind.model_fields["kind"].default
            told_id = f"unreadable:{workflow.info().run_id}:{self._signals}"
            event = e.Unreadable(event_id=told_id, signal=name, reason=fields[:500])
        self._hear(event)

    def _hear(self, event: Any) -> None:
        if not any(h.event.event_id == event.event_id for h in self._inbox):
            self._inbox.append(Heard(event=event, at=workflow.now()))

    @workflow.signal(description="Money came")
    def payment_received(self, fact: Any) -> None:
        self._take(e.PaymentReceived, fact)

    @workflow.signal(description="A payment was taken back")
    def payment_reversed(self, fact: Any) -> None:
        self._take(e.PaymentReversed, fact)

    @workflow.signal(description="What was paid too much was paid back")
    def refunded(self, fact: Any) -> None:
        self._take(e.Refunded, fact)

    @workflow.signal(description="The creditor gives the debt up, or a part of it")
    def written_off(self, fact: Any) -> None:
        self._take(e.WrittenOff, fact)

    @workflow.signal(description="What the lender's feed says differently from before")
    def account_updated(self, fact: Any) -> None:
        self._take(e.AccountUpdated, fact)

    @workflow.signal(description="The debtor promised an amount by a day")
    def promise_to_pay(self, fact: Any) -> None:
        self._take(e.PromiseToPay, fact)

    @workflow.signal(description="What a call, trace or review brought")
    def contact_outcome(self, fact: Any) -> None:
        self._take(e.ContactOutcome, fact)

    @workflow.signal(description="What a field visit brought")
    def visit_outcome(self, fact: Any) -> None:
        self._take(e.VisitOutcome, fact)

    @workflow.signal(description="What became of a message")
    def delivery_report(self, fact: Any) -> None:
        self._take(e.DeliveryReport, fact)

    @workflow.signal(description="The debt is disputed, or the dispute was answered")
    def dispute(self, fact: Any) -> None:
        self._take(e.Dispute, fact)

    @workflow.signal(description="The debtor cannot pay now")
    def hardship(self, fact: Any) -> None:
        self._take(e.Hardship, fact)

    @workflow.signal(description="A repayment plan was agreed")
    def plan_agreed(self, fact: Any) -> None:
        self._take(e.PlanAgreed, fact)

    @workflow.signal(description="An arrangement was offered")
    def offer_made(self, fact: Any) -> None:
        self._take(e.OfferMade, fact)

    @workflow.signal(description="Somebody else approved an offer, or did not")
    def offer_approved(self, fact: Any) -> None:
        self._take(e.OfferApproved, fact)

    @workflow.signal(description="The debtor accepted an offer, or refused it")
    def offer_answered(self, fact: Any) -> None:
        self._take(e.OfferAnswered, fact)

    @workflow.signal(description="The party is protected: everything stops")
    def protection(self, fact: Any) -> None:
        self._take(e.Protection, fact)

    @workflow.signal(description="The party does not want this channel")
    def opt_out(self, fact: Any) -> None:
        self._take(e.OptOut, fact)

    @workflow.signal(description="A refusal, a consent, a notice: what the law asks for")
    def circumstance(self, fact: Any) -> None:
        self._take(e.Circumstance, fact)

    @workflow.signal(description="Which channels can be used now")
    def contact_details(self, fact: Any) -> None:
        self._take(e.ContactDetails, fact)

    @workflow.signal(description="Proof that a formal notice was delivered")
    def notice_served(self, fact: Any) -> None:
        self._take(e.NoticeServed, fact)

    @workflow.signal(description="Stop acting, for a reason")
    def hold(self, fact: Any) -> None:
        self._take(e.Hold, fact)

    @workflow.signal(description="End a hold, or let a step go ahead (or not)")
    def release(self, fact: Any) -> None:
        self._take(e.Release, fact)

    @workflow.signal(description="The client takes the account back")
    def withdraw(self, fact: Any) -> None:
        self._take(e.Withdraw, fact)

    @workflow.signal(description="Ops moved the case to another strategy version")
    def moved(self, fact: Any) -> None:
        self._take(e.Moved, fact)

    @workflow.signal(description="Begin a new run with the same state: lets ops move or mend a sleeping case")
    def renew(self) -> None:
        self._renew = True

    @workflow.update(description="Tell the case a fact and learn at once whether it can be taken")
    def record(self, fact: e.AnyFact) -> Recorded:
        known = fact.event_id in self._case.seen or any(h.event.event_id == fact.event_id for h in self._inbox)
        self._hear(fact)
        message = "known already: it counts once" if known else f"{fact.kind} taken"
        return Recorded(event_id=fact.event_id, taken=not known, message=message)

    @record.validator
    def _can_be_recorded(self, fact: e.AnyFact) -> None:
        # Money is a fact: in another currency it is kept and flagged, not refused.
        with pure():
            again = reused(self._case, fact)
            known = fact.event_id in self._case.seen or isinstance(fact, e.PaymentReceived)
            against = again or (None if known else objection(self._case, fact, workflow.now()))
        if against:
            raise ApplicationError(against, type="Refused", non_retryable=True)

    # --- what is shown -------------------------------------------------------------------------------------------

    @workflow.query(description="The whole case: stage, position, holds, promises, next step, when, and why")
    def case(self) -> CaseView:
        decision = self._decision
        nxt = decision.next if decision else None
        with pure():
            holds = shown(self._case, workflow.now())
        return CaseView(
            case=self._case,
            stage=self._case.stage,
            outstanding=decision.outstanding if decision else 0,
            overdue=decision.overdue if decision else 0,
            days_past_due=decision.days_past_due if decision else 0,
            next_step=getattr(nxt, "step", None),
            next_at=getattr(nxt, "until", None),
            why=nxt.why if nxt else "not decided yet",
            holds=holds,
        )

    def _show(self, decision: Decision) -> None:
        self._decision = decision
        workflow.set_current_details(details(self._case, decision))
        nxt = decision.next
        if isinstance(nxt, Act):
            return
        wanted = (self._case.cycle, decision.stage, getattr(nxt, "until", None), getattr(nxt, "outcome", None))
        cycle, stage, until, outcome = wanted
        if wanted != self._shown:
            self._shown = wanted
            found_at = NEXT_ACTION_AT.value_set(until) if until else NEXT_ACTION_AT.value_unset()
            ended = [OUTCOME.value_set(outcome)] if outcome else []
            workflow.upsert_search_attributes([SEGMENT.value_set(cycle), STAGE.value_set(stage), found_at, *ended])


def _fault(kind: type[e.Event], where: tuple[Any, ...], what: str) -> str:
    """What is wrong with a field we know; the name of an unknown one may be anything, a person's too."""
    field = str(where[0]) if where and where[0] in kind.model_fields else "content"
    return f"{field}: {what}"


def _code(failed: ActivityError) -> str:
    """The error's type: its text may hold what is not for a history."""
    cause = failed.cause
    return (cause.type if isinstance(cause, ApplicationError) and cause.type else type(cause).__name__)[:80]
