"""Can a person be reached, and how? Phone numbers, mail addresses, and the channels they open."""

import re
from typing import Protocol

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from intake.cells import Cell, Refused, tidy
from models.events import Channel

OPENS = {
    "phone": (Channel.sms, Channel.call),
    "email": (Channel.email,),
    "street": (Channel.letter, Channel.visit),
    "city": (Channel.letter, Channel.visit),
    "postal_code": (Channel.letter, Channel.visit),
}
"""The channels that a detail opens."""
WRITTEN = re.compile(r"\+?[0-9 ().\-/]+")
MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
PERSONAL = MOBILE | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER}


class Reachable(Protocol):
    """Who can be reached: a row of a portfolio as well as a party of the database."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def street(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def postal_code(self) -> str | None: ...


def reach(person: Reachable) -> tuple[Channel, ...]:
    """The channels that the details allow. Whether the law allows them is another question."""
    channels: list[Channel] = []
    if person.phone:
        channels += [Channel.sms, Channel.call] if takes_sms(person.phone) else [Channel.call]
    if person.email:
        channels.append(Channel.email)
    if person.street and person.city and person.postal_code:
        channels += [Channel.letter, Channel.visit]
    return tuple(channels)


def takes_sms(phone: str) -> bool:
    """Whether the number (E.164) may be a mobile one."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) in MOBILE


def phone(cell: Cell, country: str | None) -> str | None:
    """The number in E.164. Without +, it is a number of the country."""
    text = tidy(cell)
    if country is None and not text.startswith("+"):
        return None
    if not WRITTEN.fullmatch(text):
        raise Refused("is no phone number: digits, blanks and + ( ) . - / are allowed")
    number = _parsed(text, country)
    if number is None or not phonenumbers.is_valid_number(number):
        where = "anywhere" if text.startswith("+") else f"in {country}"
        raise Refused(f"is not a valid phone number {where}: write it with its country code, such as +39 ...")
    if phonenumbers.number_type(number) not in PERSONAL:
        raise Refused("is a service number (free, shared or premium), not a person's")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None


def email(cell: Cell) -> str:
    """The mail address, its domain in small letters. Nothing is looked up."""
    try:
        return validate_email(tidy(cell), check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Refused(f"is no mail address: {str(error).rstrip('.')}") from None
