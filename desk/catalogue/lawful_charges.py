"""What does the law of a country give for collecting an amount that was left unpaid, and for being late with it?"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from desk.actor import Actor
from desk.refused import Refused
from intake.pack_files import charges
from models.charges import CENTS
from models.vocabulary import PRODUCTS
from policy.charging.costs import Charge, collection_cost, late_fee
from policy.minor_units import half_up


class Unpaid(NamedTuple):
    """What was left unpaid, in whole units of the country's currency, on which day, of which product."""

    amount: Decimal
    day: date
    product: str
    vat_reclaimable: bool = True
    """Else VAT comes on top of a cost."""


def lawful_charges(by: Actor, country: str, unpaid: Unpaid) -> dict[str, Any]:
    """The cost of collecting and the late fee that the law gives, with rule and lines; amounts in minor units.

    Nothing where no rule gives one: then only the agreement can, within its caps. Raises Refused.
    """
    laws = charges()
    law = laws.get(country)
    if law is None:
        raise Refused(f"{country} has no law on charges here; known: {', '.join(sorted(laws))}")
    if unpaid.product not in PRODUCTS:
        raise Refused(f"{unpaid.product} is no product; known: {', '.join(PRODUCTS)}")
    minor = half_up(unpaid.amount * CENTS)
    found = {
        "cost": collection_cost(law, minor, law.currency, unpaid.day, unpaid.vat_reclaimable),
        "late_fee": late_fee(law, minor, law.currency, unpaid.day, unpaid.product),
    }
    told = {"country": country, "currency": law.currency, "unpaid": minor, "day": unpaid.day, "product": unpaid.product}
    return told | {"charges": [_charge(what, charge) for what, charge in found.items()]}


def _charge(what: str, charge: Charge) -> dict[str, Any]:
    return {"what": what, "amount": charge.amount, "rule": charge.rule, "lines": [line.says for line in charge.lines]}
