"""The language of the tests: an account, its strategy, and a life told day by day. Day 0 is the first due date."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from intake.pack_files import jurisdictions
from models import events as e
from models.case import Case, Instalment
from models.contact import Contact
from models.decisions import Act, Close, Decision, Wait
from models.events import Channel, Heard, Outcome
from models.strategy import Strategy
from policy.case.difference import resolved
from policy.case.evolve import evolved
from policy.deciding.law_facts import circumstances
from policy.deciding.rehearsal import Scripted
from policy.deciding.taking import apply, end, follow
from policy.deciding.treatment import Feed, decide
from policy.law.may_contact import debtor_day
from policy.money.ledger import entries
from policy.money.position import Position, position
from policy.parsing.pack_reading import read_strategy, strategy_version
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import done, is_demand, logged, step_input, stopped

DUE = date(2027, 3, 1)
"""A Monday, four weeks before the clocks change in Europe."""
EVERY_CHANNEL = tuple(Channel)
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path("packs/strategies").glob("*.yaml"))}
SHIPPED = {name: read_strategy(text, f"{name}.yaml") for name, text in TEXTS.items()}
LAW = jurisdictions()
HOMES = {
    "cec": ("IT", "Europe/Rome", "EUR"),
    "alth": ("NL", "Europe/Amsterdam", "EUR"),
    "mfo": ("RU", "Europe/Moscow", "RUB"),
    "kruk": ("RO", "Europe/Bucharest", "RON"),
    "crecerto": ("BR", "America/Sao_Paulo", "BRL"),
    "us_agency": ("US", "America/New_York", "USD"),
}


def by_hand(steps: str, head: str = "", cycle: str = "") -> Strategy:
    """A strategy of one stage (`out_of_court`, from day 1) for a test; `head` and `cycle` add fields."""
    text = f"""format: 1
strategy: test
title: For a test
{head}
cycles:
  - name: only
    ends: closed
    {cycle}
    stages:
      - name: out_of_court
        from_dpd: 1
        steps:
{_indented(steps, 10)}
"""
    return read_strategy(text, "test.yaml")


def staged(stages: Mapping[str, tuple[int, str]], head: str = "", ends: str = "closed") -> Strategy:
    """A strategy of several stages: name -> (from_dpd, steps)."""
    told = "\n".join(
        f"      - name: {name}\n        from_dpd: {day}\n        steps:\n{_indented(steps, 10)}"
        for name, (day, steps) in stages.items()
    )
    text = f"""format: 1
strategy: test
title: For a test
{head}
cycles:
  - name: only
    ends: {ends}
    stages:
{told}
"""
    return read_strategy(text, "test.yaml")


def _indented(steps: str, by: int) -> str:
    return "\n".join(" " * by + line.strip() for line in steps.strip().splitlines())


def account(strategy: Strategy | str = "cec", **more: Any) -> Case:
    """An account of 120.00 due on day 0, reachable on every channel, opened a day later."""
    name = strategy if isinstance(strategy, str) else strategy.strategy
    country, zone, currency = HOMES.get(name, HOMES["cec"])
    cycles = (SHIPPED[name] if isinstance(strategy, str) else strategy).cycles
    facts: dict[str, Any] = {
        "account": "a1",
        "portfolio": "p1",
        "party": "d1",
        "client": "bank",
        "product": "consumer_loan",
        "legal_status": "amicable",
        "country": country,
        "zone": zone,
        "currency": currency,
        "strategy": strategy_version(TEXTS[name], name) if isinstance(strategy, str) else "test@0",
        "cycle": cycles[-1].name,
        "instalments": owes((0, 120_00)),
        "specialist": "specialist_nord" if name == "cec" else None,
        "reach": EVERY_CHANNEL,
        # Nobody goes to court in the EU before the cause was asked for (EU-4).
        "causes": ("forgot",),
    }
    facts |= more
    facts.setdefault("opened", at(1, "06:00", facts["zone"]))
    return Case(**facts)


def owes(*due: tuple[int, int]) -> tuple[Instalment, ...]:
    """Instalments by day and minor units."""
    return tuple(Instalment(number=n, due=day(d), amount=amount) for n, (d, amount) in enumerate(due, 1))


def day(n: int) -> date:
    return DUE + timedelta(days=n)


def at(n: int, clock: str = "12:00", zone: str = "Europe/Rome") -> datetime:
    """An instant of day `n` by the debtor's clock."""
    return datetime.combine(day(n), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


class Told:
    """Facts with an id of their own, counted through a test."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, kind: type[e.Event], **fields: Any) -> Any:
        self.n += 1
        return kind(**{"event_id": f"f{self.n}"} | fields)


class Taken(NamedTuple):
    """A step that was taken (or refused, or put off) on a day."""

    day: int
    at: datetime
    act: Act
    result: e.StepResult


Answer = Callable[["Life", Act], e.Event | e.StepResult | None]


class Life:
    """A case driven by `decide` and `apply`, as the workflow does it, on a clock of its own."""

    def __init__(
        self,
        case: Case,
        strategy: Strategy | None = None,
        feed: Feed | None = None,
        log: list[Contact] | None = None,
        trouble: Callable[[Act], e.Result | None] = lambda act: None,
    ) -> None:
        self.case, self.feed, self.trouble = case, feed, trouble
        self.strategy = strategy or SHIPPED[case.strategy.split("@")[0]]
        self.pack = LAW[case.country]
        self.log: list[Contact] = log if log is not None else []
        self.now = case.opened
        self.taken: list[Taken] = []
        self.decisions: list[Decision] = []
        self.answers: dict[str, Any] = {}
        self.tell = Told()
        self.told: list[Scripted] = []
        self.wake: datetime | None = case.opened
        self.answer_at: datetime | None = None

    # --- going on ----------------------------------------------------------------------------------------------------

    def until(self, n: int, clock: str = "20:00") -> "Life":
        """Live on until this moment of day `n`, answering tasks as `answers` says."""
        goal = at(n, clock, self.case.zone)
        while (moment := self._next_moment()) is not None and moment <= goal:
            self.now = max(moment, self.now)
            if self.answer_at is not None and self.answer_at <= self.now:
                self.answer_at = None
                self._answer()
            else:
                self.turn()
        self.now = max(goal, self.now)
        return self

    def hears(self, kind: type[e.Event], **fields: Any) -> e.Event:
        """A fact comes now; the case takes it in and goes on."""
        fact: e.Event = self.tell(kind, **fields)
        self.take(fact)
        return fact

    def take(self, *facts: Any) -> None:
        for fact in facts:
            self.told.append(Scripted(self.case.account, self.now, fact))
            self._goes_on(apply(self.case, Heard(event=fact, at=self.now)))
        self.turn()

    def pays(self, amount: int, **fields: Any) -> e.Event:
        return self.hears(e.PaymentReceived, **{"amount": amount, "currency": self.case.currency} | fields)

    def promises(self, amount: int, by: int) -> e.Event:
        return self.hears(e.PromiseToPay, amount=amount, due=day(by))

    def says(self, outcome: str, **fields: Any) -> e.Event:
        return self.hears(e.ContactOutcome, outcome=Outcome(outcome), **fields)

    def answering(self, **answers: Any) -> "Life":
        """What each kind of task brings on the day after it was opened: an outcome, `yes`, `no` or `served`."""
        self.answers |= answers
        return self

    def turn(self) -> None:
        """Decide and act until the case waits or closes."""
        self.wake = None
        for _ in range(100):
            decision = decide(self.case, self.strategy, self.pack, self.now, self.feed)
            self.decided(decision)
            self._goes_on(follow(self.case, decision))
            match decision.next:
                case Act() as act:
                    self._act(act)
                case Wait(until=until):
                    self.wake = until
                    self._plan_answer()
                    return
                case Close(outcome=outcome):
                    self._goes_on(end(self.case, outcome, self.now))
                    return
        raise AssertionError("100 steps at one moment and no end")

    def decided(self, decision: Decision) -> None:
        """Kept for the tests; a test of properties looks at each of them here."""
        self.decisions.append(decision)

    def _act(self, act: Act) -> None:
        asked = step_input(self.case, act, self.now)
        taken = done(asked, notice=notice_of(asked, self.pack, self.now))
        known = circumstances(self.case, self.now, self.pack)
        result = self.trouble(act) or stopped(asked, self.pack, self.log, self.now, known) or taken
        if is_demand(act) and not isinstance(result, e.StepDeferred | e.StepRefused | e.StepFailed):
            self.log.append(logged(asked, self.now))
        self.taken.append(Taken(self.day, self.now, act, result))
        self._goes_on(apply(self.case, Heard(event=result, at=self.now)))

    def _goes_on(self, case: Case) -> None:
        """Every change of every life is told by resolved events: folded, they give the same case."""
        assert evolved(self.case, resolved(self.case, case)) == case
        self.case = case

    def _next_moment(self) -> datetime | None:
        moments = [m for m in (self.wake, self.answer_at) if m is not None]
        return min(moments) if moments else None

    def _plan_answer(self) -> None:
        pending = self.case.pending
        self.answer_at = None
        if pending and self._how(pending.step, pending.waits_for) is not None:
            self.answer_at = at(self._day_of(pending.since) + 1, "11:00", self.case.zone)

    def _how(self, step: str, waits_for: str) -> Any:
        do = next(s.do for c in self.strategy.cycles for s in all_steps(c) if s.id == step)
        kind = {"release": "release", "proof": "proof"}.get(waits_for, do)
        return self.answers.get(step, self.answers.get(kind))

    def _answer(self) -> None:
        pending = self.case.pending
        if pending is None:
            return self.turn()
        how = self._how(pending.step, pending.waits_for)
        if pending.waits_for == "release":
            people = pending.people if how == "yes" else 1
            return self.take(
                *(self.tell(e.Release, of=pending.step, granted=how == "yes", by=f"p{n}") for n in range(people))
            )
        if pending.waits_for == "proof":
            return self.take(self.tell(e.NoticeServed, served_on=self.today, proof="R1", task=pending.key))
        return self.take(self.tell(e.ContactOutcome, outcome=Outcome(how), task=pending.key))

    # --- what is seen ------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return debtor_day(self.now, self.case.zone)

    def _day_of(self, moment: datetime) -> int:
        return (debtor_day(moment, self.case.zone) - DUE).days

    @property
    def day(self) -> int:
        return self._day_of(self.now)

    @property
    def steps(self) -> list[str]:
        """The steps taken, in order; a request for release is `step?`."""
        return [name for name, _ in self.diary]

    @property
    def diary(self) -> list[tuple[str, int]]:
        """The steps taken, with their day."""
        return [
            (t.act.step + ("?" if t.act.waits_for == "release" else ""), t.day)
            for t in self.taken
            if not isinstance(t.result, e.StepDeferred | e.StepRefused | e.StepFailed)
        ]

    @property
    def last(self) -> Decision:
        return self.decisions[-1]

    @property
    def next(self) -> Act | Wait | Close:
        return self.last.next

    @property
    def why(self) -> str:
        return self.next.why

    @property
    def outcome(self) -> str | None:
        return self.case.outcome

    @property
    def flags(self) -> list[str]:
        return [flag.id.split(":")[0] for flag in self.case.flags]

    @property
    def position(self) -> Position:
        return position(self.case, self.today)

    @property
    def charged_on_top_of_the_instalments(self) -> int:
        lines = [line for line in entries(self.case, self.today) if line.key != "contract_interest"]
        return sum(line.amount for line in lines if line.kind in ("cost", "late_fee", "interest"))

    def results(self, step: str) -> list[str]:
        """What came of the attempts of a step."""
        return [r.result for r in self.case.records if r.step == step]

    def found(self, kind: type[e.Event]) -> list[Any]:
        """The findings of a kind, through the whole life."""
        return [f for d in self.decisions for f in d.findings if isinstance(f, kind)]


def all_steps(cycle: Any) -> list[Any]:
    return [step for stage in cycle.stages for step in stage.steps] + list(cycle.on_broken_promise)
