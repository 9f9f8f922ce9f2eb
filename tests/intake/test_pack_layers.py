"""A user's packs lie over those of the house: a file replaces, adds, takes away; no law is lost in silence."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.localities import postcode_forms
from intake.pack_files import charges, law_packs, places, strategies
from intake.pack_layers import PACKS, folders, lay_over, pack_file
from intake.tariff_packs import tariffs
from policy.parsing.pack_reading import PackFault
from writing.samples import sample_facts
from writing.texts import load_texts

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Lay]:
    """Write a file into a folder and lay that over the house's packs: `lay("strategies/cec.yaml", text)`."""

    laid: list[Path] = []

    def write(name: str, text: str, layer: str = "mine") -> Path:
        file = tmp_path / layer / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if tmp_path / layer not in laid:
            laid.append(tmp_path / layer)
        lay_over(laid)
        return tmp_path / layer

    yield write
    lay_over([])


def own(name: str) -> str:
    return (PACKS / name).read_text(encoding="utf-8")


def without_rule(text: str, rule: str) -> str:
    """A pack without one of its rules."""
    found = re.sub(rf"^  - id: {rule}\n(?:    .*\n|\n)*", "", text, flags=re.M)
    assert found != text
    return found


def test_the_same_path_replaces_a_strategy(lay: Lay) -> None:
    lay("strategies/cec.yaml", own("strategies/cec.yaml").replace("title:", "title: Ours,", 1))
    assert strategies()["cec"].strategy.title.startswith("Ours,")


def test_a_new_path_adds_a_strategy(lay: Lay) -> None:
    lay("strategies/ours.yaml", own("strategies/cec.yaml").replace("strategy: cec", "strategy: ours", 1))
    assert {"cec", "ours"} <= strategies().keys()


def test_a_name_that_another_file_has_is_refused_with_its_place(lay: Lay) -> None:
    folder = lay("strategies/ours.yaml", own("strategies/cec.yaml"))
    with pytest.raises(PackFault, match=re.escape(f"{folder}/strategies/ours.yaml:1:1: strategy: another file")):
        strategies()


def test_what_is_dropped_is_taken_away(lay: Lay) -> None:
    lay("strategies/cec.yaml", "dropped: true\n")
    lay("jurisdictions/us-nyc.yaml", "dropped: true\n")
    assert ("cec" in strategies(), "US-NYC" in places()) == (False, False)


def test_nothing_lies_under_a_drop_that_is_mistyped(lay: Lay) -> None:
    lay("strategies/cecc.yaml", "dropped: true\n")
    with pytest.raises(PackFault, match=r"there is no strategies/cecc\.yaml to take away"):
        strategies()


def test_the_last_folder_lies_on_top(lay: Lay) -> None:
    lay("strategies/cec.yaml", "dropped: true\n", layer="first")
    lay("strategies/cec.yaml", own("strategies/cec.yaml"), layer="second")
    assert strategies()["cec"].whose.endswith("/second")


def test_a_law_that_lacks_a_rule_of_the_one_it_replaces_is_refused(lay: Lay) -> None:
    lay("jurisdictions/it.yaml", without_rule(own("jurisdictions/it.yaml"), "IT-V1B"))
    with pytest.raises(PackFault, match=r"mine/jurisdictions/it.yaml:1:1: repealed: lacks .*: IT-V1B; expected"):
        law_packs()


def test_a_rule_that_is_repealed_by_name_may_be_left_out(lay: Lay) -> None:
    text = without_rule(own("jurisdictions/it.yaml"), "IT-V1B")
    lay("jurisdictions/it.yaml", text.replace("sign_off: none", "sign_off: none\nrepealed: [IT-V1B]", 1))
    assert "IT-V1B" not in {rule.id for rule in law_packs()["IT"].pack.rules}


def test_the_calendar_of_a_law_is_a_rule_of_it(lay: Lay) -> None:
    lay("jurisdictions/it.yaml", own("jurisdictions/it.yaml").replace("rule: IT-H4", "rule: IT-H9", 1))
    with pytest.raises(PackFault, match=r"repealed: lacks .*: IT-H4; expected"):
        law_packs()


def test_the_law_on_charges_is_compared_in_the_same_way(lay: Lay) -> None:
    known = [rule.id for rule in charges()["PT"].rules]
    text = re.sub(rf"^  - id: {known[-1]}\n(?:    .*\n|\n)*", "", own("jurisdictions/charges/pt.yaml"), flags=re.M)
    lay("jurisdictions/charges/pt.yaml", text)
    with pytest.raises(PackFault, match=f"repealed: lacks .*{known[-1]}"):
        charges()


def test_tariffs_and_letters_lie_over_those_of_the_house(lay: Lay) -> None:
    lay("tariffs/ours.yaml", own("tariffs/it_legal.yaml").replace("tariff: it_legal", "tariff: ours", 1))
    lay("letters/it.yaml", own("letters/it.yaml").replace("greeting: ", "greeting: Buongiorno, ", 1))
    lay("letters/answers.yaml", own("letters/answers.yaml"))
    assert "ours" in tariffs()
    assert load_texts(*folders("letters")).languages["it"].greeting.startswith("Buongiorno, ")
    assert str(pack_file("letters/answers.yaml")).endswith("mine/letters/answers.yaml")


def test_postcodes_and_sample_people_are_data_too(lay: Lay) -> None:
    lay("postcodes.yaml", own("postcodes.yaml") + 'XX: {pattern: "[0-9]{3}", joint: "", example: "123"}\n')
    lay("letters/samples.yaml", own("letters/samples.yaml").replace("Giulia Bianchi", "Anna Verdi"))
    assert postcode_forms()["XX"].example == "123"
    assert sample_facts("it").name == "Anna Verdi"
