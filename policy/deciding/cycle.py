"""Where a case stands in its cycle: which step comes next, from which day, and whether its condition holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from channels.step_kind_table import REACHING, STEP_KINDS
from models.case import Case, Promise, StepRecord
from models.events import Channel, Outcome
from models.strategy import (
    ContactTask,
    Cycle,
    If,
    MessageStep,
    NoticeStep,
    OfferStep,
    ReviewStep,
    Stage,
    Step,
    Strategy,
)
from policy.case.holds import over
from policy.case.rounds import after_promise, before_due, of_episode
from policy.law.may_contact import debtor_day, end_of_day
from policy.minor_units import whole_units
from policy.money.cost_letters import nothing_to_announce
from policy.money.position import Position
from policy.phrases import days_text

NO_CONTACT = frozenset(
    [
        *("passed", "withdrawn", "overdue", "failed", "rejected", "refused_by_law"),
        *("not_released", "not_answered", "released", "again", "given_up"),
    ]
)
"""Results that reached nobody: they are no demand on that day."""
NOT_AN_ATTEMPT = NO_CONTACT - {"passed", "overdue"} | {"bounced"}
AT_ONCE = {"released": "released by a person", "bounced": "did not arrive", "again": "a person said again"}
"""Results after which the step is taken without a further gap, in words."""
SPOKEN = frozenset({"right_party", "refused", "callback"})


@dataclass(frozen=True, eq=False)
class Now:
    """A case looked at on a day, with what every question about it needs."""

    case: Case
    strategy: Strategy
    cycle: Cycle
    at: datetime
    today: date
    position: Position
    days_that_count: int
    dpd: int
    """The count by which this strategy's steps go."""

    @cached_property
    def records(self) -> Mapping[tuple[str, str], Sequence[StepRecord]]:
        """What came of every step, by round and step."""
        found: dict[tuple[str, str], list[StepRecord]] = {}
        for record in self.case.records:
            found.setdefault((record.round, record.step), []).append(record)
        return found

    @cached_property
    def of_episode(self) -> Sequence[StepRecord]:
        """What came of the steps of this episode."""
        return [r for r in self.case.records if r.round == of_episode(self.case.episode)]

    @cached_property
    def candidate(self) -> "Candidate | None":
        """The first step of the case's round that is not finished, mandatory ones of skipped stages included."""
        return _next_candidate(self)


class Candidate(NamedTuple):
    """The step that comes next, and the first debtor's day on which it may be taken."""

    step: Step
    stage: Stage | None
    round: str
    day: date
    why: str


def look(case: Case, strategy: Strategy, at: datetime, position: Position) -> Now:
    """The case as of `at`."""
    today = debtor_day(at, case.zone)
    counted = position.days_past_due
    if counted > 0:
        counted -= held_days(case, position.oldest_unpaid, today)
    cycle = next(c for c in strategy.cycles if c.name == case.cycle)
    dpd = counted if strategy.count_days == "that_count" else position.days_past_due
    return Now(case, strategy, cycle, at, today, position, counted, dpd)


def held_days(case: Case, since: date | None, today: date) -> int:
    """Days after `since` up to today on which something held the case; days held twice count once.

    A hold that lets the cycle go on (a dispute about a part) takes no day from it.
    """
    spans: list[tuple[datetime, datetime | None]] = [(h.since, over(h)) for h in case.holds if "contact" in h.blocks]
    agreed = [(p.made, p.settled) for p in case.promises] + [(p.made, p.settled) for p in case.plans]
    spans += [(made, end_of_day(settled, case.zone) if settled else None) for made, settled in agreed]
    if not spans or since is None:
        return 0
    days: set[date] = set()
    for start, end in spans:
        day = max(debtor_day(start, case.zone), since + timedelta(days=1))
        # An end is the first instant after the hold: the day before it still belongs to the hold.
        last = today if end is None else min(today, debtor_day(end - timedelta(microseconds=1), case.zone))
        days.update(day + timedelta(days=n) for n in range((last - day).days + 1))
    return len(days)


def entry_stage(cycle: Cycle, dpd: int) -> Stage | None:
    """The last stage (not prevention) that begins at this day past due or before; else the first one."""
    stages = [s for s in cycle.stages if not s.prevention]
    reached = [s for s in stages if s.from_dpd <= dpd]
    return reached[-1] if reached else (stages[0] if stages else None)


def _next_candidate(now: Now) -> Candidate | None:
    for round_, stage, step in _walk(now):
        if not finished(now, round_, step):
            day, why = first_day(now, round_, stage, step)
            return Candidate(step, stage, round_, day, why)
    return None


def _walk(now: Now) -> Iterator[tuple[str, Stage | None, Step]]:
    case = now.case
    if not case.episode_open:
        for stage in now.cycle.stages:
            if stage.prevention and now.position.oldest_unpaid:
                yield from ((prevention_round(now), stage, step) for step in stage.steps)
        return
    broken = [
        n for n, p in enumerate(case.promises, 1) if p.verdict in ("broken", "partly_kept") and _of_episode(now, p)
    ]
    for n in broken:
        yield from ((after_promise(n), None, step) for step in now.cycle.on_broken_promise)
    entered = False
    for stage in now.cycle.stages:
        entered = entered or stage.name == case.entry_stage
        if not stage.prevention:
            yield from ((of_episode(case.episode), stage, step) for step in stage.steps if entered or step.mandatory)


def prevention_round(now: Now) -> str:
    """The round of the steps before a due date: one for each coming instalment."""
    return before_due(now.position.oldest_unpaid)


def _of_episode(now: Now, promise: Promise) -> bool:
    # By its due day: a promise for money not yet due, made before the due date, breaks within the episode.
    return now.case.episode_since is not None and promise.due >= now.case.episode_since


def finished(now: Now, round_: str, step: Step) -> bool:
    """Whether a step is done with in this round: its aim reached, its attempts used, or passed over."""
    results = _results(now, round_, step)
    if not results:
        return False
    if "passed" in results or ("refused_by_law" in results and not step.mandatory):
        return True
    attempts = [r for r in results if r not in NOT_AN_ATTEMPT]
    match step:
        case ContactTask():
            return any(r in step.until for r in attempts) or len(attempts) >= step.times
        case ReviewStep():
            answers = [r for r in attempts if r in (Outcome.done, Outcome.refused)]
            return bool(answers) and (answers[-1] != "refused" or step.ask_again_days is None)
        case NoticeStep():
            # Not served is not done: a mandatory notice goes to a person, never silently on to court.
            served = any(r.result == "served" for r in now.records[round_, step.id])
            return served or (len(attempts) >= step.times and not step.mandatory)
        case _:
            return len(attempts) >= step.times


def _results(now: Now, round_: str, step: Step) -> list[str]:
    """What came of the attempts; those before a person said `again` no longer count."""
    records = now.records.get((round_, step.id))
    if records is None:
        return []
    results = [r.result for r in records]
    return results[len(results) - results[::-1].index("again") :] if "again" in results else results


def exhausted(now: Now, candidate: Candidate) -> str | None:
    """Why a person must look before this step can go on: it failed too often, or was refused, or was never served."""
    results = _results(now, candidate.round, candidate.step)
    if results.count("failed") >= now.strategy.fails:
        return f"{candidate.step.id} failed {results.count('failed')} times"
    if isinstance(candidate.step, NoticeStep) and results.count("overdue") >= candidate.step.times:
        return f"{candidate.step.id} could not be served"
    against = {"refused_by_law": "is refused by law", "rejected": "was not accepted for sending"}
    if results and results[-1] in against:
        return f"{candidate.step.id} {against[results[-1]]}"
    release = candidate.step.release
    if release and results and results[-1] == "not_released" and release.ask_again_days is None:
        return f"{candidate.step.id} was not released"
    return None


def first_day(now: Now, round_: str, stage: Stage | None, step: Step) -> tuple[date, str]:
    """The first debtor's day on which the step may be taken, and the reason that sets it."""
    oldest = now.position.oldest_unpaid or now.today
    shift = now.position.days_past_due - now.dpd
    reasons = [(min(oldest, now.today), f"{days_text(now.dpd)} past due in the cycle {now.cycle.name}")]
    if step.from_dpd is not None:
        reasons.append((oldest + timedelta(days=step.from_dpd + shift), f"day {step.from_dpd} past due"))
    if stage and not stage.prevention and not _in_reached_stage(now, round_, stage):
        reasons.append(
            (oldest + timedelta(days=stage.from_dpd + shift), f"stage {stage.name} from day {stage.from_dpd}")
        )
    reasons += _gaps(now, round_, step)
    return max(reasons, key=lambda r: r[0])


def _in_reached_stage(now: Now, round_: str, stage: Stage) -> bool:
    if now.strategy.partial_payment == "lowers_stage":
        return False
    names = [s.name for s in now.cycle.stages]
    return names.index(stage.name) <= names.index(now.case.stage) if now.case.stage in names else False


def _gaps(now: Now, round_: str, step: Step) -> Iterator[tuple[date, str]]:
    zone = now.case.zone
    own = now.records.get((round_, step.id), [])
    tried = [r for r in own if r.result not in ("withdrawn", "failed", "rejected", "given_up")]
    if tried:
        at_once = AT_ONCE.get(tried[-1].result)
        gap = 0 if at_once else _ask_again(step, tried[-1]) or step.every_days
        why = at_once or f"{days_text(gap)} after the last attempt"
        yield debtor_day(tried[-1].at, zone) + timedelta(days=gap), why
    elif step.after_days and (last := _last_done(now, round_)):
        why = f"{days_text(step.after_days)} after {last.step}"
        yield debtor_day(last.at, zone) + timedelta(days=step.after_days), why
    if step.do in REACHING:
        contacts = [r.at for r in now.case.records if r.channel and r.result not in NO_CONTACT]
        if contacts:
            yield debtor_day(max(contacts), zone) + timedelta(days=1), "one contact a day"


def _last_done(now: Now, round_: str) -> StepRecord | None:
    """The last step of the round that was taken."""
    # A contact outside of the steps puts none of them off: who rings every week is not left alone by it.
    apart = ("passed", "withdrawn", "failed", "rejected")
    of_round = (r for r in reversed(now.case.records) if r.round == round_ and r.step != "contact")
    return next((r for r in of_round if r.result not in apart), None)


def _ask_again(step: Step, last: StepRecord) -> int | None:
    if last.result == "not_released" and step.release:
        return step.release.ask_again_days
    if last.result == "refused" and isinstance(step, ReviewStep):
        return step.ask_again_days
    return None


def passes(now: Now, candidate: Candidate) -> str | None:
    """Why a step that has come due is passed over in this round, or None."""
    step = candidate.step
    if not step.mandatory and "given_up" in _results(now, candidate.round, step):
        return "a person decided so"
    if step.until_dpd is not None and now.dpd > step.until_dpd:
        return f"day {now.dpd} past due, the step is for day {step.until_dpd} at most"
    if nothing := nothing_to_announce(now.case, getattr(step, "text", None), now.position.open, now.today):
        return nothing
    failing = unmet(now, step.when) if step.when else None
    if failing:
        return f"condition not met: {failing}"
    if not step.mandatory and not channels(now, candidate):
        return f"cannot be reached by {' or '.join(_wanted(step))}"
    return None


def _wanted(step: Step) -> list[Channel]:
    own = STEP_KINDS[step.do].channel
    match step:
        case MessageStep() | OfferStep():
            return [own or Channel(getattr(step, "channel", "")), *map(Channel, step.fallback)]
        case _:
            return [own] if own else []


def channels(now: Now, candidate: Candidate) -> list[Channel | None]:
    """The channels on which the step can be taken, best first; [None] for a step that needs no channel."""
    wanted = _wanted(candidate.step)
    if not wanted:
        return [None]
    case = now.case
    gone = {c for r, s, c in case.refused if (r, s) == (candidate.round, candidate.step.id)}
    return [c for c in wanted if c in case.reach and c not in case.opt_outs and c not in gone]


def unmet(now: Now, when: If) -> str | None:
    """The first condition that does not hold, in words; None when all hold."""
    case = now.case
    debt = whole_units(now.position.outstanding, case.currency)
    overdue = whole_units(now.position.overdue, case.currency)
    tests: list[tuple[str, bool | None]] = [
        ("reached", None if when.reached is None else when.reached == _reached(now)),
        ("reacted", None if when.reacted is None else when.reacted == _reacted(now)),
        ("reachable", None if when.reachable is None else any(_usable(case, c) for c in when.reachable)),
        ("unreachable", None if when.unreachable is None else not any(_usable(case, c) for c in when.unreachable)),
        ("last", None if when.last is None else _last(now, when.last)),
        ("transferred", None if when.transferred is None else when.transferred == (case.sold_on is not None)),
        ("broken_promises", None if when.broken_promises is None else when.broken_promises.holds(_broken(now))),
        ("outstanding", None if when.outstanding is None else when.outstanding.holds(debt)),
        ("overdue", None if when.overdue is None else when.overdue.holds(overdue)),
        ("dpd", None if when.dpd is None else when.dpd.holds(now.dpd)),
        ("score", None if when.score is None else when.score.holds(_number(case.score))),
        ("product", None if when.product is None else case.product in when.product),
        ("legal_status", None if when.legal_status is None else case.legal_status in when.legal_status),
        ("collateral", None if when.collateral is None else case.collateral == when.collateral),
        ("guarantor", None if when.guarantor is None else (case.guarantors > 0) == when.guarantor),
    ]
    return next((name for name, holds in tests if holds is False), None)


def _number(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _usable(case: Case, channel: Channel) -> bool:
    return channel in case.reach and channel not in case.opt_outs


def _reached(now: Now) -> bool:
    # A review that was refused has no channel: nobody was spoken to.
    return any(r.channel and r.result in SPOKEN for r in now.of_episode)


def _reacted(now: Now) -> bool:
    since = now.case.episode_since
    if since is None:
        return False
    facts = (
        [p.heard for p in now.case.payments] + [p.made for p in now.case.promises] + [p.made for p in now.case.plans]
    )
    return _reached(now) or any(debtor_day(at, now.case.zone) > since for at in facts)


def _last(now: Now, wanted: dict[str, list[Outcome]]) -> bool:
    for step, outcomes in wanted.items():
        results = [r.result for r in now.of_episode if r.step == step and r.result != "withdrawn"]
        if not results or results[-1] not in outcomes:
            return False
    return True


def _broken(now: Now) -> int:
    return sum(1 for p in now.case.promises if p.verdict in ("broken", "partly_kept"))
