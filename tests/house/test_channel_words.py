"""Who names an SMS or an e-mail? The channels' own specs and the vendors; of others only those that say here why."""

import ast
from collections.abc import Iterator
from pathlib import Path

from settings import HOUSE

WORDS = frozenset({"sms", "email"})
AT_HOME = ("channels/", "activities/vendors/", "migrations/", "tests/", ".")
DETAIL, FORM, LAW, STRATEGY = "a detail of a person", "a form of text", "a word of the law", "a word of strategies"
NAMED = {
    "models/event.py": "the channels themselves",
    "models/decisions.py": STRATEGY,
    "models/agreement_terms.py": STRATEGY,
    "models/contact.py": LAW,
    "models/rules.py": LAW,
    "policy/law/hours.py": LAW,
    "intake/law_questions.py": LAW,
    "models/tables/accounts.py": DETAIL,
    "intake/people.py": DETAIL,
    "intake/portfolio_columns.py": DETAIL,
    "intake/portfolio_file.py": DETAIL,
    "store/addressees.py": DETAIL,
    "store/webhook_log.py": DETAIL,
    "desk/cases/contact_details.py": DETAIL,
    "cli/fact_options.py": DETAIL,
    "activities/send_message.py": FORM,
    "writing/rendering.py": FORM,
    "writing/text_files.py": FORM,
    "writing/samples.py": FORM,
    "desk/catalogue/text_catalogue.py": FORM,
    "store/webhook_placing.py": "where a stop was said",
    "web/hooks/arrivals.py": "what a vendor says; it goes to the vendors",
}
"""This list only becomes shorter. A rule that differs by channel is a field of the channel's spec."""


def named(path: Path) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    said = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return bool(WORDS & (said | {node.attr for node in nodes if isinstance(node, ast.Attribute)}))


def modules() -> Iterator[str]:
    for path in HOUSE.rglob("*.py"):
        name = path.relative_to(HOUSE).as_posix()
        if not name.startswith(AT_HOME) and named(path):
            yield name


def test_no_module_decides_by_the_name_of_a_channel() -> None:
    assert {*modules()} - {*NAMED} == set()
