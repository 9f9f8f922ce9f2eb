"""How does what the house brings look on a terminal: strategies, packs of law, texts?"""

from collections.abc import Mapping, Sequence
from typing import Any

import typer

from cli.output import count, say, show_table
from desk.catalogue.strategies import Pack
from models.strategy import For

_OWN = "house"
_UNSIGNED = "no lawyer has signed it: shadow or block, never live contact"


def show_packs(found: list[dict[str, Any]], away: Sequence[str]) -> None:
    """All of them; what needs a person is said on stderr."""
    laid = any(pack["whose"] != _OWN for pack in found)
    rows = [
        (
            pack["version"],
            pack["title"],
            " > ".join(filter(None, (pack["under"], pack["place"], pack["elsewhere"]))),
            pack["sign_off"],
            pack["rules"],
            ", ".join(rule["rule"] for rule in pack["uncertain"]),
            *([pack["whose"]] if laid else []),
        )
        for pack in found
    ]
    columns = ("version", "title", "layers", "sign-off", "rules", "from memory or unsure", *(["whose"] if laid else []))
    show_table("Packs of law", columns, rows, right=("rules",))
    for line in away:
        say(line)
    unsigned = sum(pack["sign_off"] == "none" for pack in found)
    if unsigned:
        say(f"sign-off none ({count(unsigned, 'pack')}): {_UNSIGNED}")
    for pack in found:
        for warning in pack["warnings"]:
            say(f"{pack['place']}: {warning}")


def show_strategies(packs: Sequence[Pack], away: Sequence[str]) -> None:
    """What there is to choose from, and for whom."""
    laid = any(pack.whose != _OWN for pack in packs)
    rows = [
        [
            pack.strategy.title if n == 0 else "",
            pack.version if n == 0 else "",
            cycle.name,
            _whom(cycle.whom),
            cycle.ends,
            *([pack.whose if n == 0 else ""] if laid else []),
        ]
        for pack in packs
        for n, cycle in enumerate(pack.strategy.cycles)
    ]
    show_table("Strategies", ("strategy", "version", "cycle", "for", "ends as", *(["whose"] if laid else [])), rows)
    for line in away:
        say(line)


def _whom(whom: For) -> str:
    return (
        "; ".join(f"{name} {_words(value)}" for name, value in whom.model_dump(mode="json", exclude_none=True).items())
        or "all"
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('min', '')}..{value.get('max', '')}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def show_texts(found: list[dict[str, Any]], budgets: Mapping[str, int]) -> None:
    """The texts, and how long their SMS are."""
    languages = [language for language in budgets if any(language in text["languages"] for text in found)]
    rows = [
        [text["text"], ", ".join(text["channels"]), *(text["segments"].get(language, "") for language in languages)]
        for text in found
    ]
    show_table("Texts, and the segments of their SMS", ["text", "channels", *languages], rows, right=languages)
    most = ", ".join(f"{language} {budgets[language]}" for language in languages)
    say(f"{count(len(found), 'text')}; at most so many segments: {most}")


def show_rendered(shown: list[dict[str, Any]]) -> None:
    """The texts themselves."""
    for one in shown:
        size = f", {count(one['segments'], 'segment')} of {one['budget']}" if "segments" in one else ""
        typer.echo(f"--- {one['text']}, {one['channel']}, {one['language']}{size}")
        if one["subject"]:
            typer.echo(f"Subject: {one['subject']}\n")
        typer.echo(f"{one['body']}\n")
