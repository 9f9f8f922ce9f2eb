"""What a lender charges stands under the law of the contract's place and day."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from intake.pack_files import charges
from intake.tariff_packs import tariff_for, tariffs
from models import events as e
from models.case import Charge
from models.charges import Role
from models.money_facts import ChargeTold
from models.tariff import Tariff
from models.tariff_file import MeanRate, RateLine
from policy.charging.contract_tariff import Contract, NoSuchTariff, law_alone, resolve
from policy.money.position import position
from policy.parsing.pack_reading import PackFault, read_tariff
from tests.policy.cases import Life, account, at, day, owes

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


# --- Our role, and what the law takes away ---------------------------------------------------------------------------


def asked_in(name: str, country: str, role: Role, **changed: Any) -> Tariff:
    """A tariff of the house in another country or with other terms, for an account that we collect in a role."""
    file = tariffs()[name].file.model_copy(update={"country": country} | changed)
    law = charges()[country]
    return resolve(file, "v", law, Contract(DAY, "consumer_loan", 1000_00, law.currency, 90, role))


def test_a_romanian_agency_charges_no_fee_and_its_client_may():
    agency, creditor = (asked_in("pt_consumer_credit", "RO", role) for role in ("agency", "creditor"))
    assert (agency.late_fees, agency.notes) == ((), ("no late fees: RO-L1",))
    assert creditor.late_fees
    assert not creditor.notes


def test_a_romanian_agency_takes_no_interest_of_the_contract_but_the_legal_penalty_interest():
    goes_on = asked_in("ro_consumer_loan", "RO", "agency", covers="contract")
    assert (goes_on.interest, goes_on.notes) == ((), ("no interest: RO-L1",))
    assert asked_in("ro_consumer_loan", "RO", "agency").interest


@pytest.mark.parametrize("allowed", ["agreement", "law"])
def test_an_american_fee_needs_the_agreement_or_a_law(allowed):
    named = {"fee": allowed, "late_interest": allowed}
    assert asked_in("pt_consumer_credit", "US", "agency").notes == ("no late interest: US-X2", "no late fees: US-X2")
    found = asked_in("pt_consumer_credit", "US", "agency", allowed=named)
    assert (len(found.interest), len(found.late_fees), found.notes) == (1, 1, ())


def test_what_a_lender_was_told_to_charge_is_not_owed_where_a_rule_forbids_it_and_a_person_hears_why():
    law = charges()["RO"]
    bound = law_alone(law, Contract(DAY, "consumer_loan", 120_00, "RON", 90))
    told = {"charges": (Charge(id="C-1", what="cost", amount=25_00, day=day(3)),), "opened": at(4, "09:00")}
    life = Life(account("kruk", tariff=bound, **told)).until(5)
    assert (life.position.outstanding, life.flags) == (120_00, ["not_owed"])
    assert life.case.flags[0].why == "cost C-1 of 25.00 RON is not owed: RO-L1 forbids it to us"


def test_a_forbidden_charge_is_flagged_once_also_when_it_is_told_later():
    law = charges()["US"]
    case = account(tariff=law_alone(law, Contract(DAY, "consumer_loan", 120_00, "EUR", 90)))
    life = Life(case).until(2)
    fee = ChargeTold(id="F-1", what="late_fee", amount=10_00, day=day(2))
    life.hears(e.AccountUpdated, charges=(fee,))
    life.until(9)
    assert life.flags == ["not_owed"]
    assert life.position.late_fees == 0


def test_a_creditor_may_be_told_the_same_cost_and_it_is_owed():
    bound = law_alone(charges()["RO"], Contract(DAY, "consumer_loan", 120_00, "RON", 90, "creditor"))
    cost = Charge(id="C-1", what="cost", amount=25_00, day=day(3))
    assert position(account("kruk", tariff=bound, charges=(cost,)), day(5)).outstanding == 145_00


def test_the_caps_bind_told_costs_of_an_account_without_a_tariff():
    bound = law_alone(charges()["RU"], Contract(DAY, "microloan", 1000_00, "RUB", 90))
    cost = Charge(id="C-1", what="cost", amount=5000_00, day=day(3))
    case = account("mfo", instalments=owes((0, 1000_00)), tariff=bound, charges=(cost,))
    assert position(case, day(5)).outstanding == 2000_00


def test_british_fees_and_costs_of_a_payday_loan_stop_at_15_pounds():
    bound = law_alone(charges()["GB"], Contract(DAY, "microloan", 500_00, "GBP", 30))
    told = [Charge(id=f"F{n}", what="late_fee" if n % 2 else "cost", amount=6_00, day=day(n)) for n in range(1, 5)]
    case = account(instalments=owes((0, 500_00)), tariff=bound, charges=tuple(told), currency="GBP", country="GB")
    assert position(case, day(9)).outstanding == 515_00


def test_a_country_without_caps_or_bans_binds_nothing():
    assert law_alone(charges()["IT"], Contract(DAY, "consumer_loan", 1000_00, "EUR", 90)) is None


def test_dutch_credit_costs_what_statutory_interest_and_eight_points_allow_each_year():
    dear = [RateLine(since=date(2024, 1, 1), percent=Decimal(30))]
    found = asked_in("it_legal", "NL", "creditor", interest=dear, covers="contract")
    limits = {rate.since: (rate.percent * 365).quantize(Decimal("0.1")) for rate in found.interest}
    assert limits == {date(2024, 1, 1): 15, date(2025, 1, 1): 14, date(2026, 1, 1): 12}
    assert found.notes == ("less interest than 30 % a year: NL-L6", "at most 0.032876 % a day: NL-L6")
    assert "NL-L6" in found.caps.rules


@pytest.mark.parametrize(("percent", "charged"), [("16.50", "16.50"), ("16.51", "0")])
def test_italian_interest_above_the_threshold_of_usury_is_none(percent, charged):
    lines = {"interest": [RateLine(since=date(2026, 1, 1), percent=Decimal(percent))], "allowed": {}}
    quarters = [
        MeanRate(since=date(2026, 1, 1), percent=Decimal(9)),
        MeanRate(since=date(2026, 4, 1), percent=Decimal(10)),
    ]
    found = asked_in("it_legal", "IT", "creditor", **lines, mean_rates=quarters)
    assert [rate.percent for rate in found.interest] == [Decimal(charged)]
    assert all("IT-L1" in note for note in found.notes)


def test_where_the_day_of_an_italian_contract_is_not_known_the_lowest_mean_rate_tests_it():
    quarters = [MeanRate(since=date(2025, 1 + 3 * n, 1), percent=Decimal(mean)) for n, mean in enumerate((9, 8, 12))]
    lines = {"interest": [RateLine(since=date(2026, 1, 1), percent=Decimal("14.01"))], "mean_rates": quarters}
    file = tariffs()["it_legal"].file.model_copy(update=lines | {"allowed": {}, "statutory": False})
    found = resolve(file, "v", charges()["IT"], Contract(None, "consumer_loan", 1000_00, "EUR", 90, "creditor"))
    assert found.notes == ("no interest at 14.01 % a year, usury above 14 %: IT-L1",)


def test_without_a_mean_rate_italian_interest_is_not_tested_and_that_is_said():
    found = asked_in("it_legal", "IT", "creditor", allowed={})
    assert found.notes == (
        "interest is not tested for usury, no mean rate is given for a contract of 1 May 2026: IT-L1",
    )


def test_legal_interest_is_no_usury():
    assert resolved("it_legal", "IT").notes == ()


def test_a_case_that_carries_a_tariff_of_before_is_bound_as_it_was():
    before = {"name": "old", "caps": {"total": "1", "rules": ["RU-L2"]}}
    assert Tariff.model_validate(before).caps.bans == ()
