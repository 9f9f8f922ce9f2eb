"""Each scenario of `tests/scenarios` goes as its diary tells."""

import pytest

from tests.policy.diary import FILES, Seen, diaries, rehearsed

DIARIES = [pytest.param(diary, id=f"{path.stem}: {diary.name}") for path in FILES for diary in diaries(path)]


@pytest.mark.parametrize("diary", DIARIES)
def test_a_scenario_goes_as_its_diary_tells(diary):
    assert rehearsed(diary) == Seen(diary.expect, diary.passed, diary.ends)
