"""Is this a phone number of a person, or a mail address? Nothing is looked up."""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from channels.sms import MOBILE
from intake.cells import Cell, Refused, tidy

WRITTEN = re.compile(r"\+?[0-9 ().\-/]+")
PERSONAL = MOBILE | {PhoneNumberType.FIXED_LINE, PhoneNumberType.VOIP, PhoneNumberType.PERSONAL_NUMBER}


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
