"""What is an SMS: to which numbers does it go, in how many pieces, by which vendor?"""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from channels.channel_spec import ByVendor, ChannelSpec, Reachable, Written
from models.event import Channel, Outcome

MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
MOST_SEGMENTS = 2


def mobile_phone(person: Reachable) -> str | None:
    """The number (E.164), if it may be a mobile one."""
    return person.phone if person.phone and takes_sms(person.phone) else None


def takes_sms(phone: str) -> bool:
    """Whether the number (E.164) may be a mobile one."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(phone)) in MOBILE
    except NumberParseException:
        return False


SMS = ChannelSpec(
    name=Channel.sms,
    law="sms",
    details=("phone",),
    address=mobile_phone,
    unknown_level="sent",
    lost_by=Outcome.wrong_number,
    written=Written(texts="sms", replies=True, several=True, most_segments=MOST_SEGMENTS),
    by_vendor=ByVendor(vendors=("twilio",), queue="sms", rate="sms_per_second"),
)
