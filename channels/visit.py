"""What is a visit: where does a collector go, and when is nobody there?"""

from channels.channel_spec import ChannelSpec
from channels.letter import ADDRESS, postal_address
from models.event import Channel, Outcome

VISIT = ChannelSpec(
    name=Channel.visit,
    law="visit",
    details=ADDRESS,
    address=postal_address,
    unknown_level="conversation",
    lost_by=Outcome.wrong_address,
    by_person=True,
)
