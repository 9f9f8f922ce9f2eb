"""The local activities that decide and hear: what was told is taken in, what follows is found, all is kept at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError

from channels.step_kind_table import activity_of, leaves_house, queue_of
from models.case import Case
from models.decisions import Act, Call, Close, DecideInput, Decision, Hearing, Line, Recorded, Turn
from models.events import Heard
from models.jurisdiction import Jurisdiction
from models.strategy import Strategy
from models.tables.accounts import Party
from policy.case.difference import resolved
from policy.deciding.foresight import foreseen
from policy.deciding.hearing import TakenIn, answer, take_in
from policy.deciding.taking import apply, follow
from policy.deciding.treatment import decide
from policy.parsing.pack_reading import read_strategy
from policy.steps.step_outcomes import step_input
from policy.telling import story
from policy.telling.case_summary import stands
from store import case_rows, journal
from store.contact_log import keep_facts, keep_outside, law_of
from store.database import Database
from store.ledger_rows import post
from store.person_facts import keep_shared, news_of_person
from workflows.engine_names import DECIDE, HEAR, SET_ASIDE, UNDECIDABLE

T = TypeVar("T")


class Deciding:
    """Decides for cases by the strategy each is pinned to and the law of its country."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction]) -> None:
        self._database = database
        self._packs = packs
        self._strategies: dict[str, Strategy] = {}

    @activity.defn(name=DECIDE)
    def decide(self, asked: DecideInput) -> Turn:
        """One transaction: journal, ledger, worklist and the account's row say the same as the answer.

        Raises ApplicationError of the type Undecidable where the policy finds no answer: a person must look.
        """
        with self._database.session() as session:
            self._database.lock(session, f"journal {asked.case.account}")
            person = tuple(news_of_person(session, asked.case, asked.now))
            taken = _found(lambda: take_in(_heard_of_person(asked.case, person), asked.told))
            taken = TakenIn(taken.case, (*person, *taken.news))
            strategy, law = self._strategy(session, taken.case), self._law(session, taken.case)
            feed = case_rows.feed_of(session, taken.case.portfolio)
            decision = _found(lambda: decide(taken.case, strategy, law, asked.now, feed))
            after = _found(lambda: follow(taken.case, decision))
            journal.append(session, after.account, _lines(taken, decision))
            self._keep(session, TakenIn(after, taken.news), asked, law, decision)
            case_rows.stand(session, after, decision)
            if strategy.one_message:
                # Asked only for whom it can matter: it costs a second decision.
                alone = not case_rows.has_others(session, after)
                case_rows.ahead(session, after, None if alone else foreseen(after, strategy, law, decision))
            if isinstance(decision.next, Act):
                case_rows.instruct(session, step_input(after, decision.next, asked.now))
            return _turn(asked.case, after, decision)

    @activity.defn(name=HEAR)
    def hear(self, asked: DecideInput) -> Hearing:
        """One transaction, like `decide`, without a decision: what was told is in the ledger and on the trail at once.

        What is told through the update is answered. A fault, for which no decision could be made, goes to a person.
        """
        with self._database.session() as session:
            self._database.lock(session, f"journal {asked.case.account}")
            taken, recorded = _heard(asked)
            journal.append(session, asked.case.account, _heard_lines(asked, taken, recorded))
            if taken.news:
                self._keep(session, taken, asked, self._law(session, taken.case))
                case_rows.owes(session, taken.case, asked.now)
            if asked.fault:
                case_rows.undecided(session, taken.case, asked.fault, asked.now)
            if recorded:
                recorded = recorded.model_copy(update={"next": self._next(session, taken.case, asked.now)})
            return Hearing(events=resolved(asked.case, taken.case), answer=recorded)

    @activity.defn(name=SET_ASIDE)
    def set_aside(self, asked: DecideInput) -> None:
        """The administrative stop of a case: its open tasks leave the worklist, the journal says so."""
        with self._database.session() as session:
            taken = take_in(asked.case, asked.told)
            case = taken.case
            line = Line(
                key=f"cancelled:{case.decisions}",
                time=asked.now,
                account=case.account,
                kind="cancelled",
                reason="cancelled by an administrator: no business outcome",
            )
            journal.append(session, case.account, [*(story.event_line(case, heard) for heard in taken.news), line])
            post(session, case, taken.news, asked.now)
            case_rows.worklist(session, case, asked.now, closing=True)
            case_rows.set_aside(session, case, asked.now)

    def _strategy(self, session: Session, case: Case) -> Strategy:
        if case.strategy not in self._strategies:
            text = _found(lambda: case_rows.strategy_text(session, case.strategy))
            self._strategies[case.strategy] = _found(lambda: read_strategy(text, case.strategy))
        return self._strategies[case.strategy]

    def _law(self, session: Session, case: Case) -> Jurisdiction:
        return law_of(self._packs, session.get_one(Party, case.party))

    def _next(self, session: Session, case: Case, now: datetime) -> str:
        """What the case does next, in words: it decides by itself, a moment later."""
        try:
            strategy, law = self._strategy(session, case), self._law(session, case)
            feed = case_rows.feed_of(session, case.portfolio)
            nxt = _found(lambda: decide(case, strategy, law, now, feed)).next
        except ApplicationError as fault:
            return f"no decision could be made ({fault.message}): a person looks"
        words = {"act": "now", "wait": "waiting for", "close": "closed"}
        return f"{words[nxt.kind]}: {nxt.why}"

    def _keep(
        self,
        session: Session,
        taken: TakenIn,
        asked: DecideInput,
        law: Jurisdiction,
        decision: Decision | None = None,
    ) -> None:
        case, news = taken
        post(session, case, news, asked.now)
        case_rows.worklist(session, case, asked.now, closing=decision is not None and isinstance(decision.next, Close))
        case_rows.outcomes(session, case, news)
        case_rows.opted_out_by(session, case, news)
        keep_shared(session, case, news, asked.now)
        # A notice that left is no news: the case took it in when its step was done.
        noticed = any(k.message for k in case.known)
        if news or (decision and decision.findings) or asked.case.decisions == 0 or noticed:
            keep_facts(session, case, asked.now, law)
            keep_outside(session, case, news, law)


def _found(ask: Callable[[], T]) -> T:
    """What the policy says; a database that does not answer is asked again, a policy that fails is not."""
    try:
        return ask()
    except SQLAlchemyError:
        raise
    except Exception as fault:
        raise ApplicationError(type(fault).__name__, type=UNDECIDABLE, non_retryable=True) from fault


def _turn(before: Case, after: Case, decision: Decision) -> Turn:
    nxt = decision.next
    return Turn.model_construct(
        events=resolved(before, after),
        next=_call(nxt) if isinstance(nxt, Act) else nxt,
        at=decision.at,
        stage=decision.stage,
        days_past_due=decision.days_past_due,
        outstanding=decision.outstanding,
        overdue=decision.overdue,
        page=None if isinstance(nxt, Act) else stands(after, decision),
    )


def _call(act: Act) -> Call:
    return Call(
        why=act.why,
        step=act.step,
        round=act.round,
        key=act.key,
        attempt=act.attempt,
        activity=activity_of(act),
        queue=queue_of(act),
        leaves=leaves_house(act),
    )


def _heard_of_person(case: Case, news: Iterable[Heard]) -> Case:
    for heard in news:
        case = apply(case, heard)
    return case


def _heard(asked: DecideInput) -> tuple[TakenIn, Recorded | None]:
    if [told.by for told in asked.told] == ["update"]:
        return answer(asked.case, asked.told[0])
    return take_in(asked.case, (told for told in asked.told if told.by != "step")), None


def _lines(taken: TakenIn, decision: Decision) -> Iterator[Line]:
    if taken.case.decisions == 0:
        yield story.opened(taken.case)
    yield from story.lines(taken.case, taken.news, decision)


def _heard_lines(asked: DecideInput, taken: TakenIn, recorded: Recorded | None) -> Iterator[Line]:
    if asked.case.decisions == 0:
        yield story.opened(asked.case)
    heard: Heard
    for heard in taken.news:
        yield story.event_line(taken.case, heard)
    if recorded and recorded.became == "refused":
        yield story.refused_line(asked.case, asked.told[0], recorded)
    if asked.fault:
        yield story.undecided_line(asked.case, asked.fault, asked.now)
