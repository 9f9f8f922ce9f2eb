"""What do we write to people? All texts with their languages, channels and SMS segments, and any of them to look at."""

from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from channels.channel_spec import TextForm
from cli.output import count, say, show_json, show_table
from desk.refused import Refused
from intake.pack_layers import folders
from writing.rendering import render
from writing.samples import law, sample_facts, sample_fields, sample_pdf
from writing.sms_segments import budget, segments
from writing.texts import Texts, load_texts, text_channels, text_names

Language = Annotated[str | None, typer.Option(help="Only this language.")]
Country = Annotated[
    str | None,
    typer.Option(help="Where the debtor is, or a region with its own pack (US-NYC): what its law wants named."),
]

Wanted = tuple[str, str, TextForm]
"""A text by its name, its language and its channel."""


def letters(
    name: Annotated[str | None, typer.Argument(help="Show this text for a sample account.")] = None,
    language: Language = None,
    channel: Annotated[str | None, typer.Option(help="Only this channel: sms, email, letter.")] = None,
    country: Country = None,
    out: Annotated[Path | None, typer.Option(help="A directory for letters (PDF) and e-mails (HTML).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """All texts with languages, channels and SMS segments; with a NAME or --out: as a sample account gets them."""
    texts = load_texts(*folders("letters"))
    if country and "-" in country and country not in law():
        raise Refused(f"there is no pack {country!r}; there are: {', '.join(sorted(law()))}")
    wanted = _wanted(texts, name, language, channel)
    if name is None and out is None:
        found = listed(texts, wanted, country)
        show_json(found) if as_json else _show_list(texts, found)
        return
    shown = [_rendered(texts, *one, country) for one in wanted]
    if out is not None:
        _write(texts, shown, out, country)
    if as_json:
        show_json(shown)
    elif name is not None:
        _show(shown)


def listed(texts: Texts, wanted: list[Wanted], country: str | None = None) -> list[dict[str, Any]]:
    """Each text with its channels and languages, and how many segments its SMS has in each."""
    found: dict[str, dict[str, Any]] = {}
    for name, language, channel in wanted:
        text = found.setdefault(name, {"text": name, "channels": [], "languages": [], "segments": {}})
        text["channels"] += [channel] if channel not in text["channels"] else []
        text["languages"] += [language] if language not in text["languages"] else []
        if channel == "sms":
            body = render(texts, language, name, "sms", sample_facts(language, country)).body
            text["segments"][language] = segments(body)
    return list(found.values())


def _wanted(texts: Texts, name: str | None, language: str | None, channel: str | None) -> list[Wanted]:
    """Which texts, by name, language and channel; what does not exist is named."""
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
        say(f"{file} written")


def _show_list(texts: Texts, found: list[dict[str, Any]]) -> None:
    languages = [language for language in texts.languages if any(language in text["languages"] for text in found)]
    rows = [
        [text["text"], ", ".join(text["channels"]), *(text["segments"].get(language, "") for language in languages)]
        for text in found
    ]
    show_table("Texts, and the segments of their SMS", ["text", "channels", *languages], rows, right=languages)
    most = ", ".join(f"{language} {budget(language)}" for language in languages)
    say(f"{count(len(found), 'text')}; at most so many segments: {most}")


def _show(shown: list[dict[str, Any]]) -> None:
    for one in shown:
        size = f", {count(one['segments'], 'segment')} of {one['budget']}" if one["channel"] == "sms" else ""
        typer.echo(f"--- {one['text']}, {one['channel']}, {one['language']}{size}")
        if one["subject"]:
            typer.echo(f"Subject: {one['subject']}\n")
        typer.echo(f"{one['body']}\n")
