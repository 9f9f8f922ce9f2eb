"""What does a debtor's answer mean when it is one word, and where can an answer come at all?"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from models.webhook import E164
from writing.text_files import OnceLoader

_SHORT_CODE = re.compile(r"[0-9]{3,8}")
Meaning = Literal["stopped", "lifted"]


class RepliesFault(ValueError):
    """The file cannot be used; the message says where and why."""


class _TwoWay(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    possible: bool
    checked: date | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    stop: dict[str, list[str]]
    start: dict[str, list[str]]
    two_way_sms: dict[str, _TwoWay]


@dataclass(frozen=True)
class Replies:
    """The words of all languages at once: nobody asks a debtor in which language they say stop."""

    words: Mapping[str, Meaning]
    two_way: frozenset[str]

    def meaning(self, body: str) -> Meaning | None:
        """What the whole message says: stop, start again, or something only a person can read."""
        return self.words.get(_plain(body))

    def possible(self, country: str, sender: str | None = None) -> bool:
        """Whether an SMS to the country can be answered; a sender that is a name takes no answers anywhere."""
        number = sender is None or bool(E164.fullmatch(sender) or _SHORT_CODE.fullmatch(sender))
        return number and country in self.two_way


def _plain(body: str) -> str:
    """Capital letters without accents, blanks single, nothing but letters and digits at both ends."""
    spread = unicodedata.normalize("NFKD", body.casefold())
    letters = "".join(c for c in spread if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join(re.sub(r"^[\W_]+|[\W_]+$", "", letters).split()).upper()


def load_replies(file: Path) -> Replies:
    """The words and countries of `packs/letters/answers.yaml`. Raises RepliesFault."""
    try:
        read = _File.model_validate(yaml.load(file.read_text("utf-8"), OnceLoader))
    except (OSError, UnicodeError, yaml.YAMLError, ValidationError) as fault:
        raise RepliesFault(f"{file.name}: {fault}") from fault
    stop, start = _words(read.stop.values()), _words(read.start.values())
    if both := sorted(stop & start):
        raise RepliesFault(f"{file.name}: stops and starts: {', '.join(both)}")
    meanings: tuple[tuple[set[str], Meaning], ...] = ((stop, "stopped"), (start, "lifted"))
    words = {word: meaning for some, meaning in meanings for word in some}
    return Replies(words, frozenset(c for c, two_way in read.two_way_sms.items() if two_way.possible))


def _words(languages: Iterable[list[str]]) -> set[str]:
    return {_plain(word) for words in languages for word in words}
