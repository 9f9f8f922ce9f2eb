"""What can be wrong with a pack of charges although every field of it is right? Ids, tables, products, scales."""

from collections.abc import Iterator

from models.charges import ChargesPack, RateCap, RateTable, Rule
from models.vocabulary import PRODUCTS
from policy.parsing.schema_faults import expected
from policy.parsing.yaml_source import Loc

Found = Iterator[tuple[Loc, str]]


def charges_faults(pack: ChargesPack) -> Found:
    """What is wrong, by its place."""
    tables = [rule.id for rule in pack.rules if isinstance(rule, RateTable)]
    seen: set[str] = set()
    for place, rule in enumerate(pack.rules):
        loc: Loc = ("rules", place)
        if rule.id in seen:
            yield (*loc, "id"), f"{rule.id} stands twice; expected an id of its own"
        seen.add(rule.id)
        if isinstance(rule, RateCap) and rule.over not in (None, "contract", *tables):
            yield (
                (*loc, "over"),
                f"{rule.over!r} is no table of this pack; expected one of contract, {', '.join(tables)}",
            )
        for number, product in enumerate(rule.products):
            if product not in PRODUCTS:
                yield (*loc, "products", number), f"{product!r} is not known; {expected(product, PRODUCTS)}"
        yield from _scales(loc, rule)


def _scales(loc: Loc, rule: Rule) -> Found:
    for place, value in enumerate(rule.values):
        tiers = getattr(value, "tiers", [])
        ends = [tier.up_to for tier in tiers]
        if None in ends[:-1]:
            yield (
                (*loc, "values", place, "tiers"),
                "a tier after an open one is never reached; expected up_to before the last",
            )
        elif (known := [end for end in ends if end is not None]) != sorted(set(known)):
            yield (*loc, "values", place, "tiers"), "the tiers must rise; expected each up_to above the one before"
