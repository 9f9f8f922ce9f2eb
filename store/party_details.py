"""How a party can be reached: written where a person told new details."""

from collections.abc import Mapping

from channels.channel_table import reach
from models.event import Channel
from models.tables.accounts import Party
from store.database import Database


def keep_details(database: Database, party: str, details: Mapping[str, str]) -> tuple[Channel, ...]:
    """Write the details, by their names; the channels that the party has details for now."""
    with database.session() as session:
        row = session.get_one(Party, party)
        for name, text in details.items():
            setattr(row, name, text)
        return reach(row)
