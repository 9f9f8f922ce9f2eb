"""What must a text name where this debtor lives? The fields that the law demands of it, each with its rule."""

from datetime import date
from typing import NamedTuple

from models.contact import Facts
from models.jurisdiction import Jurisdiction
from models.rules import TO_DEBTOR, DutyRule, TextField
from policy.law.binding import binding, in_force

NOT_TO_DEBTOR = frozenset({"certificate", "legal_package"})
"""Written to the creditor and to a court: a duty binds them only where it names them."""


class Demand(NamedTuple):
    """A field that a text must name, and the rule that wants it."""

    rule: str
    field: TextField


def demands(packs: Jurisdiction, text: str, channel: str, facts: Facts, day: date) -> tuple[Demand, ...]:
    """What the text must name on the channel, on that day of the debtor's calendar; each field once, by its first rule.

    `facts` tell the actor and the day of the contract; one that is not known is bound by every rule.
    """
    found: dict[TextField, Demand] = {}
    for duty in binding(packs, channel, facts).duties:
        if _is_about(duty, text) and (duty.basis != "contact" or in_force(duty, day)):
            for field in duty.fields:
                found.setdefault(field, Demand(duty.id, field))
    return tuple(found.values())


def _is_about(duty: DutyRule, text: str) -> bool:
    return text in duty.texts or (TO_DEBTOR in duty.texts and text not in NOT_TO_DEBTOR)
