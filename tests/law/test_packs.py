"""The packs themselves: layers, strict readings, dates, and holidays that somebody has confirmed."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import holidays
import pytest

from desk.catalogue.law_packs import told, unconfirmed
from intake.pack_files import jurisdictions, law_packs, places
from models.contact import FACT_NAMES, Contact, Facts, Party
from models.facts import Circumstance
from models.jurisdiction import Holidays
from models.rules import Rule
from policy.law.may_contact import Allow, Defer, may_contact
from policy.parsing.pack_reading import PackFault, Read, jurisdiction, read_pack
from settings import HOUSE

PACKS = law_packs()
RULES = [(name, rule) for name, read in PACKS.items() for rule in read.pack.rules]
CALENDARS = {name: read.pack.holidays for name, read in PACKS.items() if read.pack.holidays}
NOON = datetime(2026, 3, 10, 11, tzinfo=UTC)
YEAR = timedelta(days=365)


def ask(law: Any, at: datetime = NOON, channel: str = "call", zone: str = "Europe/Amsterdam") -> Any:
    return may_contact(Party("d1", (zone,)), channel, at, [], Facts("a1"), law)


def edited(name: str, *changes: tuple[str, str]) -> Read:
    """A pack with something else in its text."""
    with open(f"packs/jurisdictions/{name.lower()}.yaml", encoding="utf-8") as file:
        text = file.read()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_pack(text, f"{name.lower()}.yaml")


def test_there_is_a_pack_for_every_place_that_we_know() -> None:
    assert set(jurisdictions()) == {"BR", "GB", "IT", "NL", "PT", "RO", "RU", "US"}
    regions = {"BR-SP", "BR-RJ", "BR-ES", "BR-AM", "BR-AL", "BR-ANY", "GB-SCT", "US-MA", "US-WA", "US-NYC", "US-FL"}
    regions |= {"US-DC", "US-WV"}
    assert set(places()) == {*jurisdictions(), *regions}


@pytest.mark.parametrize("country", ["IT", "NL", "PT", "RO"])
def test_the_union_lies_under_its_countries(country: str) -> None:
    assert [pack.place for pack in jurisdiction(PACKS, country).packs] == ["EU", country]


def test_where_the_state_is_not_known_the_rest_of_brazil_binds() -> None:
    assert [pack.place for pack in jurisdiction(PACKS, "BR").packs] == ["BR", "BR-ANY"]
    assert [pack.place for pack in jurisdiction(PACKS, "BR-SP").packs] == ["BR", "BR-SP"]


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[f"{name}-{rule.id}" for name, rule in RULES])
def test_every_rule_can_be_traced(name: str, rule: Rule) -> None:
    assert rule.article
    assert rule.mem or "from memory" not in rule.source
    assert rule.checked <= date(2026, 12, 1)
    assert rule.sign_off == "none"


def test_the_same_id_means_the_same_rule_everywhere() -> None:
    ids = [rule.id for _, rule in RULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "calendar"), CALENDARS.items(), ids=list(CALENDARS))
def test_the_year_after_the_last_check_is_confirmed(name: str, calendar: Holidays) -> None:
    # By the pack's own date, not by today's: it fails for who checks a pack and leaves a year out, not with time.
    assert unconfirmed(PACKS[name].pack, calendar.checked) == []


@pytest.mark.parametrize(("name", "calendar"), CALENDARS.items(), ids=list(CALENDARS))
def test_the_calendar_was_compared_with_the_library_that_is_installed(name: str, calendar: Holidays) -> None:
    assert calendar.library == holidays.__version__, f"compare {name}'s confirmed years with `holidays` again"


def test_as_time_goes_by_the_command_warns_of_the_year_to_come() -> None:
    checked = CALENDARS["RU"].checked
    assert told(PACKS["RU"], checked)["warnings"] == []
    later = told(PACKS["RU"], checked + YEAR + timedelta(days=60))
    assert later["unconfirmed_years"] == [2028, 2029]
    assert any("closed to all timed contact" in warning for warning in later["warnings"])
    assert any("not compared with the source" in warning for warning in later["warnings"])


def test_the_documentation_says_who_tells_each_fact() -> None:
    text = (HOUSE / "docs" / "law.md").read_text(encoding="utf-8")
    table = text.partition("| fact | who tells it |")[2].partition("\n\n")[0]
    told = [(re.findall(r"`(\w+)`", row.split("|")[1]), row) for row in table.splitlines() if "`" in row]
    assert sorted(name for names, _ in told for name in names) == sorted(FACT_NAMES)
    by_people = {name for names, row in told if "tell circumstance" in row for name in names}
    assert by_people == set(get_args(Circumstance.model_fields["name"].annotation))


def test_a_holiday_that_a_decree_adds_tomorrow_closes_the_day() -> None:
    before, after = PACKS["NL"], edited("NL", ("extra: [", "extra: [2026-03-10, "))
    assert isinstance(ask(jurisdiction(PACKS, "NL")), Allow)
    answer = ask(jurisdiction(PACKS | {"NL": after}, "NL"))
    assert answer.until == datetime(2026, 3, 11, 6, tzinfo=UTC)
    assert before.version != after.version == answer.inputs.packs[1]


def test_a_rule_has_its_last_day() -> None:
    ended = edited("NL", ("    valid_from: 2024-04-01\n", "    valid_from: 2024-04-01\n    valid_to: 2026-03-10\n"))
    law = jurisdiction(PACKS | {"NL": ended}, "NL")
    assert ask(law, datetime(2026, 3, 10, 5, tzinfo=UTC)).until == datetime(2026, 3, 10, 6, tzinfo=UTC)
    # The day after, no rule speaks of the hours any more: then there is no contact.
    assert ask(law, datetime(2026, 3, 11, 11, tzinfo=UTC)).rule.startswith("HOUSE-4")


def test_a_limit_that_ends_frees_the_day_after_its_last_one() -> None:
    law = jurisdiction(PACKS | {"RU": edited("RU", ("max: 1, calendar: day}, ", "max: 1, calendar: month}, "),
                                             ("7(3)3\n", "7(3)3\n    valid_to: 2026-03-10\n"))}, "RU")  # fmt: skip
    log = [Contact("a1", "d1", "call", datetime(2026, 3, 2, 9, tzinfo=UTC))]
    answer: Any = may_contact(Party("d1", ("Europe/Moscow",)), "call", NOON, log, Facts(), law)
    assert answer.until == datetime(2026, 3, 11, 5, tzinfo=UTC)


def test_a_contract_date_decides_where_the_rule_says_so() -> None:
    read = edited("NL", ("    article: Bki art. 4.2(1)\n", "    article: Bki art. 4.2(1)\n    basis: contract\n"))
    law, early = jurisdiction(PACKS | {"NL": read}, "NL"), datetime(2026, 3, 10, 5, tzinfo=UTC)
    party, old = Party("d1", ("Europe/Amsterdam",)), Facts(contract_on=date(2020, 1, 1))
    assert "NL-H1" in may_contact(party, "call", early, [], Facts(), law).rules
    assert "NL-H1" not in may_contact(party, "call", early, [], old, law).rules


def test_a_year_that_is_not_confirmed_is_closed_only_where_the_pack_says_so() -> None:
    at = datetime(2029, 3, 13, 11, tzinfo=UTC)
    assert isinstance(ask(jurisdiction(PACKS, "NL"), at), Allow)
    assert ask(jurisdiction(PACKS, "RU"), at, zone="Europe/Moscow").rule == (
        "RU-H4: the holidays of 2029 are not confirmed"
    )


def test_a_client_s_layer_tightens() -> None:
    client = read_pack(CLIENT, "client.yaml")
    law = jurisdiction(PACKS | {"ACME": client}, "NL", "HOUSE", "ACME")
    answer = ask(law)
    assert isinstance(answer, Defer)
    assert answer.rule == "ACME-H1: calls Mon-Fri 14:00-16:00, not Sat, Sun, holidays"


CLIENT = """\
format: 1
place: ACME
kind: client
title: What a client wants besides
sign_off: none
hours:
  - id: ACME-H1
    channels: [call]
    windows: [{days: [mon, tue, wed, thu, fri], from: "14:00", to: "16:00"}]
    closed: [sat, sun, holiday]
    level: policy
    article: contract
    source: contract
    checked: 2026-11-21
    conf: H
"""


@pytest.mark.parametrize(
    ("packs", "names", "says"),
    [
        (PACKS, ("XX",), "there is no pack 'XX'"),
        ({"NL": PACKS["NL"]}, ("NL",), "there is no pack 'EU'"),
        (PACKS, ("EU",), "no rule speaks of: sms on mon"),
        (PACKS | {"EU": edited("EU", ("kind: union\n", "kind: union\nunder: NL\n"))}, ("NL",), "round in a circle"),
    ],
)
def test_a_place_whose_law_is_not_whole_is_refused(packs: dict[str, Read], names: Any, says: str) -> None:
    with pytest.raises(PackFault, match=says):
        jurisdiction(packs, *names)


def test_a_client_s_hours_do_not_stand_in_for_those_of_the_law() -> None:
    client = read_pack(CLIENT.replace("[call]", "timed"), "client.yaml")
    with pytest.raises(PackFault, match="no rule speaks of"):
        jurisdiction(PACKS | {"ACME": client}, "EU", "ACME")
