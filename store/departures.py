"""May this message leave now, and what became of it? The law, the reservation and the news in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from models.addressee import Companion
from models.decisions import StepInput
from models.events import Channel, NoticeGiven, Result, StepDeferred, StepFailed, StepRefused
from models.evidence import Pdf
from models.jurisdiction import Jurisdiction
from models.message import Fault, Message
from models.tables.trail import Attempt, Document
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import base, done, unknown
from store.attempts import Step, token
from store.bundles import NOT_LEFT, others
from store.database import Database
from store.inbox import overtaken, reported
from store.opt_outs import OptOut, opt_out
from store.vendor_outages import deferral, stop, stopped_until, works_again

_STOPPED = "HOUSE-3: stopped before it left"


class MadeMeanwhile(Exception):
    """Another worker made the paper first: what it kept is sent, not ours."""


class Written(NamedTuple):
    """A message as it was written, before anything is reserved."""

    message: Message
    notice: NoticeGiven | None = None
    """What the law takes it for once it left."""
    several: Message | None = None
    """The message that speaks for other accounts too, where it may."""
    companions: tuple[Companion, ...] = ()
    """These accounts."""
    paper: Pdf | None = None
    """The paper that the message brings: its bytes are kept."""


class Unwritten(NamedTuple):
    """Why nothing can be written: no address, or what the law wants named and nobody told."""

    rule: str
    incomplete: bool = False
    """A person is asked for what is missing."""


class Vendor(NamedTuple):
    """By whom it is to leave; `remembers`: it knows by itself what it took, as the outbox does."""

    name: str
    remembers: bool


class Reserved(NamedTuple):
    """A message whose attempt is reserved, the result that will tell of it, and since when it may have left."""

    message: Message
    told: Result
    called: datetime | None


# --- before the vendor is called -------------------------------------------------------------------------------------


def reserve(
    database: Database,
    packs: Mapping[str, Jurisdiction],
    asked: StepInput,
    written: Written | Unwritten,
    vendor: Vendor,
    at: datetime,
) -> Reserved | Result:
    """One transaction: the law, the reservation, the news, and the mark that the vendor is called now."""
    with database.session() as session:
        step = Step(database, session, asked, at)
        attempt = _to_find_out(step) if asked.overtaken else _outlived(step) or step.begin(packs)
        if not isinstance(attempt, Attempt):
            return attempt
        if attempt.status == "unknown":  # Its answer was lost on the way to the case.
            return unknown(asked, Channel(attempt.channel))
        if isinstance(written, Unwritten):
            return _never_written(step, attempt, written)
        reserved = _reserved(step, attempt, written)
        if attempt.status not in NOT_LEFT:
            return step.finish(reserved.told)
        return reserved if attempt.called or asked.overtaken else _leaving(step, attempt, reserved, vendor)


def _leaving(step: Step, attempt: Attempt, reserved: Reserved, vendor: Vendor) -> Reserved | Result:
    """The mark that the vendor is called now, unless news are against it or the vendor is stopped."""
    late = overtaken(step.session, step.asked, step.at) or _stopped(step, vendor)
    if late is not None:
        return step.withdraw(late)
    attempt.provider = vendor.name
    # The outbox remembers by itself what it took.
    attempt.called = None if vendor.remembers else datetime.now(UTC)
    return reserved


def _to_find_out(step: Step) -> Attempt | Result:
    return step.attempt() or _withdrawn(step)


def _outlived(step: Step) -> Result | None:
    """A decision that was taken back since: whoever still acts upon it is late, and nobody listens."""
    attempt = step.attempt()
    late = attempt and attempt.status == "withdrawn" and attempt.finished and step.asked.now <= attempt.finished
    return _stopped_step(step) if late else None


def _never_written(step: Step, attempt: Attempt, unwritten: Unwritten) -> Result:
    """What it was written with is missing; if it may have left with it, nobody can be asked any more."""
    if attempt.called:
        return step.finish(unknown(step.asked, Channel(attempt.channel)), "unknown")
    if unwritten.incomplete:
        return step.withdraw(_refusal(step.asked, unwritten.rule, person=True, incomplete=True))
    return step.finish(_refusal(step.asked, unwritten.rule), "failed")


def _reserved(step: Step, attempt: Attempt, written: Written) -> Reserved:
    """The message under its attempt's name, speaking for the person's other accounts where it may."""
    message, told = written.message, _told(step, written)
    if attempt.within:
        told = told.model_copy(update={"within": step.session.get_one(Attempt, attempt.within).account})
    elif covers := _covers(step, attempt, written.companions):
        told = told.model_copy(update={"covers": len(covers)})
        if written.several and covers == [one._asdict() for one in written.companions]:
            message = written.several
    day = debtor_day(attempt.reserved, step.asked.zone)
    return Reserved(replace(message, token=token(attempt.key), day=day), told, attempt.called)


def _told(step: Step, written: Written) -> Result:
    if written.paper is None:
        return done(step.asked, notice=written.notice)
    _keep(step, written.message, written.paper)
    return done(step.asked, written.paper.sha256)


def _covers(step: Step, attempt: Attempt, companions: Sequence[Companion]) -> list[dict[str, Any]]:
    """For whom the message speaks too; which ones, its attempt keeps. What may have left, left for those it kept."""
    if attempt.status == "sending" and not (attempt.called or attempt.provider or step.asked.overtaken):
        free = others(step.session, step.asked, step.at) if companions else ()
        attempt.covers = [one._asdict() for one in companions] if set(companions) <= set(free) else []
    return attempt.covers or []


def _keep(step: Step, message: Message, paper: Pdf) -> None:
    kept = step.session.get(Document, message.key)
    if kept is not None and kept.sha256 != paper.sha256:
        raise MadeMeanwhile(f"{kept.kind} {kept.sha256}")
    if kept is None:
        about: dict[str, Any] = {"account": step.asked.account, "kind": message.channel, "made": step.at}
        step.session.add(Document(key=message.key, **about, **paper.model_dump()))


def _stopped(step: Step, vendor: Vendor) -> Result | None:
    country = step.asked.country
    until = None if vendor.remembers else stopped_until(step.session, vendor.name, country, step.at)
    return deferral(step.asked, vendor.name, until) if until else None


# --- after the vendor was called -------------------------------------------------------------------------------------


def sent(database: Database, asked: StepInput, told: Result, reference: str | None, at: datetime) -> Result:
    """The message left; `reference`: the vendor's name of it."""
    with database.session() as session:
        attempt = session.get_one(Attempt, asked.act.key)
        attempt.provider_id = attempt.provider_id or reference
        if attempt.called and attempt.provider:
            works_again(session, attempt.provider, asked.country, at)
        return Step(database, session, asked, at).finish(told)


def not_taken(database: Database, asked: StepInput) -> None:
    """The vendor surely did not take it: it may be called again."""
    with database.session() as session:
        attempt = session.get_one(Attempt, asked.act.key)
        attempt.called = attempt.provider = None


def rejected(database: Database, asked: StepInput, fault: Fault, code: str, at: datetime) -> Result:
    """The vendor will not take it: by what its refusal means."""
    with database.session() as session:
        step, attempt = Step(database, session, asked, at), session.get_one(Attempt, asked.act.key)
        attempt.called, vendor = None, attempt.provider or ""
        if fault == "configuration":
            until = stop(session, vendor, asked.country, asked.account, code, at)
            return step.withdraw(deferral(asked, vendor, until))
        if fault not in ("address", "opt_out"):
            return step.finish(StepFailed(**base(asked.act, "step_failed"), reason=code, final=True), "failed")
        if fault == "opt_out" and asked.act.channel:
            opt_out(session, OptOut(asked.party, asked.act.channel, "stopped", at, "provider"))
        return step.finish(_refusal(asked, code, lost=fault), "failed")


def _refusal(asked: StepInput, rule: str, **why: Any) -> StepRefused:
    """The step is refused on its channel by a rule, or for what is missing."""
    channel = asked.act.channel
    return StepRefused(**base(asked.act, f"step_refused:{channel}"), channel=channel, rule=rule, **why)


def gave_up(database: Database, asked: StepInput, channel: str, at: datetime) -> Result:
    """It may have left, and nobody could say so in time: a person is asked."""
    with database.session() as session:
        return Step(database, session, asked, at).finish(unknown(asked, Channel(channel)), "unknown")


def reported_as(database: Database, asked: StepInput) -> tuple[bool, str | None, str | None]:
    """Whether a vendor told us of the message, its name of it, and which vendor was called."""
    with database.reading() as session:
        attempt = session.get_one(Attempt, asked.act.key)
        return reported(session, attempt), attempt.provider_id, attempt.provider


def of_no_other(database: Database, found: Sequence[str]) -> list[str]:
    """Of a vendor's names those that are no other attempt's."""
    if not found:
        return []
    with database.reading() as session:
        known = set(session.exec(select(Attempt.provider_id).where(col(Attempt.provider_id).in_(found))))
    return [reference for reference in found if reference not in known]


def taken_back(database: Database, asked: StepInput, at: datetime) -> Result | None:
    """The step is stopped before it left; None: another worker called the vendor meanwhile."""
    with database.session() as session:
        step = Step(database, session, asked, at)
        attempt = step.attempt()
        return None if attempt and attempt.called else _withdrawn(step)


def _withdrawn(step: Step) -> Result:
    attempt = step.attempt() or step.reserve({"not_asked": _STOPPED})
    # Which decision was taken back: a worker that everybody thought dead may still come with it.
    attempt.finished = step.asked.now
    return step.withdraw(_stopped_step(step))


def _stopped_step(step: Step) -> StepDeferred:
    return StepDeferred(**base(step.asked.act, "step_deferred"), until=step.asked.now, rule=_STOPPED)
