"""Which packs of law are there, who signed them, and what in them is uncertain?"""

from datetime import date, timedelta
from typing import Any

import holidays

from desk.actor import Actor
from intake.pack_files import CHARGES, LAW, ChargesRead, charges_read, law_packs
from intake.pack_layers import taken_away
from models.jurisdiction import Pack
from models.rules import Rule
from policy.parsing.pack_reading import Read

AHEAD = timedelta(days=365)
OLD = timedelta(days=365)


def told(read: Read, today: date) -> dict[str, Any]:
    """A pack as it stands on a day."""
    pack = read.pack
    rules = list(pack.rules)
    return {
        "place": pack.place,
        "title": pack.title,
        "kind": pack.kind,
        "version": read.version,
        "whose": read.whose,
        "under": pack.under,
        "elsewhere": pack.elsewhere,
        "sign_off": pack.sign_off,
        "signed_by": pack.signed_by or None,
        "rules": len(rules),
        "unsigned_rules": sum(rule.sign_off == "none" for rule in rules),
        "checked": min((rule.checked for rule in rules), default=None),
        "uncertain": [_uncertain(rule) for rule in rules if rule.conf == "L" or rule.mem],
        "switched_off": list(pack.off),
        "unconfirmed_years": unconfirmed(pack, today),
        "warnings": list(_warnings(pack, rules, today)),
    }


def told_charges(read: ChargesRead, today: date) -> dict[str, Any]:
    """The law on charges of a country as it stands on a day. A value from memory makes its rule uncertain."""
    pack = read.pack
    unsure = [r for r in pack.rules if r.conf == "L" or r.from_memory or any(v.from_memory for v in r.values)]
    unsigned = sum(rule.sign_off == "none" for rule in pack.rules)
    old = [rule.id for rule in pack.rules if today - rule.checked > OLD]
    return {
        "place": f"{pack.country}-charges",
        "title": pack.title,
        "kind": "charges",
        "version": read.version,
        "whose": read.whose,
        "under": None,
        "elsewhere": None,
        "sign_off": "none" if unsigned else "signed",
        "signed_by": ", ".join(sorted({rule.sign_off for rule in pack.rules} - {"none"})) or None,
        "rules": len(pack.rules),
        "unsigned_rules": unsigned,
        "checked": min(rule.checked for rule in pack.rules),
        "uncertain": [
            {"rule": r.id, "conf": r.conf, "from_memory": r.from_memory, "article": r.article, "note": r.note}
            for r in unsure
        ],
        "switched_off": [],
        "unconfirmed_years": [],
        "warnings": [f"charges not compared with the source for a year: {', '.join(old)}"] if old else [],
    }


def unconfirmed(pack: Pack, today: date) -> list[int]:
    """The years of the next twelve months whose holidays nobody compared with the official list."""
    if pack.holidays is None:
        return []
    return [year for year in sorted({today.year, (today + AHEAD).year}) if year not in pack.holidays.confirmed]


def packs_told(by: Actor, today: date) -> list[dict[str, Any]]:
    """All packs of law, on contact and on charges, as they stand on a day."""
    return [told(read, today) for read in law_packs().values()] + [
        told_charges(read, today) for read in charges_read().values()
    ]


def law_taken_away(by: Actor) -> list[str]:
    """What a user's folder takes away of the house's law."""
    return taken_away(LAW, CHARGES)


def _uncertain(rule: Rule) -> dict[str, Any]:
    return {"rule": rule.id, "conf": rule.conf, "from_memory": rule.mem, "article": rule.article, "note": rule.note}


def _warnings(pack: Pack, rules: list[Rule], today: date) -> list[str]:
    found = []
    calendar = pack.holidays
    for year in unconfirmed(pack, today):
        closed = calendar is not None and calendar.unconfirmed == "closed"
        what = "closed to all timed contact" if closed else "taken as the library has it"
        found.append(f"the holidays of {year} are not confirmed: {what}")
    if calendar and calendar.library != holidays.__version__:
        found.append(f"its holidays were compared with `holidays` {calendar.library}, not {holidays.__version__}")
    old = [rule.id for rule in rules if today - rule.checked > OLD]
    if old:
        found.append(f"not compared with the source for a year: {', '.join(old)}")
    return found
