"""Does `starter.py` take what is sound, refuse the rest with its reason, and leave nothing behind?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from settings import HOUSE

EXAMPLES = HOUSE / "examples"
EXAMPLE, BAD = EXAMPLES / "portfolio.csv", EXAMPLES / "portfolio-bad.csv"
START = ("--portfolio", "spring", "--client", "bank")
YEAR = ("--from", "2026-12-01", "--until", "2027-06-01")
Command = Callable[..., Result]
Rows = Callable[..., Path]


def widest(text: str) -> int:
    return max(len(line) for line in text.splitlines())


def test_a_dry_run_shows_segments_and_leaves_nothing_behind(command: Command, here: Path) -> None:
    run = command("starter", "start", EXAMPLE, *START, "--dry-run", "--json")
    told = json.loads(run.stdout)
    assert told["accounts"] == sum(segment["accounts"] for segment in told["segments"]) > 40
    assert list(here.iterdir()) == []


def test_a_dry_run_fits_100_columns(command: Command) -> None:
    run = command("starter", "start", BAD, *START, "--dry-run")
    assert "Would be rejected" in run.stdout
    assert widest(run.stdout) <= 100


def test_a_strategy_may_be_named_or_be_a_file(command: Command, some_rows: Rows) -> None:
    rows = some_rows("IT-0003", "IT-0004")
    runs = [
        command("starter", "start", rows, *START, "--dry-run", "--json", "--strategy", strategy)
        for strategy in ("cec", HOUSE / "packs" / "strategies" / "cec.yaml")
    ]
    assert runs[0].stdout == runs[1].stdout
    assert json.loads(runs[0].stdout)["segments"][0]["cycle"] == "out_of_court"


def test_an_account_that_no_strategy_fits_is_rejected_with_the_reason(command: Command, some_rows: Rows) -> None:
    rows = some_rows("IT-0003", "BR-0001")
    run = command("starter", "start", rows, *START, "--dry-run", "--json", "--strategy", "cec")
    (reject,) = json.loads(run.stdout)["rejects"]
    assert (reject["account"], reject["column"], reject["reason"]) == (
        "BR-0001",
        "strategy",
        "cec is not for country BR",
    )


def test_a_strategy_with_a_fault_is_refused_with_file_line_and_column(command: Command, here: Path) -> None:
    (here / "mine.yaml").write_text("format: 1\nstrategy: mine\ntitle: Mine\n")
    run = command("starter", "start", EXAMPLE, *START, "--dry-run", "--strategy", "mine.yaml")
    assert run.exit_code == 1
    assert run.stderr.startswith("starter: mine.yaml:1:1: cycles:")


def test_strict_takes_all_or_none(command: Command, here: Path) -> None:
    run = command("starter", "start", BAD, *START, "--strict")
    assert run.exit_code == 1
    assert "starter: nothing" in run.stderr
    assert list(here.iterdir()) == []


def test_a_file_that_is_no_portfolio_is_one_error(command: Command, here: Path) -> None:
    run = command("starter", "start", HOUSE / "Makefile", *START)
    assert (run.exit_code, run.stderr) == (1, "starter: a portfolio is a .csv or an .xlsx file\n")
    assert list(here.iterdir()) == []


def test_without_an_engine_nothing_is_handed_over(command: Command, here: Path) -> None:
    run = command("starter", "start", EXAMPLE, *START)
    assert run.exit_code == 1
    assert run.stderr.startswith("starter: no engine runs in ")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("start", "x.csv"),
        ("start", "x.csv", *START, "--rate", "fast"),
        ("rehearse", "x.csv", "--from", "tomorrow", "--until", "2027-01-01"),
        ("rehearse", "x.csv", "--from", "2027-01-01", "--until", "2026-01-01"),
        ("pause",),
        ("pause", "IT-0001", "--by", "Anna Rossi"),
        ("no-such-command",),
    ],
)
def test_wrong_usage_ends_with_2(command: Command, words: tuple[str, ...]) -> None:
    assert command("starter", *words).exit_code == 2


def test_strategies_are_listed_within_100_columns(command: Command) -> None:
    run = command("starter", "strategies")
    assert (run.exit_code, widest(run.stdout) <= 100) == (0, True)
    assert "out_of_court" in run.stdout


def test_every_fault_of_a_checked_strategy_is_told(command: Command) -> None:
    bad = HOUSE / "tests" / "packs" / "bad" / "missing_field.yaml"
    run = command("starter", "strategies", "--check", bad, "--json")
    expected = bad.with_suffix(".out").read_text().splitlines()
    assert run.exit_code == 1
    assert len(run.stderr.splitlines()) == len(expected)
    assert len(json.loads(run.stdout)) == 6


def test_a_rehearsal_is_the_same_bytes_every_time(command: Command) -> None:
    words = ("rehearse", EXAMPLE, *YEAR, "--events", EXAMPLES / "events.jsonl", "--json")
    first, second = command("starter", *words), command("starter", *words)
    assert (first.exit_code, first.stdout == second.stdout) == (0, True)
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert set(lines[0]) == {"time", "account", "kind", "step", "reason", "detail"}


def test_a_rehearsal_is_the_same_bytes_by_however_many_processes(command: Command) -> None:
    words = ("rehearse", EXAMPLE, *YEAR, "--events", EXAMPLES / "events.jsonl", "--json")
    alone, shared = command("starter", *words, "--jobs", "1"), command("starter", *words, "--jobs", "7")
    assert (shared.exit_code, shared.stdout == alone.stdout) == (0, True)


def test_the_example_events_are_all_taken(command: Command) -> None:
    run = command("starter", "rehearse", EXAMPLE, *YEAR, "--events", EXAMPLES / "events.jsonl", "--json")
    told = [line for line in map(json.loads, run.stdout.splitlines()) if line["kind"] == "event"]
    assert len(told) == len((EXAMPLES / "events.jsonl").read_text().splitlines())
    assert [line["reason"] for line in told if "not taken" in line["reason"]] == []


def test_a_rehearsal_reads_within_100_columns(command: Command) -> None:
    assert widest(command("starter", "rehearse", EXAMPLE, *YEAR).stdout) <= 100


def test_a_wrong_events_file_is_one_error_with_every_line(command: Command, here: Path) -> None:
    (here / "events.jsonl").write_text(
        '{"account": "IT-0003", "at": "2026-12-05T10:00", "event": "payment_received", "amount": "1,234"}\n'
        '{"account": "IT-9999", "at": "2026-12-05T10:00", "event": "payment_received", "amount": "1"}\n'
        "pays soon\n"
        '{"account": "IT-0003", "at": "soon", "event": "promise_to_pay", "amount": "10", "due": "+3"}\n'
        '{"account": "IT-0003", "at": "2026-12-05T10:00", "event": "promise_to_pay", "amount": "10", "due": "then"}\n'
        '{"account": "IT-0003", "at": "2026-12-05T10:00", "event": "gift"}\n'
    )
    run = command("starter", "rehearse", EXAMPLE, *YEAR, "--events", here / "events.jsonl")
    faults = [line for line in run.stderr.splitlines() if line.startswith("starter: ")]
    assert (run.exit_code, run.stdout) == (1, "")
    assert [fault.split(": ")[1] for fault in faults] == [f"events.jsonl:{n}" for n in range(1, 7)]


def test_status_without_a_database_says_so(command: Command) -> None:
    run = command("starter", "status")
    assert (run.exit_code, run.stderr.startswith("starter: ")) == (1, True)
