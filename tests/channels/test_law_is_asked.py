"""Is the law asked about every step that reaches a person, whatever a strategy says? In all places, at all hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.channel_table import CHANNELS
from channels.step_kind_table import REACHING, STEP_KINDS, not_asked
from intake.pack_files import places
from models.case import Case
from models.contact import Facts, Party
from models.decisions import Act, Line, StepKind
from models.event import Channel
from models.strategy import Strategy
from policy.deciding.rehearsal import rehearse
from policy.law.may_contact import Allow, may_contact
from policy.steps.step_outcomes import step_input, stopped
from tests.policy.cases import account, by_hand, owes

LAW = places()
ZONES = {
    "BR": "America/Sao_Paulo",
    "GB": "Europe/London",
    "IT": "Europe/Rome",
    "NL": "Europe/Amsterdam",
    "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
    "RU": "Asia/Vladivostok",
    "US": "America/New_York",
}
MONDAY = datetime(2027, 3, 8, tzinfo=UTC)
WEEK = [MONDAY + timedelta(hours=n) for n in range(168)]
LEFT = ("message_sent", "task_opened", "notice_issued")
WAYS = [
    (kind, channel)
    for kind in STEP_KINDS
    for channel, spec in CHANNELS.items()
    if kind in REACHING and (STEP_KINDS[kind].channel is channel or (not STEP_KINDS[kind].channel and spec.written))
]
"""Every kind of step that reaches a person, on every channel that it can take."""


def one_step(kind: StepKind, channel: Channel) -> Strategy:
    more = f"text: offer_plan, months: 3, channel: {channel}" if kind == "offer" else "text: first_reminder"
    return by_hand(f"- {{id: only, do: {kind}, {more}}}")


def overdue(place: str, strategy: Strategy, n: int) -> Case:
    """An account of a person of their own, opened at that hour of the week, when it is overdue already."""
    country = place[:2]
    more: dict[str, Any] = {"country": country, "zone": ZONES[country], "instalments": owes((-30, 120_00))}
    return account(strategy, account=f"a{n}", party=f"d{n}", opened=WEEK[n], **more)


def left(place: str, kind: StepKind, channel: Channel) -> list[Line]:
    """What leaves of cases opened at every hour of a week."""
    strategy = one_step(kind, channel)
    cases = [overdue(place, strategy, n) for n in range(len(WEEK))]
    laws = {case.account: LAW[place] for case in cases}
    lines = rehearse(cases, {"test@0": strategy}, laws, until=MONDAY + timedelta(days=9))
    return [line for line in lines if line.key.endswith(LEFT)]


def allowed(place: str, channel: Channel, account: str, at: datetime) -> bool:
    party = Party("d", (ZONES[place[:2]],))
    return isinstance(may_contact(party, CHANNELS[channel].law, at, [], Facts(account), LAW[place]), Allow)


@pytest.mark.parametrize(("kind", "channel"), WAYS)
@pytest.mark.parametrize("place", LAW)
def test_no_step_leaves_when_the_law_refuses_it(place: str, kind: StepKind, channel: Channel) -> None:
    found = left(place, kind, channel)
    assert [line.time for line in found if not allowed(place, channel, line.account, line.time)] == []


@pytest.mark.parametrize(("kind", "channel"), WAYS)
@pytest.mark.parametrize("place", LAW)
def test_the_last_moment_refuses_at_every_hour_that_the_law_refuses(
    place: str, kind: StepKind, channel: Channel
) -> None:
    act = Act(step="only", round="e1", do=kind, channel=channel, key="k", attempt=1, why="")
    asked = step_input(overdue(place, one_step(kind, channel), 0), act, MONDAY)
    gone = [at for at in WEEK if stopped(asked, LAW[place], [], at) is None]
    assert gone == [at for at in WEEK if allowed(place, channel, "a0", at)]


def test_of_every_kind_something_leaves_somewhere() -> None:
    assert all(left("NL", kind, channel) for kind, channel in WAYS)


@pytest.mark.parametrize("kind", sorted({*STEP_KINDS} - REACHING))
def test_a_kind_of_step_of_which_the_law_is_not_asked_says_why(kind: StepKind) -> None:
    act = Act(step="only", round="e1", do=kind, key="k", attempt=1, why="")
    assert not_asked(act) == STEP_KINDS[kind].reaches_nobody != ""
