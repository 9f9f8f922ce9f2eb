"""What is an e-mail: where does it go, in which form, by which vendor?"""

from channels.channel_spec import ByVendor, ChannelSpec, Reachable, Written
from models.event import Channel


def mail_address(person: Reachable) -> str | None:
    """The mail address."""
    return person.email


EMAIL = ChannelSpec(
    name=Channel.email,
    law="email",
    details=("email",),
    address=mail_address,
    unknown_level="sent",
    written=Written(texts="email", replies=True, several=True),
    by_vendor=ByVendor(vendors=("sendgrid", "smtp"), queue="email", rate="emails_per_second"),
)
