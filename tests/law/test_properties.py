"""Over any log, clock, instant and layer: nothing unlawful is allowed, nothing lawful refused or put off in vain."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.contact import Contact, Fact, Facts, Party
from policy.law.may_contact import Allow, Defer, Deny, may_contact
from tests.law.plain import Asked as Plain
from tests.law.plain import broken
from tests.law.questions import (
    JUMPING,
    LAWS,
    PLACES,
    STEADY,
    Asked,
    clients,
    contacts,
    layered,
    questions,
    when_allowed,
)

MANY = settings(
    max_examples=2000 if os.environ.get("DEEP") else 120, deadline=None, suppress_health_check=list(HealthCheck)
)
MINUTE = timedelta(minutes=1)


def rules_broken(asked: Asked) -> set[str]:
    """By the plain reading, on any of the clocks."""
    return {
        rule
        for zone in asked.party.zones
        for rule in broken(Plain(asked.law, asked.party, zone, asked.channel, asked.at, asked.log, asked.facts))
    }


@MANY
@given(questions())
def test_what_is_allowed_breaks_no_rule(asked: Asked) -> None:
    if isinstance(asked.answer(), Allow):
        assert rules_broken(asked) == set()


@MANY
@given(questions(zones=STEADY))
def test_what_is_refused_breaks_a_rule_that_is_named(asked: Asked) -> None:
    answer = asked.answer()
    assert isinstance(answer, Allow) == (rules_broken(asked) == set())
    if not isinstance(answer, Allow):
        assert rules_broken(asked) <= set(answer.rules)
        assert answer.rule.split(":")[0] in answer.rules


@MANY
@given(questions(), st.floats(0, 1))
def test_what_is_deferred_to_is_allowed_and_nothing_before_it(asked: Asked, part: float) -> None:
    answer = asked.answer()
    if isinstance(answer, Defer):
        assert answer.until > asked.at
        assert isinstance(asked._replace(at=answer.until).answer(), Allow)
        between = asked.at + (answer.until - asked.at) * part
        for before in (max(asked.at, answer.until - MINUTE), between):
            assert before == answer.until or when_allowed(asked._replace(at=before).answer(), before) == answer.until


@MANY
@given(st.data(), questions())
def test_one_more_contact_never_makes_anything_more_allowed(data: st.DataObject, asked: Asked) -> None:
    more = asked._replace(log=[*asked.log, data.draw(contacts(asked.at))])
    assert when_allowed(more.answer(), asked.at) >= when_allowed(asked.answer(), asked.at)


@MANY
@given(questions(), clients())
def test_one_more_layer_never_allows_more(asked: Asked, client: Any) -> None:
    stricter = asked.answer(layered(asked.names, client))
    assert when_allowed(stricter, asked.at) >= when_allowed(asked.answer(), asked.at)


@MANY
@given(questions(), st.sampled_from(PLACES))
def test_one_more_place_never_allows_more(asked: Asked, place: str) -> None:
    if (*asked.names, place) not in LAWS:
        both = LAWS[asked.names]
        other = LAWS[(place,)]
        packs = {p.place: (p, v) for law in (both, other) for p, v in zip(law.packs, law.versions, strict=True)}
        more = type(both)(both.place, tuple(p for p, _ in packs.values()), tuple(v for _, v in packs.values()))
        assert when_allowed(asked.answer(more), asked.at) >= when_allowed(asked.answer(), asked.at)


@MANY
@given(questions(), st.sampled_from([*STEADY, *JUMPING]))
def test_one_more_clock_never_allows_more(asked: Asked, zone: str) -> None:
    more = asked._replace(party=asked.party._replace(zones=(*asked.party.zones, zone)))
    assert when_allowed(more.answer(), asked.at) >= when_allowed(asked.answer(), asked.at)


@MANY
@given(questions(zones=STEADY), st.integers(-9, 9), st.integers(0, 20), st.booleans())
def test_an_agreement_opens_what_it_is_about_on_its_days_only(asked: Asked, first: int, days: int, ends: bool) -> None:
    since = asked.at.date() + timedelta(days=first)
    agreed = Fact("weekend_agreed", since, since + timedelta(days=days) if ends else None)
    romania = asked._replace(names=("RO",))
    more = romania._replace(facts=romania.facts._replace(known=(*romania.facts.known, agreed)))
    assert isinstance(more.answer(), Allow) == (rules_broken(more) == set())
    assert when_allowed(more.answer(), asked.at) <= when_allowed(romania.answer(), asked.at)


@MANY
@given(questions(), st.sampled_from(["", "Mars/Olympus"]))
def test_a_clock_that_is_not_known_denies(asked: Asked, zone: str) -> None:
    unknown = asked._replace(party=asked.party._replace(zones=(*asked.party.zones, zone)))
    assert isinstance(unknown.answer(), Deny)


@MANY
@given(questions())
def test_an_actor_that_is_not_known_is_allowed_least(asked: Asked) -> None:
    unknown = asked._replace(facts=asked.facts._replace(actor=None))
    assert when_allowed(unknown.answer(), asked.at) >= when_allowed(asked.answer(), asked.at)


@MANY
@given(questions())
def test_the_order_of_the_log_and_of_the_clocks_does_not_matter(asked: Asked) -> None:
    turned = asked._replace(log=asked.log[::-1], party=asked.party._replace(zones=asked.party.zones[::-1]))
    assert when_allowed(turned.answer(), asked.at) == when_allowed(asked.answer(), asked.at)


def minutes_allowed(names: tuple[str, ...], zone: str, night: str, hours: int) -> list[str]:
    """The minutes of a night in which a call is allowed, as the wall shows them."""
    begin = datetime.fromisoformat(night).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    instants = [begin + n * MINUTE for n in range(hours * 60)]
    party = Party("d1", (zone,))
    open_ones = [at for at in instants if isinstance(may_contact(party, "call", at, [], Facts(), LAWS[names]), Allow)]
    return [f"{at.astimezone(ZoneInfo(zone)):%H:%M}" for at in open_ones]


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_on_the_nights_when_the_clocks_change_the_wall_counts(night: str) -> None:
    # Both are Sundays: closed in the Netherlands, from 09:00 in Portugal, by the new time.
    assert minutes_allowed(("NL",), "Europe/Amsterdam", f"{night}T00:00", 23) == []
    assert minutes_allowed(("PT",), "Europe/Lisbon", f"{night}T00:00", 12)[0] == "09:00"


@pytest.mark.parametrize(("zone", "at"), [("Asia/Kolkata", "02:30"), ("Asia/Kathmandu", "02:15")])
def test_clocks_that_are_off_by_half_an_hour_open_on_their_own_wall(zone: str, at: str) -> None:
    asked = datetime(2026, 3, 10, 1, tzinfo=UTC)
    answer: Any = may_contact(Party("d1", (zone,)), "call", asked, [], Facts(), LAWS[("RU",)])
    assert f"{answer.until:%H:%M}" == at


def test_a_log_entry_of_another_party_does_not_count() -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=UTC)
    log = [Contact("a1", "somebody else", "call", at - MINUTE)]
    assert isinstance(may_contact(Party("d1", ("Europe/Moscow",)), "call", at, log, Facts(), LAWS[("RU",)]), Allow)
