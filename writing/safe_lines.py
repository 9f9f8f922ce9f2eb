"""What may stand in a line: nothing that breaks out of it, and in an SMS letters that cost no more than they must."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from writing.sms_segments import GSM_7

_PLAIN = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


def _one_line(value: str) -> str:
    """The value without control, format and line characters: a name cannot break out of its line."""
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return " ".join("".join(" " if unicodedata.category(c) in kinds else c for c in value).split())


Line = Annotated[str, AfterValidator(_one_line)]
Filled = Annotated[Line, Field(min_length=1)]


def plain(text: str) -> str:
    """Without the no-break spaces a letter wants: they double the price of an SMS and break searches in mail."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def gsm(text: str) -> str:
    """In the GSM alphabet where accents are all that is lost: that is how Romanian and Brazilian SMS are written.

    A text in another script stays as it is.
    """
    folded = "".join(c if c in GSM_7 else _unaccented(c) for c in text.translate(_PLAIN))
    return folded if set(folded) <= GSM_7 else text


def _unaccented(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
