"""What do the commands show of what the house brings: strategies, packs of law, texts?"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cli import catalogue_tables as tables
from cli.output import BadNews, say, show_json
from desk.actor import Actor
from desk.catalogue import law_packs, strategies, text_catalogue


def show_strategies(by: Actor, files: Sequence[Path], as_json: bool) -> None:
    """The sound strategies; after them the faults of the others are refused."""
    packs, faults = strategies.checked_strategies(files)
    if as_json:
        show_json([strategies.told(by, pack) for pack in packs])
    else:
        tables.show_strategies(packs, strategies.strategies_taken_away(by))
    if faults:
        raise BadNews("\n".join(faults))


def show_packs(by: Actor, as_json: bool) -> None:
    """The packs of law."""
    found = law_packs.packs_told(by, datetime.now(UTC).date())
    show_json(found) if as_json else tables.show_packs(found, law_packs.law_taken_away(by))


def show_texts(by: Actor, asked: text_catalogue.Asked, out: Path | None, as_json: bool) -> None:
    """All texts as a list; a named one, or with `out` all of them, as a sample account gets them."""
    if asked.name is None and out is None:
        found = text_catalogue.text_list(by, asked)
        show_json(found) if as_json else tables.show_texts(found, text_catalogue.budgets(by))
        return
    shown = text_catalogue.texts_shown(by, asked, out)
    for one in shown:
        if one["file"]:
            say(f"{one['file']} written")
    if as_json:
        show_json(shown)
    elif asked.name is not None:
        tables.show_rendered(shown)
