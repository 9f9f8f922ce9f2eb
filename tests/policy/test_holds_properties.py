"""On which days is something stopped, does a hold end by itself, and is nobody chased while one stops contact?"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import events as e
from models.case import BLOCKS, Case, CaseHold
from policy.case.holds import blocked_days, runs
from policy.law.may_contact import end_of_day, start_of_day
from policy.procedures.hold_rules import GATES
from policy.steps.step_outcomes import is_demand
from tests.policy.cases import Life, account, at, by_hand, day, owes
from tests.policy.test_holds import PROTECTIONS
from tests.policy.test_promises import CHASE

ZONES = ("Europe/Rome", "America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
PATIENT = by_hand("- {id: sms, do: sms, text: first_reminder, from_dpd: 3000}")

# --- blocked days ----------------------------------------------------------------------------------------------------


def hold(first: int, last: int | None, *blocks: Any, released: datetime | None = None) -> CaseHold:
    until = None if last is None else end_of_day(day(last), "Europe/Rome")
    return CaseHold(id="h", reason="x", since=at(first), until=until, ended=released, blocks=blocks or BLOCKS)


@pytest.mark.parametrize(
    ("holds", "days"),
    [
        ([], []),
        ([hold(3, 5)], [(3, 5)]),
        ([hold(3, None)], [(3, None)]),
        ([hold(3, 9, released=at(5))], [(3, 5)]),
        ([hold(3, 5), hold(6, 8)], [(3, 8)]),
        ([hold(7, 8), hold(3, 5)], [(3, 5), (7, 8)]),
        ([hold(3, 9), hold(4, 5)], [(3, 9)]),
        ([hold(3, None), hold(4, 5)], [(3, None)]),
        ([hold(3, 9), hold(4, None)], [(3, None)]),
        ([hold(3, 5, "contact")], []),
        ([hold(3, 5, "contact"), hold(4, 7, "interest")], [(4, 7)]),
    ],
)
def test_blocked_days_are_in_order_and_apart_and_the_last_one_belongs_to_it(holds, days):
    case = account(CHASE, holds=tuple(holds))
    assert blocked_days(case, "interest") == [(day(a), None if b is None else day(b)) for a, b in days]


def test_a_hold_that_was_over_as_it_began_blocks_no_day():
    case = account(CHASE, holds=(hold(3, None, released=at(3)),))
    assert blocked_days(case, "interest") == []


LAST = 420


@st.composite
def any_hold(draw: st.DrawFn, zone: str) -> CaseHold:
    first = draw(st.integers(0, LAST - 20))
    clock = draw(st.sampled_from(["00:00", "00:30", "02:30", "12:00", "23:59"]))
    last = draw(st.none() | st.integers(first, LAST))
    since = at(first, clock, zone)
    released = draw(st.none() | st.integers(0, 60 * 24 * 40).map(lambda minutes: since + timedelta(minutes=minutes)))
    return CaseHold(
        id=f"h{draw(st.integers(0, 10**6))}",
        reason="x",
        since=since,
        until=None if last is None else end_of_day(day(last), zone),
        ended=released,
        blocks=tuple(draw(st.sets(st.sampled_from(BLOCKS), min_size=1))),
    )


def naive(case: Case, what: str) -> set[date]:
    """Day by day: a day is blocked when a hold runs at some moment of it."""
    found: set[date] = set()
    for n in range(LAST + 60):
        begin, end = start_of_day(day(n), case.zone), end_of_day(day(n), case.zone)
        for h in case.holds:
            ends = [x for x in (h.until, h.ended) if x is not None]
            till = min(ends) if ends else datetime.max.replace(tzinfo=begin.tzinfo)
            if what in h.blocks and max(begin, h.since) < min(end, till):
                found.add(day(n))
    return found


@settings(max_examples=150, deadline=None)
@given(data=st.data(), zone=st.sampled_from(ZONES), what=st.sampled_from(BLOCKS))
def test_blocked_days_are_those_a_count_day_by_day_finds(data, zone, what):
    holds = data.draw(st.lists(any_hold(zone), max_size=5))
    case = account(CHASE, zone=zone, holds=tuple(holds))
    spans = blocked_days(case, what)
    found = {
        first + timedelta(days=n) for first, last in spans for n in range(((last or day(LAST + 59)) - first).days + 1)
    }
    assert found == naive(case, what)
    assert all(a[1] is not None and a[1] + timedelta(days=1) < b[0] for a, b in pairwise(spans))


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), begins=st.integers(0, 300), lasts=st.integers(0, 60), clock=st.integers(0, 23))
def test_a_hold_runs_through_the_last_moment_of_its_last_debtors_day_and_not_longer(zone, begins, lasts, clock):
    case = account(PATIENT, zone=zone, opened=at(-5, zone=zone), instalments=owes((0, 120_00)))
    life = Life(case, PATIENT).until(begins, f"{clock:02}:00")
    since = life.now
    last = day(begins + lasts)
    life.hears(e.Hold, reason="ops", until=last)
    (held,) = [h for h in life.case.holds if h.reason == "ops"]
    over = start_of_day(last + timedelta(days=1), zone)
    assert runs(held, since)
    assert runs(held, over - timedelta(microseconds=1))
    assert not runs(held, over)
    life.until(begins + lasts + 2)
    assert [(h.ended, life.found(e.HoldEnded)[0].reason) for h in life.case.holds] == [(over, "ops")]
    assert next(d.at for d in life.decisions if any(isinstance(f, e.HoldEnded) for f in d.findings)) == over


# --- nobody is chased ------------------------------------------------------------------------------------------------

WHATEVER = st.one_of(
    st.tuples(
        st.just("hold"), st.sampled_from([*PROTECTIONS, "ops", "portfolio_pause"]), st.none() | st.integers(0, 20)
    ),
    st.tuples(st.just("parts"), st.sets(st.sampled_from(BLOCKS), min_size=1), st.none() | st.integers(0, 20)),
    st.tuples(st.just("dispute"), st.sampled_from([(), (1,), (2,), (1, 2)]), st.none() | st.integers(0, 20)),
    st.tuples(st.just("hardship"), st.none(), st.none() | st.integers(0, 20)),
    st.tuples(st.just("pays"), st.integers(1, 60_00), st.none()),
    st.tuples(st.just("promises"), st.integers(1, 60_00), st.integers(0, 20)),
    st.tuples(st.just("release"), st.sampled_from([*PROTECTIONS, "ops", "dispute", "hardship"]), st.none()),
    st.tuples(
        st.just("answers"), st.sampled_from(["upheld", "rejected", "answered"]), st.none() | st.integers(1, 60_00)
    ),
)
ALL_KINDS = by_hand(
    """
    - {id: sms, do: sms, text: first_reminder, from_dpd: 2}
    - {id: call, do: call, times: 30, every_days: 3}
    - {id: agency, do: placement, agency: nord, days: 5}
    - {id: package, do: legal_package, release: {by: lawyer, people: 2}}
    """
)


class Guarded(Life):
    """A life in which no step goes where a hold stops it."""

    def _act(self, act):
        blocked = {what for h in self.case.holds if runs(h, self.now) for what in h.blocks}
        assert "contact" not in blocked, act
        assert GATES.get(act.do) not in blocked, act
        assert not is_demand(act) or self.position.overdue > 0
        super()._act(act)


def happens(life: Life, what: str, which: Any, number: Any) -> None:
    until = None if number is None else day(life.day + number)
    match what:
        case "hold" if which in PROTECTIONS:
            life.hears(e.Protection, reason=which, until=until)
        case "hold":
            life.hears(e.Hold, reason=which, until=until)
        case "parts":
            life.hears(e.Hold, reason="ops", blocks=tuple(which), until=until)
        case "dispute":
            life.hears(e.Dispute, instalments=which, until=until)
        case "hardship":
            life.hears(e.Hardship, until=until)
        case "pays":
            life.pays(which)
        case "promises":
            life.promises(which, by=life.day + number)
        case "release":
            life.hears(e.Release, of=which, by="anna")
        case "answers":
            life.hears(e.Dispute, status=which, amount=number, evidence="D-1")


@settings(max_examples=150, deadline=None)
@given(told=st.lists(st.tuples(WHATEVER, st.integers(0, 12)), min_size=1, max_size=12))
def test_while_a_hold_stops_contact_no_demand_is_made_whatever_else_happens(told):
    case = account(ALL_KINDS, opened=at(-3), instalments=owes((0, 80_00), (15, 40_00)))
    life = Guarded(case, ALL_KINDS).answering(call="no_answer", release="yes").until(-2)
    for (what, which, number), days in told:
        if life.outcome is None:
            happens(life, what, which, number)
        life.until(life.day + days)
    late = [h for h in life.case.holds if h.until is not None and h.until <= life.now and h.ended is None]
    assert late == [] or life.outcome is not None
