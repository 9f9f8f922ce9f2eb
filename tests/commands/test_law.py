"""Do `auditor.py may-contact` and `starter.py packs` answer each line by rule and edition, and say what is wrong?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from intake.pack_files import charges

Command = Callable[..., Result]
GOOD: dict[str, Any] = {
    "id": "q",
    "packs": ["it"],
    "zones": ["Europe/Rome"],
    "at": "2026-03-10T12:00",
    "channel": "call",
}


def asked(command: Command, here: Path, *lines: Any, words: tuple[str, ...] = ("--json",)) -> Result:
    file = here / "questions.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n")
    return command("auditor", "may-contact", "--input", file, *words)


def one(command: Command, here: Path, **other: Any) -> dict[str, Any]:
    run = asked(command, here, GOOD | other)
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_an_answer_holds_decision_rules_editions_and_inputs(command: Command, here: Path) -> None:
    found = one(command, here, facts={"account": "a1"})
    assert (found["decision"], found["until"], found["rule"]) == ("allow", None, None)
    assert "IT-H1" in found["rules"]
    assert [version.split("@")[0] for version in found["packs"]] == ["EU", "IT"]
    assert found["inputs"]["at"] == "2026-03-10T11:00:00+00:00"


def test_a_deferral_says_until_when_and_why(command: Command, here: Path) -> None:
    found = one(command, here, at="2026-03-14T15:00:00+01:00")
    assert (found["decision"], found["until"]) == ("defer", "2026-03-16T07:30:00+00:00")
    assert found["rule"].startswith("IT-H1: calls Mon-Fri")


def test_a_duty_is_told(command: Command, here: Path) -> None:
    found = one(command, here, packs="us", channel="text", zones="America/New_York")
    assert found["duties"] == [
        {"rule": "US-O3", "needs": "opt_out_line", "says": "a clear, free and simple way to opt out"}
    ]


def test_a_person_is_asked_for_where_a_rule_wants_one(command: Command, here: Path) -> None:
    assert one(command, here, channel="email", facts={"promotion": True})["decision"] == "human"


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("nonsense", "is no JSON: Expecting value at column 1"),
        ("[]", "is no JSON object"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"id": ' + "9" * 5_000 + "}", "holds a number of too many digits"),
        (r'{"id": "\ud800"}', "without lone surrogates"),
        ('{"id": 1, "channel": "call", "channel": "sms"}', "channel: stands twice"),
        ('{"id": 1, "facts": {"dispute": false, "dispute": true}}', "dispute: stands twice"),
        ({"facts": {"dispute": {"since": "2026-05-01", "until": "2026-04-01"}}}, "until 2026-04-01 lies before since"),
        ({"facts": {"dispute": "2026-02-30"}}, "expected true, its day such as 2026-03-10, channels, or an object"),
        ({"facts": {"quiet": [{"from": "22:00", "to": "08:00"}]}}, "a time over midnight is two"),
        ({"zones": [1]}, "zones.0: input should be a valid string"),
        ({"history": [{"at": "2026-03-10", "channel": "call", "account": 5}]}, "history.0.account: input should be"),
        ({"packs": ["mars"]}, "packs: there is no pack 'mars'; expected one of BR, "),
        ({"packs": []}, "packs: value should have at least 1 item"),
        ({"channel": "fax"}, "channel: input should be 'sms', 'email'"),
        ({"at": "soon"}, "at: 'soon' is no instant; expected one such as 2026-03-10T08:00:00+03:00"),
        ({"at": "2026-03-29T02:30"}, "is skipped or repeated by the clocks of Europe/Rome; expected an offset"),
        ({"zones": ["Europe/Rome", "Europe/London"]}, "has no offset; expected one, as there are several zones"),
        ({"at": "9999-03-29"}, "at: '9999-03-29' is no instant"),
        ({"fact": {}}, "fact: extra inputs are not permitted"),
        ({"facts": {"bankrup": True}}, "facts.bankrup: is not known; did you mean bankrupt?"),
        ({"facts": {"bankrupt": "perhaps"}}, 'facts.bankrupt: "perhaps" does not fit'),
        ({"facts": {"protected": ["rich"]}}, "facts.protected: 'rich' is not known"),
        ({"facts": {"actor": "bailiff"}}, 'facts.actor: "bailiff" does not fit'),
        ({"facts": {"cease": {"from": "2026-01-01"}}}, "facts.cease: "),
        ({"history": [{"at": "2026-03-10"}]}, "history.0.channel: field required"),
        ({"history": [{"at": "x", "channel": "call"}]}, "history.0.at: 'x' is no instant"),
        ({"history": [{"at": "2026-03-10", "channel": "call", "event": "talk"}]}, "history.0.event: input should be"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_rest_is_answered(
    command: Command, here: Path, fault: Any, says: str
) -> None:
    run = asked(command, here, GOOD, fault if isinstance(fault, str) else GOOD | fault, GOOD)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer.get("decision") for answer in answers] == ["allow", None, "allow"]
    assert says in answers[1]["error"]
    assert answers[1]["line"] == 2
    assert "auditor: questions.jsonl:2: " in run.stderr
    assert run.exit_code == 1


def test_marks_blanks_and_bytes_that_are_no_text_cost_no_line(command: Command, here: Path) -> None:
    lines = [json.dumps(GOOD | {"id": f"q{n}"}).encode() for n in range(4)]
    odd = [
        lines[1] + b"\r",
        b"   ",
        b'{"id": "\xff"}',
        json.dumps(GOOD | {"id": "a\u2028b"}, ensure_ascii=False).encode(),
    ]
    (here / "odd.jsonl").write_bytes(b"\xef\xbb\xbf" + b"\n".join([lines[0], b"", *odd, *lines[2:], lines[2]]))
    run = command("auditor", "may-contact", "--input", here / "odd.jsonl", "--json")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["q0", "q1", None, "a\u2028b", "q2", "q3", "q2"]
    assert (answers[2]["line"], run.exit_code) == (5, 1)
    assert "odd.jsonl:5: is no text; expected a text file in UTF-8" in run.stderr


def test_ten_thousand_lines_are_answered_each(command: Command, here: Path) -> None:
    lines = [GOOD | {"id": n} if n % 10 else {"id": n, "packs": 3} for n in range(10_000)]
    run = asked(command, here, *lines)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(10_000))
    assert sum("error" in answer for answer in answers) == 1_000
    assert "1,000 lines could not be read" in run.stderr


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "right/UTC", "europe/rome", "../etc/localtime", ""])
def test_a_clock_that_is_not_the_same_everywhere_is_none(command: Command, here: Path, zone: str) -> None:
    found = one(command, here, zones=[zone], at="2026-03-10T11:00:00Z")
    assert (found["decision"], found["rules"]) == ("deny", ["HOUSE-2"])


def test_history_on_the_wall_in_utc_and_as_a_day_is_the_same_log(command: Command, here: Path) -> None:
    for at in ("2026-03-10T09:00", "2026-03-10T08:00:00Z", "2026-03-10T13:30:00+05:30", "2026-03-10", "20260310"):
        found = one(command, here, at="2026-03-10T15:00", history=[{"at": at, "channel": "call"}])
        assert (found["decision"], found["until"]) == ("defer", "2026-03-11T07:30:00+00:00")


def test_without_a_fault_it_ends_with_0_whatever_the_answers_are(command: Command, here: Path) -> None:
    assert asked(command, here, GOOD, "", GOOD | {"zones": []}).exit_code == 0


def test_a_file_that_is_not_there_is_wrong_usage(command: Command) -> None:
    assert command("auditor", "may-contact", "--input", "nowhere.jsonl").exit_code == 2


def test_a_file_that_is_no_text_is_refused(command: Command, here: Path) -> None:
    (here / "x.jsonl").write_bytes(b"\xff\xfe\x00")
    run = command("auditor", "may-contact", "--input", here / "x.jsonl")
    assert (run.exit_code, "expected a text file in UTF-8" in run.stderr) == (1, True)


def test_people_get_a_table_of_100_columns(command: Command, here: Path) -> None:
    run = asked(command, here, GOOD, GOOD | {"at": "2026-03-14T15:00"}, words=())
    assert "defer" in run.stdout
    assert max(len(line) for line in run.stdout.splitlines()) <= 100


@pytest.mark.parametrize(
    ("history", "decision"),
    [
        ([{"at": "2026-03-10T09:00", "channel": "call"}], "defer"),
        ([{"at": "2026-03-10T09:00", "channel": "call", "event": "attempt"}], "allow"),
        ([{"at": "2026-03-10T09:00", "channel": "call", "outcome": "no_answer"}], "allow"),
        ([{"at": "2026-03-10T09:00", "channel": "call", "outcome": "right_party"}], "defer"),
        ([{"at": "2026-03-10T09:00", "channel": "call", "inbound": True}], "allow"),
    ],
)
def test_what_was_done_before_counts_by_how_far_it_came(
    command: Command, here: Path, history: list[Any], decision: str
) -> None:
    assert one(command, here, history=history)["decision"] == decision


def test_packs_are_listed_with_edition_layers_and_sign_off(command: Command) -> None:
    run = command("starter", "packs", "--json")
    packs = {pack["place"]: pack for pack in json.loads(run.stdout)}
    assert run.exit_code == 0
    assert packs["US-MA"]["under"] == "US"
    assert packs["BR"]["elsewhere"] == "BR-ANY"
    assert {pack["sign_off"] for pack in packs.values()} == {"none"}
    assert [rule["rule"] for rule in packs["NL"]["uncertain"]] == ["NL-P1"]


def test_packs_are_shown_within_100_columns_and_the_unsigned_are_said(command: Command) -> None:
    run = command("starter", "packs")
    assert max(len(line) for line in run.stdout.splitlines()) <= 100
    assert "no lawyer has signed it" in run.stderr


def test_the_packs_of_charges_are_listed_too(command: Command) -> None:
    found = {pack["version"].split("@")[0]: pack for pack in json.loads(command("starter", "packs", "--json").stdout)}
    on_charges = found["NL-charges"]
    unsure = {rule["rule"] for rule in on_charges["uncertain"]}
    assert {name.split("-")[0] for name, pack in found.items() if pack["kind"] == "charges"} == set(charges())
    assert (on_charges["sign_off"], on_charges["rules"]) == ("none", len(charges()["NL"].rules))
    assert ("NL-L5" in unsure, "NL-L1" in unsure) == (True, False)
