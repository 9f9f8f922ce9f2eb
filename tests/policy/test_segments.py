"""An account finds its strategy and its cycle, or is told why there is none."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.strategy import For
from policy.deciding.segmentation import Chosen, NoStrategy, Segmented, choose, fits
from policy.parsing.pack_reading import read_strategy

SHIPPED = {
    path.stem: read_strategy(path.read_text(encoding="utf-8"), path.name)
    for path in Path("packs/strategies").glob("*.yaml")
}


def account(country: str = "RO", **facts) -> Segmented:
    known: dict[str, Any] = {
        "client": "bank",
        "product": "consumer_loan",
        "legal_status": "amicable",
        "dpd": 60,
        "amount": Decimal(5000),
    }
    return Segmented(country=country, **(known | facts))


def strategy(name: str, condition: str, cycle: str = "") -> str:
    return (
        f"format: 1\nstrategy: {name}\ntitle: t\nfor: {{{condition}}}\ncycles:\n"
        f"  - {{name: only, ends: closed, for: {{{cycle}}}, "
        "stages: [{name: early, from_dpd: 1, steps: [{id: calls, do: call}]}]}\n"
    )


def house(**conditions: str):
    return {name: read_strategy(strategy(name, condition), name) for name, condition in conditions.items()}


@pytest.mark.parametrize(
    ("facts", "cycle"),
    [
        ({"legal_status": "failed_enforcement", "dpd": 900}, "after_failed_enforcement"),
        ({"legal_status": "enforceable_title", "amount": Decimal(90000)}, "with_title"),
        ({"legal_status": "court_filed"}, "in_court"),
        ({"legal_status": "worked_before", "product": "overdraft"}, "worked_before"),
        ({"client": "client_without_visits"}, "client_without_visits"),
        ({"dpd": 30, "product": "invoice"}, "early_monitoring"),
        ({"dpd": 31, "product": "invoice"}, "invoice"),
        ({"product": "overdraft"}, "overdraft"),
        ({"profile": "cooperative", "amount": Decimal(500)}, "cooperative"),
        ({"amount": Decimal(20000)}, "large"),
        ({"amount": Decimal("19999.99")}, "before_litigation"),
        ({"amount": Decimal(1000)}, "small"),
        ({"amount": Decimal("1000.01"), "legal_status": "terminated"}, "before_litigation"),
    ],
)
def test_each_group_of_a_romanian_portfolio_has_its_cycle(facts, cycle):
    assert choose(SHIPPED, account(**facts), None) == Chosen("kruk", cycle)


@pytest.mark.parametrize(
    ("country", "product", "chosen"),
    [
        ("IT", "consumer_loan", Chosen("cec", "out_of_court")),
        ("NL", "microloan", Chosen("alth", "microloan")),
        ("GB", "microloan", Chosen("alth", "microloan")),
        ("RU", "microloan", Chosen("mfo", "small_debt")),
        ("BR", "microloan", Chosen("crecerto", "microcredit")),
    ],
)
def test_each_country_has_its_organisation(country, product, chosen):
    assert choose(SHIPPED, account(country, product=product), None) == chosen


def test_an_account_that_nobody_wants_is_told_why_by_each():
    answer = choose(SHIPPED, account("JP"), None)
    assert isinstance(answer, NoStrategy)
    assert "cec is not for country JP" in answer.reason


def test_a_strategy_that_was_asked_for_still_has_to_fit():
    assert choose(SHIPPED, account("RO"), "cec") == NoStrategy("cec is not for country RO")


def test_an_unknown_name_is_answered_with_the_known_ones():
    assert choose(SHIPPED, account(), "kruck") == NoStrategy(
        "there is no strategy 'kruck'; known: alth, cec, crecerto, kruk, mfo, us_agency"
    )


def test_an_empty_house_has_no_strategy():
    assert choose({}, account(), None) == NoStrategy("there are no strategies")


def test_the_more_precise_strategy_wins():
    strategies = house(general="country: [RO]", precise="country: [RO], product: [consumer_loan]")
    assert choose(strategies, account(), None) == Chosen("precise", "only")


def test_a_tie_is_not_decided_by_chance():
    answer = choose(house(one="country: [RO]", two="client: [bank]"), account(), None)
    assert isinstance(answer, NoStrategy)
    assert answer.reason.startswith("one and two fit equally well")


def test_a_strategy_without_a_fitting_cycle_is_no_strategy():
    strategies = {"narrow": read_strategy(strategy("narrow", "", "product: [mortgage]"), "narrow")}
    assert choose(strategies, account(), None) == NoStrategy("strategy narrow has no cycle for such an account")


def test_an_unknown_score_fits_no_range():
    assert not fits(For.model_validate({"score": {"max": 40}}), account())


@pytest.mark.parametrize(("score", "fit"), [(39, True), (40, True), (41, False)])
def test_both_ends_belong_to_a_range(score, fit):
    assert fits(For.model_validate({"score": {"max": 40}}), account(score=score)) is fit


def test_no_collateral_is_a_condition_too():
    assert not fits(For(collateral=False), account(collateral=True))
