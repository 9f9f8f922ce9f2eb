"""What may stand in a cell at all, and why a cell is refused."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import NamedTuple

Cell = str | Decimal | date
"""Text, or what a workbook says is a number or a day."""

FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
# Beside C0 and C1: lone surrogates (no database takes them) and marks that show a text in another order than it has.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd\ud800-\udfff]")
WORKBOOK_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
REFERENCE = re.compile(r"[\w./-]{1,60}")
CODE_WORD = re.compile(r"[a-z][a-z0-9_]{1,39}")
LONGEST_TEXT = 200


class Refused(ValueError):
    """A cell cannot be taken: one or more reasons, fit for the person who made the file."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Reject(NamedTuple):
    """One fault of one row. `column` is empty where the row as a whole cannot be read."""

    row: int
    account: str
    column: str
    value: str
    reason: str


def tidy(cell: Cell) -> str:
    """The cell as text: composed letters, single blanks, nothing around."""
    if isinstance(cell, str):
        return " ".join(unicodedata.normalize("NFC", cell).split())
    return cell.isoformat() if isinstance(cell, date) else format(cell, "f")


def is_blank(cell: Cell) -> bool:
    """Whether there is nothing to read."""
    return isinstance(cell, str) and not cell.strip()


def starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet would compute the text instead of showing it."""
    return text.startswith(FORMULA_STARTS) or text.strip().startswith(FORMULA_STARTS)


def refuse_unsafe(cell: Cell, harmless: re.Pattern[str] | None = None) -> None:
    """Refuse formulas, spreadsheet errors and what cannot be shown; `harmless` may look like a formula."""
    if not isinstance(cell, str):
        return
    text = tidy(cell)
    if starts_a_formula(cell) and not (harmless and harmless.fullmatch(text)):
        first = repr(text[0]) if text.startswith(FORMULA_STARTS) else "a tab"
        raise Refused(f"begins with {first}, which a spreadsheet takes for a formula")
    if text in WORKBOOK_ERRORS:
        raise Refused("is an error of the spreadsheet, not a value")
    if found := UNPRINTABLE.search(text):
        raise Refused(f"holds the character U+{ord(found.group()):04X}, which cannot be shown: remove it")


def neutral(text: str) -> str:
    """The text such that a spreadsheet shows it and does not compute it."""
    return f"'{text}" if starts_a_formula(text) else text


def shown(cell: Cell) -> str:
    """The cell as a rejects file repeats it: short, on one line, nothing invisible."""
    text = UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", tidy(cell))
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def line_of_text(cell: Cell) -> str:
    """A street, a town, a creditor."""
    text = tidy(cell)
    if len(text) > LONGEST_TEXT:
        raise Refused(f"has {len(text)} characters; {LONGEST_TEXT} are the most")
    return text


def name_of_person(cell: Cell) -> str:
    """A name: some text with at least one letter."""
    text = line_of_text(cell)
    if not any(letter.isalpha() for letter in text):
        raise Refused("is no name: it has no letter")
    return text


def reference(cell: Cell) -> str:
    """The client's own number of an account or a person."""
    text = tidy(cell)
    if not REFERENCE.fullmatch(text):
        raise Refused("is no reference: up to 60 letters, digits and - _ / . are allowed, without blanks")
    return text


def word_of(cell: Cell, words: tuple[str, ...]) -> str:
    """One of the words, whatever its case; blanks and hyphens stand for underscores."""
    text = re.sub(r"[ -]+", "_", tidy(cell).lower())
    if text not in words:
        raise Refused(f"is not known: write one of {', '.join(words)}")
    return text


def code_word(cell: Cell) -> str:
    """A word of the client's own that strategies can name."""
    text = tidy(cell)
    if not CODE_WORD.fullmatch(text):
        raise Refused("is no code word: a small letter, then small letters, digits and _, 2 to 40 in all")
    return text


def score(cell: Cell) -> int:
    """The client's score of the debtor, 0 (worst) to 1000."""
    text = tidy(cell)
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > 1000:
        raise Refused("is no score: write a whole number from 0 (worst) to 1000")
    return int(text)


def yes_or_no(cell: Cell) -> bool:
    """A plain answer."""
    return word_of(cell, ("yes", "no")) == "yes"
