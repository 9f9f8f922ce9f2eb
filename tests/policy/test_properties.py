"""Any life Hypothesis can invent, on every shipped strategy: what must hold in all of them.

`DEEP=1` lives more and longer lives.
"""

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models import events as e
from models.case import Case, StepRecord
from models.decisions import Act, Close, Decision, Wait
from models.events import Channel, Heard, Outcome
from policy.agreeing.arrangements import Sight, Wish, offer_of, proposals
from policy.deciding.case_status import below_threshold
from policy.deciding.cycle import Now, look
from policy.deciding.taking import apply
from policy.law.may_contact import debtor_day
from policy.money.position import position
from policy.steps.step_outcomes import base, is_demand
from tests.policy.cases import HOMES, SHIPPED, Life, account, all_steps, at, day, owes

DEEP = bool(os.environ.get("DEEP"))
LIVES = settings(
    max_examples=3000 if DEEP else 250,
    stateful_step_count=80 if DEEP else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TAKEN = frozenset(
    {"passed", "failed", "withdrawn", "not_released", "not_answered", "again", "refused_by_law", "bounced"}
)
"""Results with which a mandatory step is not done."""
REMINDERS = ("promise_reminder", "plan_reminder")
GROUPS = [(name, cycle.name) for name, strategy in SHIPPED.items() for cycle in strategy.cycles]


class Watched(Life):
    """A life in which each decision is held against what no life may do."""

    def decided(self, decision: Decision) -> None:
        super().decided(decision)
        assert len(decision.next.why.encode()) <= 200
        match decision.next:
            case Act() as act:
                self._may_act(act)
            case Wait(until=until):
                assert until is None or until > self.now
            case Close(outcome=outcome):
                self._may_close(outcome)

    def turn(self) -> None:
        super().turn()
        again, self.case = self.case, Case.model_validate_json(self.case.model_dump_json())
        assert again == self.case

    def _may_act(self, act: Act) -> None:
        case = self._found()
        assert position(case, self.today).outstanding > 0
        assert case.withdrawn is None
        assert not [h for h in case.holds if "contact" in h.blocks and h.since <= self.now and h.ended is None]
        verdicts = [p.verdict for p in case.promises] + [p.verdict for p in case.plans]
        assert ("running" in verdicts) == (act.step in REMINDERS)
        assert case.pending is None or act.step in REMINDERS
        if is_demand(act):
            assert act.channel in case.reach
            assert act.channel not in case.opt_outs
        self._keeps_the_order(case, act.round, act.step)

    def _may_close(self, outcome: str) -> None:
        case = self._found()
        found = position(case, self.today)
        if outcome == "paid":
            assert found.outstanding == 0
        elif outcome == "cured":
            assert found.overdue == 0
        elif outcome != "withdrawn" and self.case.closed is None and not below_threshold(self._view(case)):
            self._keeps_the_order(case, f"e{case.episode}", None)
            made = {"legal": "legal_package", "uncollectible": "certificate", "placement": "placement"}.get(outcome)
            done = {
                s.do
                for s in all_steps(self._cycle())
                for r in case.records
                if r.step == s.id and r.result in ("issued", "placed")
            }
            assert made is None or made in done

    def _found(self) -> Case:
        """The case with the findings of the decision under examination."""
        case = self.case
        for finding in self.last.findings:
            case = apply(case, Heard(event=finding, at=self.now))
        return case

    def _view(self, case: Case) -> Now:
        return look(case, self.strategy, self.now, position(case, debtor_day(self.now, case.zone)))

    def _cycle(self) -> Any:
        return next(c for c in self.strategy.cycles if c.name == self.case.cycle)

    def _keeps_the_order(self, case: Case, round_: str, before: str | None) -> None:
        """Each mandatory step before this one was really done in this round."""
        if not round_.startswith("e"):
            return
        for step in [s for stage in self._cycle().stages if not stage.prevention for s in stage.steps]:
            if step.id == before:
                return
            done = [r for r in case.records if (r.round, r.step) == (round_, step.id) and r.result not in TAKEN]
            assert done or not step.mandatory, f"{step.id} was skipped"


def _left(act: Act, result: object) -> bool:
    return is_demand(act) and not isinstance(result, e.StepDeferred | e.StepRefused | e.StepFailed)


class AnyLife(RuleBasedStateMachine):
    """Random facts, random waits, random trouble with the steps."""

    life: Watched

    @initialize(
        group=st.sampled_from(GROUPS),
        due=st.lists(st.tuples(st.integers(-150, 90), st.integers(1_00, 4000_00)), min_size=1, max_size=4),
        reach=st.sets(st.sampled_from(Channel), min_size=1),
        score=st.none() | st.integers(0, 100),
        alone=st.booleans(),
    )
    def an_account_comes(self, group, due, reach, score, alone):
        name, cycle = group
        case = account(name, cycle=cycle, instalments=owes(*due), reach=tuple(sorted(reach)), score=score, opened=at(0))
        self.troubles: list[str] = []
        self.life = Watched(case, SHIPPED[name], trouble=self._trouble)
        if not alone:
            self.life.answering(call="no_answer", visit="not_home", review="done", release="yes", proof="served")
        self.life.turn()

    def _trouble(self, act: Act) -> e.Result | None:
        kind = self.troubles.pop() if self.troubles else None
        match kind:
            case "deferred":
                return e.StepDeferred(**base(act, "later"), until=self.life.now + timedelta(hours=30), rule="X-1")
            case "refused":
                return e.StepRefused(**base(act, "no"), channel=act.channel, rule="X-2")
            case "failed":
                return e.StepFailed(**base(act, "failed"), reason="OutOfPaper")
        return None

    @rule(days=st.integers(0, 25), clock=st.sampled_from(["00:00", "08:30", "12:00", "23:59"]))
    def time_passes(self, days, clock):
        self.life.until(self.life.day + days, clock)

    @rule(days=st.integers(20, 120))
    def the_worker_is_down(self, days):
        self.life.now += timedelta(days=days)
        self.life.turn()

    @rule(kind=st.sampled_from(["deferred", "refused", "failed"]), times=st.integers(1, 6))
    def the_next_steps_have_trouble(self, kind, times):
        self.troubles = [kind] * times

    @rule(amount=st.integers(1, 500_00), late=st.integers(0, 10))
    def money_comes(self, amount, late):
        self.life.pays(amount, value_date=day(self.life.day - late))

    @rule(really=st.integers(0, 5))
    def all_is_paid(self, really):
        if self.life.position.outstanding and not really:
            self.life.pays(self.life.position.outstanding)

    @rule()
    def what_is_overdue_is_paid(self):
        if self.life.position.overdue:
            self.life.pays(self.life.position.overdue)

    @rule(data=st.data())
    def money_is_taken_back(self, data):
        payments = [p.event_id for p in self.life.case.payments] or ["unheard-of"]
        self.life.hears(e.PaymentReversed, payment=data.draw(st.sampled_from(payments)))

    @rule(amount=st.integers(1, 300_00), days=st.integers(-2, 40))
    def a_promise_is_made(self, amount, days):
        self.life.promises(amount, by=self.life.day + days)

    @rule(parts=st.integers(1, 3), gap=st.integers(1, 30))
    def a_plan_is_agreed(self, parts, gap):
        owed = self.life.position.outstanding
        each = owed // parts
        if not each:
            return
        amounts = [each] * (parts - 1) + [owed - each * (parts - 1)]
        rows = [e.PlanInstalment(due=day(self.life.day + gap * n), amount=a) for n, a in enumerate(amounts, 1)]
        self.life.hears(e.PlanAgreed, instalments=tuple(rows))

    @rule(percent=st.none() | st.integers(1, 60), data=st.data())
    def something_is_offered(self, percent, data):
        life = self.life
        wish = Wish(percent=None if percent is None else Decimal(percent))
        found = proposals(Sight(life.case, life.strategy, life.position, life.today, wish))
        possible = [p for p in found if p.possible]
        if possible:
            life.tell.n += 1
            life.take(offer_of(data.draw(st.sampled_from(possible)), f"f{life.tell.n}", "anna"))

    @rule(accepted=st.booleans(), by=st.sampled_from(["anna", "bruno"]), data=st.data())
    def an_offer_is_answered(self, accepted, by, data):
        waiting = [o for o in self.life.case.offers if o.state in ("made", "to_approve")]
        if waiting:
            offer = data.draw(st.sampled_from(waiting))
            kind, said = (e.OfferAnswered, "accepted") if offer.state == "made" else (e.OfferApproved, "granted")
            self.life.hears(kind, offer=offer.id, by=by, **{said: accepted})

    @rule(outcome=st.sampled_from(Outcome), named=st.booleans(), data=st.data())
    def an_outcome_comes(self, outcome, named, data):
        keys = [r.key for r in self.life.case.records if r.attempt]
        keys += [self.life.case.pending.key] if self.life.case.pending else []
        task = data.draw(st.sampled_from(keys)) if named and keys else None
        self.life.hears(e.ContactOutcome, outcome=outcome, task=task)

    @rule(granted=st.booleans(), by=st.sampled_from(["anna", "bruno", "carla"]), data=st.data())
    def a_person_answers(self, granted, by, data):
        case = self.life.case
        asked = [f.id.split(":")[-1] for f in case.flags if f.id.startswith("stuck:")]
        asked += [case.pending.step] if case.pending else []
        asked += [h.reason for h in case.holds if h.ended is None]
        if asked:
            self.life.hears(e.Release, of=data.draw(st.sampled_from(asked)), by=by, granted=granted)

    @rule(late=st.integers(0, 5), data=st.data())
    def a_proof_comes(self, late, data):
        notices = [key for key, _ in self.life.case.notice_days]
        if notices:
            served = day(self.life.day - late)
            self.life.hears(e.NoticeServed, served_on=served, proof="R1", task=data.draw(st.sampled_from(notices)))

    @rule(status=st.sampled_from(["delivered", "failed", "bounced"]), data=st.data())
    def a_delivery_report_comes(self, status, data):
        keys = [t.act.key for t in self.life.taken if t.act.channel] or ["unheard-of"]
        self.life.hears(e.DeliveryReport, message=data.draw(st.sampled_from(keys)), status=status)

    @rule(
        kind=st.sampled_from([e.Hold, e.Dispute, e.Hardship, e.Protection]),
        days=st.integers(0, 40) | st.just(None),
    )
    def something_holds_the_case(self, kind, days):
        more = {e.Hold: {"reason": "ops"}, e.Protection: {"reason": "lawyer"}}.get(kind, {})
        self.life.hears(kind, until=None if days is None else day(self.life.day + days), **more)

    @rule(channel=st.sampled_from(Channel))
    def a_channel_is_refused(self, channel):
        self.life.hears(e.OptOut, channel=channel)

    @rule(usable=st.dictionaries(st.sampled_from(Channel), st.booleans(), min_size=1))
    def details_change(self, usable):
        self.life.hears(e.ContactDetails, usable=usable)

    @rule(data=st.data())
    def something_is_told_twice(self, data):
        if not self.life.case.seen:
            return
        before = self.life.case
        twice = e.PaymentReceived(event_id=data.draw(st.sampled_from(before.seen)), amount=1, currency=before.currency)
        after = apply(before, Heard(event=twice, at=self.life.now))
        # Money under a known id that is not the same money is put before a person; nothing else changes.
        assert after.model_copy(update={"flags": before.flags}) == before

    @invariant()
    def money_adds_up(self):
        case, found = self.life.case, self.life.position
        came = sum(p.amount for p in case.payments if p.event_id not in case.reversed)
        owed = sum(i.amount for i in case.instalments) + sum(a.amount for a in case.adjustments)
        owed += self.life.charged_on_top_of_the_instalments
        assert found.outstanding - found.credit == owed - came

    @invariant()
    def a_case_waits_or_is_closed(self):
        assert (self.life.case.closed is not None) == isinstance(self.life.next, Close)

    @invariant()
    def who_has_paid_is_done(self):
        if self.life.position.outstanding == 0:
            assert self.life.outcome is not None

    @invariant()
    def what_waits_for_nothing_waits_for_a_person(self):
        nxt, case = self.life.next, self.life.case
        if isinstance(nxt, Wait) and nxt.until is None:
            held = [h for h in case.holds if h.ended is None and h.until is None]
            stuck = [f for f in case.flags if f.id.startswith("stuck:")]
            assert held or stuck or nxt.why.endswith("is below what is chased")

    @invariant()
    def no_key_is_used_for_two_steps(self):
        keys = [
            t.act.key
            for t in self.life.taken
            if not isinstance(t.result, e.StepDeferred | e.StepRefused | e.StepFailed)
        ]
        assert len(keys) == len(set(keys))

    @invariant()
    def nobody_hears_from_us_twice_a_day(self):
        days = [t.day for t in self.life.taken if _left(t.act, t.result)]
        assert len(days) == len(set(days))

    @invariant()
    def a_record_is_kept_of_each_step_taken(self):
        case = self.life.case
        known = {r.key for r in case.records} | ({case.pending.key} if case.pending else set())
        assert {t.act.key for t in self.life.taken if _left(t.act, t.result)} <= known

    @invariant()
    def what_counts_never_passes_what_is_past_due(self):
        assert (
            self.life.last.days_that_count <= max(self.life.last.days_past_due, 0) or self.life.last.days_past_due <= 0
        )


AnyLife.TestCase.settings = LIVES
TestAnyLife = AnyLife.TestCase


def test_su2_the_costs_that_a_dutch_letter_announced_add_up():
    lives = AnyLife()
    reach = {Channel.letter}
    lives.an_account_comes(group=("alth", "at_risk"), due=[(-60, 5_00)], reach=reach, score=None, alone=False)
    lives.the_worker_is_down(days=20)
    lives.time_passes(clock="00:00", days=8)
    lives.the_worker_is_down(days=20)
    lives.money_adds_up()
    assert (lives.life.position.outstanding, lives.life.position.costs) == (45_00, 40_00)


@pytest.mark.parametrize("strategy", HOMES)
def test_a_record_stands_for_each_step_of_a_whole_life(strategy):
    life = (
        Watched(account(strategy, instalments=owes((0, 3000_00))))
        .answering(call="no_answer", proof="served")
        .until(200)
    )
    kept = [r for r in life.case.records if isinstance(r, StepRecord) and r.attempt]
    assert len(kept) + (life.case.pending is not None) == len(life.taken)
