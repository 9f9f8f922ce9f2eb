"""What would happen: the same policy on a virtual clock, over scripted events, without a server."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from models.case import Case
from models.contact import Contact
from models.decisions import Act, Close, Decision, Line, Wait
from models.events import AnyEvent, Heard
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from policy.deciding.law_facts import circumstances
from policy.deciding.shared_facts import shared
from policy.deciding.taking import apply, end, follow
from policy.deciding.treatment import Feed, decide
from policy.law.counts import LOG_DAYS
from policy.steps.notice_effects import notice_of
from policy.steps.step_outcomes import done, is_demand, logged, step_input, stopped
from policy.telling import story

MOST_STEPS_AT_ONCE = 100


class Scripted(NamedTuple):
    """An event of the script: told to an account at an instant."""

    account: str
    at: datetime
    event: AnyEvent


def rehearse(
    cases: Sequence[Case],
    strategies: Mapping[str, Strategy],
    packs: Mapping[str, Jurisdiction],
    script: Sequence[Scripted] = (),
    *,
    until: datetime,
    feeds: Mapping[str, Feed] | None = None,
) -> Iterator[Line]:
    """Every line of every case's story before `until`, in order of time. A case begins when it is opened.

    `packs`: the law by account, or by country where an account has none of its own.
    """
    stage = _Stage(strategies, packs, feeds or {})
    told: dict[str, list[Scripted]] = defaultdict(list)
    for scripted in sorted(script, key=lambda s: (s.at, s.event.event_id)):
        told[scripted.account].append(scripted)
    agenda = _Agenda()
    for case in cases:
        stage.begin(case)
        agenda.put(case.account, case.opened)
    while due := agenda.next():
        at, account = due
        if at >= until:
            break
        news = _heard(told[account], at)
        yield from stage.turn(account, news, at)
        wakes = [w for w in (stage.wakes.pop(account, None), told[account][0].at if told[account] else None) if w]
        if wakes:
            agenda.put(account, max(at + timedelta(microseconds=1), min(wakes)))
        for other, event in stage.for_others(account, news):
            insort(told[other], Scripted(other, at, event), key=lambda s: s.at)
            agenda.put(other, max(at, stage.cases[other].opened))


class _Agenda:
    """Which case wakes next, and when. What is told on another account of the person wakes a case sooner."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, str]] = []
        self._due: dict[str, datetime] = {}

    def put(self, account: str, at: datetime) -> None:
        if account not in self._due or at < self._due[account]:
            self._due[account] = at
            heappush(self._entries, (at, account))

    def next(self) -> tuple[datetime, str] | None:
        while self._entries:
            at, account = heappop(self._entries)
            if self._due.get(account) == at:
                del self._due[account]
                return at, account
        return None


def _heard(told: list[Scripted], at: datetime) -> list[Heard]:
    news = []
    while told and told[0].at <= at:
        news.append(Heard(event=told.pop(0).event, at=at))
    return news


class _Stage:
    """All cases of a rehearsal, the parties' contact log, and when each case wakes next."""

    def __init__(
        self, strategies: Mapping[str, Strategy], packs: Mapping[str, Jurisdiction], feeds: Mapping[str, Feed]
    ) -> None:
        self.strategies, self.packs, self.feeds = strategies, packs, feeds
        self.cases: dict[str, Case] = {}
        self.people: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.log: dict[str, list[Contact]] = defaultdict(list)
        self.wakes: dict[str, datetime] = {}

    def begin(self, case: Case) -> None:
        """A case takes its place."""
        self.cases[case.account] = case
        self.people[case.client, case.party].append(case.account)

    def for_others(self, account: str, news: list[Heard]) -> Iterator[tuple[str, AnyEvent]]:
        """What the person's other cases hear of the news of one: those that have ended hear nothing."""
        case = self.cases[account]
        for event in shared(case, news) if news else ():
            for other in self.people[case.client, case.party]:
                if other != account and not self.cases[other].closed:
                    yield other, event

    def turn(self, account: str, news: list[Heard], at: datetime) -> Iterator[Line]:
        """What a case does at one instant: take in, decide, act, until it waits or closes."""
        case = self.cases[account]
        if case.closed and not any(h.event.event_id not in case.seen for h in news):
            return
        if case.decisions == 0:
            yield story.opened(case)
        for _ in range(MOST_STEPS_AT_ONCE):
            new = [h for h in news if h.event.event_id not in case.seen]
            for heard in new:
                case = apply(case, heard)
            decision = decide(case, self.strategies[case.strategy], self._law(case), at, self._feed(case))
            yield from story.lines(case, new, decision)
            case, effect = self._follow(case, decision, at)
            self.cases[account] = case
            if effect is None:
                return
            yield story.event_line(case, effect)
            news = []
        raise RuntimeError(f"{account}: {MOST_STEPS_AT_ONCE} steps at {at} and no end")

    def _law(self, case: Case) -> Jurisdiction:
        return self.packs.get(case.account) or self.packs[case.country]

    def _feed(self, case: Case) -> Feed | None:
        return self.feeds.get(case.portfolio)

    def _follow(self, case: Case, decision: Decision, at: datetime) -> tuple[Case, Heard | None]:
        """The case after the decision, and the effect of its step, if it took one."""
        case = follow(case, decision)
        match decision.next:
            case Act() as act:
                asked = step_input(case, act, at, written=False)
                log = self.log[case.party]
                law = self._law(case)
                known = circumstances(case, at, law)
                notice = notice_of(asked, law, at)
                result = stopped(asked, law, log, at, known) or done(asked, notice=notice)
                if is_demand(act) and result.kind not in ("step_deferred", "step_refused"):
                    begin = at - timedelta(days=LOG_DAYS)
                    log[:] = [*(contact for contact in log if contact.at > begin), logged(asked, at)]
                heard = Heard(event=result, at=at)
                return apply(case, heard), heard
            case Wait(until=until):
                if until is not None:
                    self.wakes[case.account] = until
                return case, None
            case Close(outcome=outcome):
                return end(case, outcome, at), None
