"""Can a strategy take a channel that nobody has thought through, or a step out of the law's reach? By `--check`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import starter
from tests.policy.cases import TEXTS

REMINDER = "{id: reminder, do: sms, text: first_reminder, fallback: [email], from_dpd: 1}"
STEP = "cycles.0.stages.1.steps.0"
Check = Callable[[str], list[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """The lines of `starter.py strategies --check` about alth.yaml with another reminder, and where they point to."""

    def faults(reminder: str) -> list[str]:
        text = TEXTS["alth"].replace("strategy: alth", "strategy: mine")
        line = text[: text.index(REMINDER)].count("\n") + 1
        (tmp_path / "mine.yaml").write_text(text.replace(REMINDER, reminder, 1))
        run = CliRunner().invoke(starter.app, ["strategies", "--check", str(tmp_path / "mine.yaml")])
        assert run.exit_code == 1
        told = [fault.partition("mine.yaml:")[2] for fault in run.stderr.splitlines() if "mine.yaml:" in fault]
        return [fault.removeprefix(f"{line}:") for fault in told]

    return faults


@pytest.mark.parametrize(
    ("reminder", "field"),
    [
        (REMINDER.replace("do: sms", "do: whatsapp"), "do"),
        (REMINDER.replace("[email]", "[whatsapp]"), "fallback.0"),
        ("{id: reminder, do: offer, text: offer_plan, months: 3, channel: whatsapp, from_dpd: 1}", "channel"),
        (REMINDER.replace("from_dpd: 1", "if: {reachable: [whatsapp]}"), "if.reachable.0"),
        (REMINDER.replace("from_dpd: 1", "asked_of_law: false"), "asked_of_law"),
    ],
)
def test_it_is_refused_by_file_line_and_field(check: Check, reminder: str, field: str) -> None:
    [fault] = check(reminder)
    column, _, says = fault.partition(": ")
    assert column.isdigit()
    assert says.startswith(f"{STEP}.{field}: ")
