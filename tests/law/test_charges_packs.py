"""A fault in a pack of charges is told at its line, column and field, in words fit for the person who wrote it."""

from datetime import timedelta
from itertools import pairwise

import pytest

from intake.pack_files import charges
from models.charges import RateTable
from policy.parsing.pack_reading import PackFault, read_charges
from settings import HOUSE

LAW = charges()
SOUND = (HOUSE / "packs" / "jurisdictions" / "charges" / "nl.yaml").read_text(encoding="utf-8")


def faults(old: str, new: str) -> list[str]:
    assert old in SOUND
    with pytest.raises(PackFault) as caught:
        read_charges(SOUND.replace(old, new, 1), "nl.yaml")
    return caught.value.faults


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("what: bands", "what: band", "rules.0.what: 'band' is not known; did you mean bands?"),
        ("least: 40", "least: forty", "values.0.least: 'forty' does not fit; expected a valid decimal"),
        ("least: 40", "leest: 40", "values.0.leest: unknown key; did you mean least?"),
        ("up_to: 5000, ", "up_to: 2000, ", "values.0.tiers: the tiers must rise"),
        ("up_to: 5000, ", "", "values.0.tiers: a tier after an open one is never reached"),
        ("valid_to: 2012-09-30", "valid_to: 2012-10-01", "rules.1: values overlap or are out of order"),
        ("valid_to: 2012-09-30", "valid_to: 2012-06-30", "rules.1: a value ends before it begins"),
        (
            "over: NL-L5",
            "over: NL-L7",
            "rules.4.over: 'NL-L7' is no table of this pack; expected one of contract, NL-L5",
        ),
        ("id: NL-L2", "id: NL-L1", "rules.1.id: NL-L1 stands twice"),
        (
            "products: [consumer_loan,",
            "products: [consumer_lone,",
            "'consumer_lone' is not known; did you mean consumer_loan?",
        ),
        (
            "    source: https://zoek.officielebekendmakingen.nl/stb-2012-141.html\n",
            "",
            "rules.0: no source; expected an address",
        ),
        ("currency: EUR", "currency: JPY", "currency: 'JPY' is not known"),
        ("basis: event", "basis: contact", "rules.0.basis: 'contact' is not known"),
        ("years: 5", "years: 50", "years: '50' does not fit"),
    ],
)
def test_a_fault_is_told_where_it_stands(old: str, new: str, says: str) -> None:
    assert any(says in fault and fault.startswith("nl.yaml:") for fault in faults(old, new)), faults(old, new)


def test_the_place_is_the_line_and_column_of_the_value() -> None:
    line = 1 + SOUND.splitlines().index("        least: 40")
    assert faults("least: 40", "least: forty")[0].startswith(f"nl.yaml:{line}:16: ")


def test_nobody_has_signed_any_rule_yet() -> None:
    assert {rule.sign_off for pack in LAW.values() for rule in pack.rules} == {"none"}


def test_every_value_has_a_source_or_says_that_it_is_from_memory() -> None:
    rules = [rule for pack in LAW.values() for rule in pack.rules]
    assert [rule.id for rule in rules if not rule.source and not rule.from_memory] == []


def test_tables_have_no_gap() -> None:
    for table in (rule for pack in LAW.values() for rule in pack.rules if isinstance(rule, RateTable)):
        for before, after in pairwise(table.values):
            assert before.valid_to
            assert after.valid_from == before.valid_to + timedelta(days=1)
