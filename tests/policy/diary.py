"""Scenarios: diaries in YAML, one for each way a case can go; they read the same on the rehearsal and on the engine.

- name: what is claimed
  strategy: cec
  cycle: out_of_court        # only where the strategy has several
  owes: {0: 120.00}          # day: amount; day 0 is the first due date, a Monday
  facts: {score: 30}         # what else is known of the account
  happens:                   # at 11:00 of the debtor's day, in the order of the lines
    - {day: 12, specialist_call: no_answer}    # the outcome of the open task of this step
    - {day: 20, pays: 50.00}
  expect: [1 first_letter, 11 specialist_call]   # every step taken; `ask` for its release
  passed: [trace]            # steps passed over
  ends: paid                 # absent: the case goes on
  until: 200                 # the last day looked at
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from models import events as e
from models.case import Case
from models.decisions import Line
from models.events import Channel, Outcome
from policy.deciding.rehearsal import Scripted, rehearse
from policy.law.may_contact import debtor_day
from policy.minor_units import exponent
from tests.policy.cases import DUE, LAW, SHIPPED, Told, account, all_steps, at, day, owes

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))


class Diary(NamedTuple):
    """One scenario: the account, what is told to it, and what must come of it."""

    name: str
    case: Case
    script: list[Scripted]
    expect: list[str]
    passed: list[str]
    ends: str | None
    until: int


class Seen(NamedTuple):
    """What came of it."""

    expect: list[str]
    passed: list[str]
    ends: str | None


def diaries(path: Path) -> list[Diary]:
    return [_diary(told) for told in yaml.safe_load(path.read_text(encoding="utf-8"))]


def rehearsed(diary: Diary) -> Seen:
    """The scenario on the rehearsal."""
    name = diary.case.strategy
    until = at(diary.until, "23:59", diary.case.zone)
    strategies = {name: SHIPPED[name.split("@")[0]]}
    return seen(diary, list(rehearse([diary.case], strategies, LAW, diary.script, until=until)))


def seen(diary: Diary, lines: list[Line]) -> Seen:
    """What the lines of a story tell, in the words of a scenario."""
    steps, passed, ends = [], [], None
    asked = False
    for line in lines:
        ends = None if line.kind != "close" and ends else ends
        if line.kind == "decision":
            asked = ":release:" in str(line.detail["key"])
        if line.kind == "effect" and line.detail["event"] not in ("step_deferred", "step_refused", "step_failed"):
            n = (debtor_day(line.time, diary.case.zone) - DUE).days
            steps.append(f"{n} {'ask ' if asked else ''}{line.step}")
        if line.detail.get("event") == "step_passed" and line.step:
            passed.append(line.step)
        if line.kind == "close":
            ends = str(line.detail["outcome"])
    return Seen(steps, passed, ends)


def _diary(told: dict[str, Any]) -> Diary:
    name = told["strategy"]
    strategy = SHIPPED[name]
    facts = dict(told.get("facts", {}))
    if "cycle" in told:
        facts["cycle"] = told["cycle"]
    if "reach" in told:
        facts["reach"] = tuple(Channel(c) for c in told["reach"])
    case = account(name, **facts)
    case = case.model_copy(
        update={
            "instalments": owes(*((n, _minor(amount, case)) for n, amount in told["owes"].items())),
            "opened": at(told.get("opened", 1), "06:00", case.zone),
        }
    )
    cycle = next(c for c in strategy.cycles if c.name == case.cycle)
    tell, ids = Told(), {step.id for step in all_steps(cycle)}
    script: list[Scripted] = []
    for n, entry in enumerate(told.get("happens", [])):
        when = at(entry["day"], "11:00", case.zone) + timedelta(seconds=n)
        script += [Scripted(case.account, when, fact) for fact in _facts(entry, case, ids, tell)]
    return Diary(
        told["name"], case, script, told["expect"], told.get("passed", []), told.get("ends"), told.get("until", 200)
    )


def _minor(amount: float, case: Case) -> int:
    return int(Decimal(str(amount)).scaleb(exponent(case.currency)))


def _facts(entry: dict[str, Any], case: Case, steps: set[str], tell: Told) -> list[Any]:  # noqa: C901 one line a verb
    (verb, what) = next((k, v) for k, v in entry.items() if k not in ("day", "by", "until"))
    until = day(entry["until"]) if "until" in entry else None
    if verb in steps:
        kind = e.VisitOutcome if what in ("not_home", "wrong_address") else e.ContactOutcome
        return [tell(kind, outcome=Outcome(what))]
    match verb:
        case "pays":
            return [
                tell(
                    e.PaymentReceived, amount=_minor(what, case), currency=case.currency, event_id=f"paid{entry['day']}"
                )
            ]
        case "takes_back":
            return [tell(e.PaymentReversed, payment=f"paid{what}")]
        case "promises":
            return [tell(e.PromiseToPay, amount=_minor(what, case), due=day(entry["by"]))]
        case "plan":
            parts = tuple(e.PlanInstalment(due=day(n), amount=_minor(a, case)) for n, a in what.items())
            return [tell(e.PlanAgreed, instalments=parts)]
        case "released" | "refused":
            people = entry["by"] if isinstance(entry["by"], list) else [entry["by"]]
            return [tell(e.Release, of=what, granted=verb == "released", by=person) for person in people]
        case "served":
            return [tell(e.NoticeServed, served_on=day(what), proof="RR1234")]
        case "details":
            return [tell(e.ContactDetails, usable={Channel(c): ok for c, ok in what.items()})]
        case "bounced":
            key = f"{case.account}:{case.strategy}:e1:{what}:1"
            return [tell(e.DeliveryReport, message=key, status="bounced")]
        case "hold":
            return [tell(e.Hold, reason=what, until=until)]
        case "dispute":
            return [tell(e.Dispute, status=what, evidence="D-1" if what == "answered" else None)]
        case "hardship":
            return [tell(e.Hardship, cause=what, until=until)]
        case "protected":
            return [tell(e.Protection, reason=what, until=until)]
        case "opts_out":
            return [tell(e.OptOut, channel=Channel(what))]
        case "withdrawn":
            return [tell(e.Withdraw, reason=what)]
    raise ValueError(f"a scenario knows no {verb!r}")
