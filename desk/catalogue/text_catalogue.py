"""What do we write to people? All texts with their languages, channels and SMS segments, and any of them to look at."""

from pathlib import Path
from typing import Any, NamedTuple, get_args

from channels.channel_spec import TextForm
from desk.actor import Actor
from desk.refused import Refused
from intake.pack_layers import folders
from models.vocabulary import LANGUAGES
from writing.rendering import render
from writing.samples import law, sample_facts, sample_fields, sample_pdf
from writing.sms_segments import budget, segments
from writing.texts import Texts, load_texts, text_channels, text_names

_Wanted = tuple[str, str, TextForm]
"""A text by its name, its language and its channel."""


class Asked(NamedTuple):
    """Which texts, for whom; None: all of them."""

    name: str | None = None
    language: str | None = None
    channel: str | None = None
    country: str | None = None


def text_list(by: Actor, asked: Asked) -> list[dict[str, Any]]:
    """Each text with its channels and languages, and how many segments its SMS has in each."""
    texts = load_texts(*folders("letters"))
    return _listed(texts, _wanted(texts, asked), _known_country(asked.country))


def texts_shown(by: Actor, asked: Asked, out: Path | None) -> list[dict[str, Any]]:
    """The texts as a sample account gets them; with `out` letters are written there as PDF and e-mails as HTML."""
    texts = load_texts(*folders("letters"))
    country = _known_country(asked.country)
    shown = [_rendered(texts, *one, country) for one in _wanted(texts, asked)]
    if out is not None:
        _write(texts, shown, out, country)
    return shown


def budgets(by: Actor) -> dict[str, int]:
    """How many segments an SMS may have at most, by language."""
    return {language: budget(language) for language in LANGUAGES}


def _known_country(country: str | None) -> str | None:
    if country and "-" in country and country not in law():
        raise Refused(f"there is no pack {country!r}; there are: {', '.join(sorted(law()))}")
    return country


def _listed(texts: Texts, wanted: list[_Wanted], country: str | None) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, language, channel in wanted:
        text = found.setdefault(name, {"text": name, "channels": [], "languages": [], "segments": {}})
        text["channels"] += [channel] if channel not in text["channels"] else []
        text["languages"] += [language] if language not in text["languages"] else []
        if channel == "sms":
            body = render(texts, language, name, "sms", sample_facts(language, country)).body
            text["segments"][language] = segments(body)
    return list(found.values())


def _wanted(texts: Texts, asked: Asked) -> list[_Wanted]:
    """Which texts, by name, language and channel; what does not exist is named."""
    name, language, channel, _ = asked
    for given, known, what in (
        (name, text_names(), "text"),
        (language, texts.languages, "language"),
        (channel, get_args(TextForm), "channel"),
    ):
        if given is not None and given not in known:
            raise Refused(f"there is no {what} {given!r}; there are: {', '.join(sorted(known))}")
    found = [
        (text, tongue, way)
        for text in ([name] if name else sorted(text_names()))
        for tongue in ([language] if language else texts.languages)
        for way in text_channels(text)
        if channel in (None, way)
    ]
    if not found and name:
        raise Refused(f"the text {name!r} has no {channel}; it has: {', '.join(text_channels(name))}")
    return found


def _rendered(texts: Texts, name: str, language: str, channel: TextForm, country: str | None) -> dict[str, Any]:
    fields = sample_fields(name, channel, country)
    text = render(texts, language, name, channel, sample_facts(language, country), fields)
    shown: dict[str, Any] = {"text": name, "language": language, "channel": channel}
    if channel == "sms":
        shown |= {"segments": segments(text.body), "budget": budget(language, name)}
    return shown | {"subject": text.subject, "body": text.body, "html": text.html, "file": None}


def _write(texts: Texts, shown: list[dict[str, Any]], out: Path, country: str | None) -> None:
    """Letters as PDF, e-mails as HTML; an SMS is no file."""
    for one in shown:
        name, language, channel = one["text"], one["language"], one["channel"]
        content = one["html"].encode() if one["html"] else b""
        if channel == "letter":
            content = sample_pdf(texts, language, name, country).content
        if not content:
            continue
        file = out / f"{name}.{language}.{'pdf' if channel == 'letter' else 'html'}"
        try:
            out.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        except OSError as fault:
            raise Refused(f"{file} cannot be written: {fault.strerror}") from None
        one["file"] = str(file)
