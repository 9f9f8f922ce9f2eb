"""How are amounts, days, numbers and shares written in a language?"""

import re
from datetime import date, timedelta
from typing import Literal

from babel.dates import format_date, format_timedelta
from babel.numbers import format_currency

from policy.minor_units import whole_units

LOCALES = {"it": "it_IT", "ro": "ro_RO", "nl": "nl_NL", "ru": "ru_RU", "pt": "pt_BR", "en": "en_GB"}
_CODE_BEFORE_NUMBER = re.compile(r"(?<=[A-Z]{3})(?=\d)")


def money(minor: int, currency: str, language: str) -> str:
    """An amount as it is written in the language; a code in letters stands apart from its number."""
    amount = whole_units(minor, currency)
    return _CODE_BEFORE_NUMBER.sub("\u00a0", format_currency(amount, currency, locale=LOCALES[language]))


def day(value: date, language: str, length: Literal["medium", "long"] = "long") -> str:
    """A day as it is written in the language, its month as a word: no reader takes March for the third day."""
    return format_date(value, length, locale=LOCALES[language])


def count(number: int, unit: Literal["day", "month"], language: str) -> str:
    """A number of days or months, in the plural the language has for it."""
    span = timedelta(days=number * (30 if unit == "month" else 1))
    return format_timedelta(span, granularity=unit, threshold=10**9, locale=LOCALES[language])
