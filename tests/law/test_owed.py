"""With any tariff and any told charges, an account never owes more than the law of its place allows our role."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from intake.pack_files import charges
from models.case import Case, Charge
from models.charges import ChargesPack, Role
from models.ledger_entries import Entry
from models.tariff_file import TariffFile
from policy.charging.contract_tariff import Contract, law_alone, resolve
from policy.money.ledger import entries
from tests.policy.cases import account, day, owes

LAW = charges()
KINDS = st.sampled_from(["fee", "interest", "late_interest", "cost"])
ROLES: st.SearchStrategy[Role] = st.sampled_from(["creditor", "agency", "servicer", "buyer"])
PRODUCTS = st.sampled_from(["microloan", "consumer_loan", "mortgage", "invoice"])
SINCE = st.dates(date(2010, 1, 1), date(2027, 1, 1))
RATES = st.fixed_dictionaries(
    {"since": SINCE, "percent": st.decimals(1, 500, places=2), "per": st.sampled_from(["day", "year"])}
)
FEES = st.fixed_dictionaries(
    {"since": SINCE, "percent": st.decimals(0, 50, places=1), "least": st.decimals(5, 90, places=0)}
)
FILES = st.builds(
    TariffFile,
    format=st.just("1"),
    tariff=st.just("any"),
    title=st.just("any"),
    covers=st.sampled_from(["late", "contract"]),
    contract_percent=st.decimals(0, 60, places=1),
    allowed=st.dictionaries(KINDS, st.sampled_from(["agreement", "law"]), max_size=2),
    interest=st.lists(RATES, min_size=1, max_size=2),
    late_fees=st.lists(FEES, min_size=1, max_size=2),
)
CHARGES = st.builds(
    Charge,
    id=st.uuids().map(str),
    what=st.sampled_from(["cost", "late_fee", "interest"]),
    amount=st.integers(1_00, 500_00),
    day=st.integers(-30, 300).map(day),
)


class Told(NamedTuple):
    """A contract, in which role we collect it, what its lender asks for, and what it is told to have charged."""

    law: ChargesPack
    contract: Contract
    file: TariffFile | None
    charges: list[Charge]
    until: date


@st.composite
def told(draw: Any, *countries: str, products: st.SearchStrategy[str] = PRODUCTS) -> Told:
    law = LAW[draw(st.sampled_from(countries))]
    signed = draw(st.none() | st.dates(date(2019, 1, 1), date(2027, 2, 28)))
    term = None if signed is None else (day(0) - signed).days
    contract = Contract(signed, draw(products), draw(st.integers(1_00, 30_000_00)), law.currency, term, draw(ROLES))
    until = day(draw(st.integers(5, 400)))
    return Told(law, contract, draw(FILES | st.none()), draw(st.lists(CHARGES, min_size=1, max_size=5)), until)


def owed(asked: Told) -> list[Entry]:
    """What comes on top of the debt, by entries."""
    law, contract, file, told_charges, until = asked
    tariff = resolve(file, "v", law, contract) if file else law_alone(law, contract)
    facts: dict[str, Any] = {"country": law.country, "currency": law.currency, "product": contract.product}
    case: Case = account(
        instalments=owes((0, contract.principal)),
        principal=contract.principal,
        contract_date=contract.day,
        charges=tuple(told_charges),
        tariff=tariff,
        **facts,
    )
    return [entry for entry in entries(case, until) if entry.kind in ("interest", "late_fee", "cost")]


def binding(asked: Told, what: str) -> list[Any]:
    """The rules of a kind, read plainly: for any day where that of the contract is not known."""
    rules = [rule for rule in asked.law.rules if rule.what == what]
    return [rule for rule in rules if not rule.products or asked.contract.product in rule.products]


def values(asked: Told, rule: Any) -> list[Any]:
    return [value for value in rule.values if asked.contract.day is None or value.holds(asked.contract.day)]


@given(told("RO", "US"))
def test_nothing_is_owed_that_a_rule_forbids_to_our_role(asked: Told) -> None:
    found = owed(asked)
    running = "interest" if asked.file and asked.file.covers == "contract" else "late_interest"
    kinds = {"cost": "cost", "late_fee": "fee"}
    charged: set[Any] = {
        kinds.get(entry.kind) or (running if entry.until else "interest") for entry in found if entry.amount
    }
    allowed = asked.file.allowed if asked.file else {}
    for rule in binding(asked, "forbidden"):
        if asked.contract.role in rule.binds:
            assert not {kind for kind in charged & set(rule.charges) if allowed.get(kind) not in rule.unless}


@given(told("GB", "RO", "RU"))
def test_all_that_is_charged_stays_within_the_multiples_of_the_principal(asked: Told) -> None:
    found = owed(asked)
    for rule in binding(asked, "cap_multiple"):
        small = rule.principal_most is None or asked.contract.principal <= rule.principal_most * 100
        short = rule.days_most is None or asked.contract.term is None or asked.contract.term <= rule.days_most
        counted = [entry.amount for entry in found if rule.covers == "all" or entry.kind != "cost"]
        if small and short:
            assert all(sum(counted) <= value.share * asked.contract.principal for value in values(asked, rule))


@given(told("GB", products=st.just("microloan")))
def test_british_default_fees_and_costs_stay_within_15_pounds(asked: Told) -> None:
    charged = sum(entry.amount for entry in owed(asked) if entry.kind in ("late_fee", "cost"))
    for rule in binding(asked, "amount_cap"):
        assert all(charged <= value.amount * 100 for value in values(asked, rule))


@given(told("GB", "RO", "RU", products=st.just("microloan")))
def test_interest_stays_within_the_rate_a_day_that_the_law_allows(asked: Told) -> None:
    """Told interest has no rate: it is bound by the multiples alone."""
    found = [entry for entry in owed(asked) if entry.until]
    days = sum(((entry.until or entry.day) - entry.day + timedelta(days=1)).days for entry in found)
    interest = sum(entry.amount for entry in found)
    for rule in binding(asked, "rate_cap"):
        large = rule.principal_above is None or asked.contract.principal > rule.principal_above * 100
        if rule.covers != "all" or rule.over or not large:
            continue
        for value in values(asked, rule):
            tier = next((t for t in value.tiers if t.up_to is None or asked.contract.principal <= t.up_to * 100), None)
            if tier:
                most = Decimal(asked.contract.principal) * tier.percent / 100 * days
                assert interest <= most + Decimal("0.5")


@given(told("NL"))
def test_dutch_credit_never_costs_more_than_statutory_interest_and_eight_points(asked: Told) -> None:
    for entry in owed(asked):
        if entry.until and binding(asked, "rate_cap"):
            days = (entry.until - entry.day + timedelta(days=1)).days
            # 4 % in 2026 and since; nothing cheaper is left of a contract's life once it is 2027.
            assert entry.amount <= Decimal(asked.contract.principal) * 12 / 36500 * days + 1
