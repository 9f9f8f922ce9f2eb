"""Whatever is owed, whenever it was signed: caps only get stricter, a part costs no more than all, one rounding."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from intake.pack_files import charges
from models.charges import CapMultiple, ChargesPack
from models.tariff import Caps
from policy.charging.caps import caps
from policy.charging.costs import Missed, collection_cost, late_fee, late_fee_terms, letter_cost, scale_of

LAW = charges()
NL, RU = LAW["NL"], LAW["RU"]
TODAY = date(2026, 3, 2)
FULL = 266_67
SCALE: Any = scale_of(NL, "EUR", TODAY)

AMOUNTS = st.integers(1, 3 * 10**8)
SIGNED = st.dates(date(2019, 1, 1), date(2028, 1, 1))
PRODUCTS = st.sampled_from(["consumer_loan", "microloan", "mortgage", "invoice"])
COUNTRIES = st.sampled_from(sorted(LAW))
ENDS = [2500, 5000, 10000, 200000, 10**9]
PERCENT = [Fraction(15), Fraction(10), Fraction(5), Fraction(1), Fraction(1, 2)]


def laxer(one: Caps, other: Caps) -> bool:
    """Whether `one` allows more than `other` anywhere."""
    pairs = [(one.per_day, other.per_day), (one.total, other.total), (one.late, other.late), (one.fees, other.fees)]
    return any(b is not None and (a is None or a > b) for a, b in pairs)


@given(SIGNED, SIGNED, AMOUNTS, st.none() | st.integers(1, 4000))
def test_a_later_russian_contract_never_has_laxer_caps(one: date, two: date, principal: int, days: int | None) -> None:
    early, late = sorted((one, two))
    # The special loan got stricter too; all values of the pack go down with time.
    assert not laxer(caps(RU, late, "microloan", principal, days), caps(RU, early, "microloan", principal, days))


@given(COUNTRIES, SIGNED, PRODUCTS, AMOUNTS, st.integers(1, 4000))
def test_what_is_not_known_never_makes_a_cap_laxer(country: str, on: date, what: str, owed: int, days: int) -> None:
    pack = LAW[country]
    known = caps(pack, on, what, owed, days)
    for unknown in (
        caps(pack, None, what, owed, days),
        caps(pack, on, what, owed, None),
        caps(pack, on, what, owed, days, "CHF"),
    ):
        assert not laxer(unknown, known)


@given(COUNTRIES, SIGNED, PRODUCTS, AMOUNTS, st.decimals("0.01", "3", places=2))
def test_a_further_rule_never_makes_a_cap_laxer(country: str, on: date, what: str, owed: int, share: Decimal) -> None:
    pack = LAW[country]
    cap = next(rule for rule in RU.rules if isinstance(rule, CapMultiple))
    more = cap.model_copy(
        update={"products": [], "days_most": None, "values": [cap.values[0].model_copy(update={"share": share})]}
    )
    stricter = ChargesPack.model_construct(**{**dict(pack), "rules": [*pack.rules, more]})
    assert not laxer(caps(stricter, on, what, owed, 300), caps(pack, on, what, owed, 300))


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_more_unpaid_never_costs_less_and_a_part_never_more_than_the_whole(one: int, two: int, vat: bool) -> None:
    part, whole = sorted((one, two))
    costs = [collection_cost(NL, amount, "EUR", TODAY, vat).amount for amount in (part, whole)]
    assert costs == sorted(costs)


@given(st.sampled_from(["PT", "BR"]), AMOUNTS)
def test_the_terms_of_a_tariff_never_charge_more_than_the_law(country: str, unpaid: int) -> None:
    pack = LAW[country]
    [terms] = late_fee_terms(pack, "consumer_loan")
    charged = min(max(unpaid * terms.percent / 100, Decimal(terms.least)), Decimal(terms.most or 10**12))
    assert charged <= late_fee(pack, unpaid, pack.currency, TODAY, "consumer_loan").amount + Decimal("0.5")


@given(AMOUNTS, AMOUNTS)
def test_a_portuguese_fee_never_falls_with_the_instalment(one: int, two: int) -> None:
    fees = [late_fee(LAW["PT"], amount, "EUR", TODAY, "mortgage").amount for amount in sorted((one, two))]
    assert fees == sorted(fees)


def plain_cost(principal: int, vat: int) -> int:
    """The scale a second time, in fractions, rounded half up once."""
    cost, below = Fraction(0), Fraction(0)
    for end, percent in zip(ENDS, PERCENT, strict=True):
        upper = min(Fraction(end * 100), Fraction(principal))
        cost += max(upper - below, Fraction(0)) * percent / 100
        below = max(below, upper)
    cost = max(Fraction(4000), min(cost, Fraction(677500))) * (100 + vat) / 100
    return int(cost + Fraction(1, 2))


@given(AMOUNTS)
def test_a_second_plain_computation_says_the_same_to_the_cent(principal: int) -> None:
    assert collection_cost(NL, principal, "EUR", TODAY).amount == plain_cost(principal, 0)
    assert collection_cost(NL, principal, "EUR", TODAY, vat_reclaimable=False).amount == plain_cost(principal, 21)


@given(st.lists(st.integers(1, FULL), min_size=1, max_size=6))
def test_small_instalments_of_half_a_year_cost_no_more_than_their_sum_would(unpaid: list[int]) -> None:
    missed: list[Missed] = []
    for month, amount in enumerate(unpaid):
        letter = Missed(amount, date(2026, 1 + month, 18))
        cost = letter_cost(SCALE, [letter.unpaid], letter.letter_ended, missed).amount
        assert cost <= collection_cost(NL, amount, "EUR", letter.letter_ended).amount
        missed.append(letter._replace(charged=cost))
    total = sum(m.charged for m in missed)
    assert total <= collection_cost(NL, sum(unpaid), "EUR", TODAY).amount


@given(st.lists(st.integers(1, 1000_00), min_size=1, max_size=6))
def test_a_bundle_never_costs_more_than_its_letters_apart_nor_than_their_sum(unpaid: list[int]) -> None:
    apart = sum(collection_cost(NL, amount, "EUR", TODAY).amount for amount in unpaid)
    bundled = letter_cost(SCALE, unpaid, TODAY).amount
    assert bundled <= collection_cost(NL, sum(unpaid), "EUR", TODAY).amount
    assert bundled <= apart + len(unpaid)  # each letter apart may have lost half a cent to its own rounding
