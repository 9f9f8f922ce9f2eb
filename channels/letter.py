"""What is a letter: to which address does it go, and when is that address none?"""

from channels.channel_spec import ChannelSpec, Reachable, Written
from models.event import Channel, Outcome

ADDRESS = ("street", "city", "postal_code")


def postal_address(person: Reachable) -> str | None:
    """The address in one line; None when it is not complete."""
    if not (person.street and person.city and person.postal_code):
        return None
    return ", ".join(part for part in (person.street, person.postal_code, person.city, person.country) if part)


LETTER = ChannelSpec(
    name=Channel.letter,
    law="letter",
    details=ADDRESS,
    address=postal_address,
    unknown_level="sent",
    lost_by=Outcome.wrong_address,
    written=Written(texts="letter", replies=False),
)
