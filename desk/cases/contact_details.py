"""New details of a party: are they sound, and which channels do they open or close?"""

from collections.abc import Callable
from typing import Any

from channels.channel_table import opened_by, reach
from desk.refused import Refused
from intake import cells, contact_points, localities
from intake.cells import Cell
from models.events import Channel
from models.tables.accounts import Party

DETAILS = {
    "phone": "The number, with country code or as dialled in the country.",
    "email": "The mail address.",
    "street": "Street and number.",
    "city": "The town.",
    "postal_code": "The postcode.",
    "region": "The state, nation or city whose own law binds too, such as MA.",
}


def store(party: Party, details: dict[str, Any]) -> dict[Channel, bool]:
    """Write what is new on the party's row; which channels can be used now, of those concerned."""
    checks: dict[str, Callable[[Cell], Any]] = {
        "phone": lambda cell: contact_points.phone(cell, party.country),
        "email": contact_points.email,
        "street": cells.line_of_text,
        "city": cells.line_of_text,
        "postal_code": lambda cell: localities.postal_code(cell, party.country),
        "region": lambda cell: localities.region(cell, party.country),
    }
    new = {name: details[name] for name in DETAILS if details.get(name)}
    for name, text in new.items():
        try:
            cells.refuse_unsafe(text, harmless=contact_points.WRITTEN)
            setattr(party, name, checks[name](text))
        except cells.Refused as refused:
            raise Refused(f"the {name.replace('_', ' ')} {refused}") from None
    can = reach(party)
    usable = {channel: channel in can for name in new for channel in opened_by(name)}
    return usable | dict.fromkeys(details.get("unusable") or (), False)
