"""New details of a party: are they sound, and which channels do they open or close?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from channels.channel_table import opened_by
from desk.actor import Actor
from desk.engine_calls import engine
from desk.refused import Refused
from intake import cells, contact_points, localities
from intake.cells import Cell
from models.events import Channel
from store.account_lookup import KnownAccount
from store.database import Database
from store.party_details import keep_details


async def change_details(
    database: Database, account: KnownAccount, details: Mapping[str, str], unusable: Sequence[Channel], by: Actor
) -> dict[Channel, bool]:
    """Keep what is new of the debtor; which channels can be used now, of those concerned: what the case is to hear.

    Refused where it is not sound, and where nobody could be told of it.
    """
    if account.outcome is not None:
        raise Refused(f"the case of {account.reference} ended as {account.outcome}")
    sound = {name: _sound(name, text, account.country) for name, text in details.items()}
    # Without an engine nobody hears of it: then nothing is kept.
    await engine()
    can = keep_details(database, account.party, sound)
    usable = {channel: channel in can for name in sound for channel in opened_by(name)}
    return usable | dict.fromkeys(unusable, False)


def _sound(name: str, text: str, country: str) -> Any:
    checks: dict[str, Callable[[Cell], Any]] = {
        "phone": lambda cell: contact_points.phone(cell, country),
        "email": contact_points.email,
        "street": cells.line_of_text,
        "city": cells.line_of_text,
        "postal_code": lambda cell: localities.postal_code(cell, country),
        "region": lambda cell: localities.region(cell, country),
    }
    try:
        cells.refuse_unsafe(text, harmless=contact_points.WRITTEN)
        return checks[name](text)
    except cells.Refused as refused:
        raise Refused(f"the {name.replace('_', ' ')} {refused}") from None
