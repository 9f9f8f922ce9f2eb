"""Which deadlines does the law set where a debtor lives, and on which days do they end after given events?"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import holidays

from desk.actor import Actor
from desk.refused import Refused
from intake.pack_files import jurisdictions
from models.jurisdiction import Jurisdiction
from policy.law.hours import is_holiday
from policy.procedures.deadline_catalogue import CATALOGUE, Answer, Calendars, answers


class Asked(NamedTuple):
    """For which country (none: all), and which days are known: that of the event, and others by their name."""

    country: str | None = None
    begins: date | None = None
    known: Mapping[str, date] = {}


def legal_deadlines(by: Actor, asked: Asked) -> list[dict[str, Any]]:
    """Each deadline with its rule, whose it is and the days it needs; with the days it falls on where those are known.

    Raises Refused.
    """
    laws = jurisdictions()
    if asked.country and asked.country not in laws:
        raise Refused(f"{asked.country} has no law pack here; known: {', '.join(sorted(laws))}")
    _refuse_unknown(asked.known)
    return [told for country in _countries(laws, asked.country) for told in _of(country, laws.get(country), asked)]


def _countries(laws: Mapping[str, Jurisdiction], wanted: str | None) -> list[str]:
    if wanted is None:
        return list(CATALOGUE)
    places = {pack.place for pack in laws[wanted].packs} | {wanted}
    return [country for country in CATALOGUE if country in places]


def _refuse_unknown(known: Mapping[str, date]) -> None:
    names = {name for found in CATALOGUE.values() for deadline in found for name in (*deadline.given, *deadline.also)}
    for name in known:
        if name not in names:
            raise Refused(f"no deadline asks for {name}; known: {', '.join(sorted(names))}")


def _of(country: str, law: Jurisdiction | None, asked: Asked) -> Iterator[dict[str, Any]]:
    calendars = _calendars(country, law)
    for deadline in CATALOGUE[country]:
        days = dict(asked.known) | ({deadline.given[0]: asked.begins} if asked.begins else {})
        found = answers(deadline, days, calendars)
        yield {
            "place": country,
            "rule": deadline.rule,
            "whose": deadline.whose,
            "says": deadline.says,
            "needs": list(deadline.given),
            "also": list(deadline.also),
            "days": [_day(answer) for answer in found],
        }


def _day(answer: Answer) -> dict[str, Any]:
    return {"name": answer.name, "day": answer.day, "never": answer.never}


def _calendars(country: str, law: Jurisdiction | None) -> Calendars:
    """The holidays of the pack; where a Saturday is worked instead of another day, the calendar's own table says so."""
    if law is None:
        return Calendars(lambda _: False, lambda _: True)
    off, table = partial(is_holiday, law), holidays.country_holidays(country)
    return Calendars(off, lambda day: table.is_working_day(day) and not off(day))


def needed(deadline: Mapping[str, Any]) -> str:
    """The days that a deadline counts from, in words."""
    needs, also = ", ".join(deadline["needs"]), ", ".join(deadline["also"])
    return f"{needs} ({also})" if also else needs
