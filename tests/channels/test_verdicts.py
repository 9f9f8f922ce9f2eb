"""Does every attempt in the contact log hold what the law was asked, or why it was not?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from channels.channel_table import CHANNELS
from channels.step_kind_table import A_RELEASE, STEP_KINDS
from intake.pack_files import jurisdictions, strategy
from models.case import Case
from models.decisions import Act, StepKind
from models.event import Channel
from models.tables.trail import Attempt
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store.attempts import Step
from store.case_opening import load_cases
from store.database import Database
from store.departures import taken_back
from tests.channels.test_law_is_asked import WAYS
from tests.durability.machine import take
from tests.workflows.houses import account_row

LAW = jurisdictions()
AT_ONCE = strategy(HOUSE / "tests" / "durability" / "strategy.yaml")
TUESDAY = datetime(2026, 11, 10, 10, tzinfo=UTC)


@pytest.fixture
def case(sqlite_database: Database) -> Case:
    row = account_row("A1", "cec", [(datetime(2026, 9, 1, tzinfo=UTC), 500_00)])
    take(sqlite_database, "p", [row], AT_ONCE, lambda _: "papers")
    with sqlite_database.reading() as session:
        return load_cases(session, "p", 0, 1, TUESDAY)[0][0]


def verdict(database: Database, case: Case, **act: Any) -> dict[str, Any] | None:
    """What the attempt of a step holds once it is reserved."""
    own: dict[str, Any] = {"step": "only", "round": "e1", "key": f"{case.account}:only:1", "attempt": 1, "why": ""}
    asked = step_input(case, Act(**own | act), TUESDAY)
    with database.session() as session:
        Step(database, session, asked, TUESDAY).begin(LAW)
    with database.reading() as session:
        return session.exec(select(Attempt)).one().law


@pytest.mark.parametrize(("kind", "channel"), WAYS)
def test_of_a_step_that_reaches_a_person_the_place_and_editions_of_the_law(
    sqlite_database: Database, case: Case, kind: str, channel: Channel
) -> None:
    kept = verdict(sqlite_database, case, do=kind, channel=channel) or {}
    assert (kept["place"], kept["packs"]) == ("IT", list(LAW["IT"].versions))


@pytest.mark.parametrize("kind", [kind for kind, spec in STEP_KINDS.items() if spec.reaches_nobody])
def test_of_any_other_step_why_the_law_was_not_asked(sqlite_database: Database, case: Case, kind: StepKind) -> None:
    assert verdict(sqlite_database, case, do=kind) == {"not_asked": STEP_KINDS[kind].reaches_nobody}


@pytest.mark.parametrize("kind", [channel.value for channel in CHANNELS])
def test_of_the_question_to_people_that_it_is_one(sqlite_database: Database, case: Case, kind: str) -> None:
    assert verdict(sqlite_database, case, do=kind, waits_for="release") == {"not_asked": A_RELEASE}


def test_of_a_step_that_was_stopped_before_it_left_that_it_was(sqlite_database: Database, case: Case) -> None:
    act = Act(step="only", round="e1", do="sms", channel=Channel.sms, key="k", attempt=1, why="")
    taken_back(sqlite_database, step_input(case, act, TUESDAY), TUESDAY)
    with sqlite_database.reading() as session:
        assert session.exec(select(Attempt)).one().law == {"not_asked": "HOUSE-3: stopped before it left"}
