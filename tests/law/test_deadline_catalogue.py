"""Is every deadline of the law shown to people, with the same days as in the table of deadlines?"""

import ast
import inspect
from datetime import date

import pytest

from policy.law import deadlines
from policy.procedures import deadline_catalogue
from policy.procedures.deadline_catalogue import CATALOGUE, Calendars, Deadline, answers
from tests.law.vectors import Row, calendar, day, rows

SHOWN = {
    node.attr
    for node in ast.walk(ast.parse(inspect.getsource(deadline_catalogue)))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "law"
}
DECIDES = {"persi_ended_on", "persi_forbids"}
"""They say what may be done, and are asked by the procedure itself."""
ALL = [(place, deadline) for place, found in CATALOGUE.items() for deadline in found]
DAY = date(2026, 3, 2)


def test_every_deadline_of_the_law_is_shown():
    public = {name: found for name, found in vars(deadlines).items() if inspect.isfunction(found) and name[0] != "_"}
    ours = {name for name, found in public.items() if found.__module__ == deadlines.__name__}
    assert ours - DECIDES - {"months_later", "years_later"} == SHOWN


def shown(function: str) -> Deadline | None:
    return next((found for _, found in ALL if getattr(found.count, "__name__", "") == function), None)


def days_alone(row: Row) -> bool:
    """Whether people could ask so: a switch of the function is not given as a day."""
    return bool(shown(row["function"])) and not {"true", "false", "never"} & {*row["given"].split()}


@pytest.mark.parametrize("row", [row for row in rows("deadlines") if days_alone(row.values[0])])  # type: ignore[attr-defined]
def test_a_deadline_falls_on_the_days_of_the_table(row: Row):
    words = row["given"].split()
    deadline = shown(row["function"])
    assert deadline
    days = dict(zip((*deadline.given, *deadline.also), map(date.fromisoformat, words), strict=False))
    days_of = calendar(row["calendar"]) if row["calendar"] else lambda _: False
    found = answers(deadline, days, Calendars(days_of, days_of))
    assert [answer.day for answer in found] == [day(word) for word in row["expected"].split()]


@pytest.mark.parametrize(("place", "deadline"), ALL, ids=lambda part: getattr(part, "rule", part))
def test_a_deadline_names_its_rule_its_bearer_and_the_day_it_counts_from(place: str, deadline: Deadline):
    assert all((place, deadline.rule, deadline.whose, deadline.says, deadline.given))
    free = Calendars(lambda _: False, lambda _: True)
    assert answers(deadline, dict.fromkeys(deadline.given, DAY), free)
    assert answers(deadline, {}, free) == (), "without its day nothing is said"


def test_a_talk_lets_a_bureau_be_told_at_once_and_a_letter_after_fourteen_days():
    report, days = shown("_reported"), {"letter_sent": DAY}
    assert report
    free = Calendars(lambda _: False, lambda _: True)
    assert answers(report, days, free)[0].day == date(2026, 3, 16)
    assert answers(report, days | {"talked": date(2026, 3, 5)}, free)[0].day == date(2026, 3, 5)
