"""Which texts are there, in which languages and on which channels, and which version of them do we write with?

A text is a file's words plus typed facts. What a file may say is checked when it is loaded, so that a fault is found
before the first letter and not by its reader.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from pydantic import ValidationError

from channels.channel_spec import TextForm
from models.vocabulary import LANGUAGES
from writing.replies import Replies, RepliesFault, load_replies
from writing.text_facts import PLACEHOLDERS
from writing.text_files import FORMS_OF, LanguageFile, OnceLoader, faults

_PAGE = "email.html"


class TextFault(ValueError):
    """A text file, or a wish for a text, that cannot be used; the message says where and why."""


@dataclass(frozen=True)
class Texts:
    """All texts of all languages, checked, with the version of each language."""

    languages: Mapping[str, LanguageFile]
    versions: Mapping[str, str]
    replies: Replies
    page: Template
    """An e-mail as HTML; what it is given is escaped, whatever it is."""
    papers: Mapping[str, bytes]
    """The templates of papers by the names of their files."""

    def words(self, language: str) -> LanguageFile:
        """All texts of a language. Raises TextFault."""
        if language not in self.languages:
            raise TextFault(f"no texts in language {language!r}; there are: {', '.join(self.languages)}")
        return self.languages[language]


def text_names() -> frozenset[str]:
    """The texts that every language has."""
    return frozenset(FORMS_OF)


def text_channels(name: str) -> tuple[TextForm, ...]:
    """The channels on which a text exists."""
    if name not in FORMS_OF:
        raise TextFault(f"no text {name!r}; there are: {', '.join(sorted(FORMS_OF))}")
    return FORMS_OF[name]


def text_version(texts: Texts, language: str) -> str:
    """Sha256, first 12, of the language's words and of the templates they are set in."""
    texts.words(language)
    return texts.versions[language]


def load_texts(*directories: Path) -> Texts:
    """All six language files, checked; raises `TextFault` naming file and place.

    Where several directories have a file, that of the last one counts.
    """
    files = {language: _load(_top(directories, f"{language}.yaml")) for language in LANGUAGES}
    page = _page(directories)
    papers = {path.name: path.read_bytes() for directory in directories for path in directory.glob("*.typ")}
    set_in = papers | {_PAGE: _top(directories, _PAGE).read_bytes()}
    templates = b"".join(set_in[name] for name in sorted(set_in))
    versions = {
        language: hashlib.sha256(_top(directories, f"{language}.yaml").read_bytes() + templates).hexdigest()[:12]
        for language in LANGUAGES
    }
    try:
        replies = load_replies(_top(directories, "answers.yaml"))
    except RepliesFault as fault:
        raise TextFault(str(fault)) from fault
    return Texts(MappingProxyType(files), MappingProxyType(versions), replies, page, MappingProxyType(papers))


def _top(directories: Sequence[Path], name: str) -> Path:
    having = [directory / name for directory in directories if (directory / name).exists()]
    return having[-1] if having else directories[0] / name


def _page(directories: Sequence[Path]) -> Template:
    house = Environment(loader=FileSystemLoader(directories[::-1]), autoescape=True, undefined=StrictUndefined)
    try:
        return house.get_template(_PAGE)
    except TemplateError as fault:
        raise TextFault(f"{_PAGE}: {fault}") from fault


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
