"""Which texts are there, in which languages and on which channels, and which version of them do we write with?

A text is a file's words plus typed facts. What a file may say is checked when it is loaded, so that a fault is found
before the first letter and not by its reader.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from pydantic import ValidationError

from models.vocabulary import LANGUAGES
from writing.replies import Replies, RepliesFault, load_replies
from writing.text_facts import PLACEHOLDERS
from writing.text_files import CHANNELS, LanguageFile, OnceLoader, TextChannel, faults

PAGE = "email.html"


class TextFault(ValueError):
    """A text file, or a wish for a text, that cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Texts:
    """All texts of all languages, checked, with the version of each language."""

    directory: Path
    languages: Mapping[str, LanguageFile]
    versions: Mapping[str, str]
    replies: Replies
    page: Template
    """An e-mail as HTML; what it is given is escaped, whatever it is."""

    def words(self, language: str) -> LanguageFile:
        """All texts of a language. Raises TextFault."""
        if language not in self.languages:
            raise TextFault(f"no texts in language {language!r}; there are: {', '.join(self.languages)}")
        return self.languages[language]


def text_names() -> frozenset[str]:
    """The texts that every language has."""
    return frozenset(CHANNELS)


def text_channels(name: str) -> tuple[TextChannel, ...]:
    """The channels on which a text exists."""
    if name not in CHANNELS:
        raise TextFault(f"no text {name!r}; there are: {', '.join(sorted(CHANNELS))}")
    return CHANNELS[name]


def text_version(texts: Texts, language: str) -> str:
    """Sha256, first 12, of the language's words and of the templates they are set in."""
    texts.words(language)
    return texts.versions[language]


def load_texts(directory: Path) -> Texts:
    """All six language files, checked; raises `TextFault` naming file and place."""
    files = {language: _load(directory / f"{language}.yaml") for language in LANGUAGES}
    page = _page(directory)
    templates = b"".join(path.read_bytes() for path in sorted([*directory.glob("*.typ"), directory / PAGE]))
    versions = {
        language: hashlib.sha256((directory / f"{language}.yaml").read_bytes() + templates).hexdigest()[:12]
        for language in LANGUAGES
    }
    try:
        replies = load_replies(directory / "answers.yaml")
    except RepliesFault as fault:
        raise TextFault(str(fault)) from fault
    return Texts(directory, MappingProxyType(files), MappingProxyType(versions), replies, page)


def _page(directory: Path) -> Template:
    house = Environment(loader=FileSystemLoader(directory), autoescape=True, undefined=StrictUndefined)
    try:
        return house.get_template(PAGE)
    except TemplateError as fault:
        raise TextFault(f"{PAGE}: {fault}") from fault


def _load(path: Path) -> LanguageFile:
    try:
        file = LanguageFile.model_validate(yaml.load(path.read_text("utf-8"), OnceLoader))
    except (OSError, UnicodeError, yaml.YAMLError) as fault:
        raise TextFault(f"{path.name}: {fault}") from fault
    except ValidationError as fault:
        raise _fault(path, [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors()]) from fault
    found = list(faults(file, PLACEHOLDERS))
    if found:
        raise _fault(path, found)
    return file


def _fault(path: Path, found: list[str]) -> TextFault:
    return TextFault("\n".join(f"{path.name}: {line}" for line in found))
