"""What a lender charges stands under the law of the contract's place and day."""

from datetime import date
from decimal import Decimal

import pytest

from intake.packs import charges
from intake.tariffs import tariff_for, tariffs
from models.tariff import Tariff
from policy.money import position
from policy.packs import PackFault, read_tariff
from policy.tariffs import Contract, NoSuchTariff, resolve
from tests.policy.cases import account, day, owes

DAY = date(2026, 5, 1)


def resolved(name: str, country: str, contract_date: date | None = DAY, principal: int = 1000_00) -> Tariff:
    currencies = {"IT": "EUR", "NL": "EUR", "PT": "EUR", "RU": "RUB", "RO": "RON", "BR": "BRL"}
    return tariff_for(name, country, Contract(contract_date, "consumer_loan", principal, currencies[country], 90))


@pytest.mark.parametrize("name", sorted(tariffs()))
def test_every_tariff_of_the_house_fits_its_country(name: str):
    country = tariffs()[name].file.country
    assert country
    assert resolved(name, country).interest


@pytest.mark.parametrize(
    ("contract_date", "multiple"),
    [(date(2023, 6, 30), "1.5"), (date(2026, 3, 31), "1.3"), (date(2026, 4, 1), "1"), (None, "1")],
)
def test_the_russian_cap_goes_by_the_day_of_the_contract(contract_date, multiple):
    assert resolved("ru_microloan", "RU", contract_date).caps.total == Decimal(multiple)


def test_a_russian_loan_stops_at_its_cap_however_long_it_is_late():
    case = account(
        "mfo", instalments=owes((0, 10_000_00)), tariff=resolved("ru_microloan", "RU", date(2026, 3, 31), 10_000_00)
    )
    assert position(case, day(2000)).outstanding == 23_000_00


def test_the_fee_of_a_portuguese_instalment():
    tariff = resolved("pt_consumer_credit", "PT")
    case = account(instalments=owes((0, 1000_00)), tariff=tariff)
    assert position(case, day(1)).late_fees == 40_00


@pytest.mark.parametrize(("country", "fee"), [("PT", 40_00), ("BR", 20_00)])
def test_a_late_fee_above_the_share_of_the_instalment_that_the_law_allows_is_cut(country, fee):
    greedy = tariffs()["pt_consumer_credit"].file.model_copy(update={"country": country})
    greedy = greedy.model_copy(update={"late_fees": [greedy.late_fees[0].model_copy(update={"percent": Decimal(25)})]})
    law = charges()[country]
    found = resolve(greedy, "v", law, Contract(DAY, "consumer_loan", 1000_00, law.currency, 90))
    case = account(instalments=owes((0, 1000_00)), tariff=found)
    assert position(case, day(1)).late_fees == fee


def test_dutch_interest_follows_the_table_of_the_law():
    rates = {rate.since.year: rate.percent for rate in resolved("nl_statutory", "NL").interest}
    assert rates[2024] == 7


def test_a_tariff_of_another_country_is_refused():
    with pytest.raises(NoSuchTariff, match="for accounts in NL, not in PT"):
        tariff_for("nl_statutory", "PT", Contract(DAY, "consumer_loan", 1, "EUR", 90))


def test_a_tariff_names_the_line_and_field_of_its_faults():
    text = "format: 1\ntariff: x1\ntitle: t\ninterest:\n  - {since: 2024-01-01, percent: lots}\n"
    with pytest.raises(PackFault, match=r"x\.yaml:5:\d+: interest\.0\.percent"):
        read_tariff(text, "x.yaml")
