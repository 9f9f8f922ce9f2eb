"""What is a call: which number is rung, and how far did it come while nobody has told?"""

from channels.channel_spec import ChannelSpec, Reachable
from models.event import Channel, Outcome


def any_phone(person: Reachable) -> str | None:
    """The number (E.164), mobile or not."""
    return person.phone


CALL = ChannelSpec(
    name=Channel.call,
    law="call",
    details=("phone",),
    address=any_phone,
    unknown_level="conversation",
    lost_by=Outcome.wrong_number,
    by_person=True,
)
