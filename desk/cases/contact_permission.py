"""May this contact be made now? The law is asked once more when an agent opens a task, or wants to call unasked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import typer
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from channels.channel_table import BY_PERSON
from cli.output import local, say
from desk.lookup import find_account, party_of
from desk.refused import Refused
from models.contact import Place, ThirdParty
from models.event import Channel
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account, Party
from models.tables.trail import Attempt, Task
from policy.law.may_contact import Allow, Answer, Defer, debtor_day
from store.contact_log import Question, Wanted, law_of, place_of, question
from store.database import Database

ANYBODY_ELSE = "anybody"
"""A third party whom nobody has asked yet."""


class Whom(NamedTuple):
    """Whom a contact is meant for, and where; the debtor at home, if nothing is said."""

    third_party: str | None = None
    location: bool = False
    """A third party is only asked where the debtor can be found."""
    place: Place | None = None


DEBTOR = Whom()
THIRD_PARTY: TypeAdapter[str] = TypeAdapter(ThirdParty)


def third_party(text: str | None) -> str | None:
    """Check an option that ends in the contact log: who somebody is to the debtor and which one, but no name."""
    try:
        return None if text is None else THIRD_PARTY.validate_python(text)
    except ValidationError:
        says = "no third party: expected family, neighbour, employer or other, alone or with a number (neighbour-2)"
        raise typer.BadParameter(f"{text!r} is {says}") from None


def open_task(
    database: Database, word: str, of: str | None, packs: Mapping[str, Jurisdiction], now: datetime, whom: Whom = DEBTOR
) -> dict[str, Any]:
    """The law's answer for an open task. Where it is yes, the contact counts from now on, and its details are shown.

    A trace is no contact by itself; `others` says whether third parties may be asked for it.
    """
    with database.session() as session:
        task = _task(session, word, find_account(session, of) if of else None)
        account = session.get_one(Account, task.account)
        person = party_of(session, account)
        law = law_of(packs, person)
        told = {"task": task.key, "account": account.reference, "kind": task.kind, "why": task.why}
        if task.kind not in BY_PERSON:
            free = told | {"decision": "allow", "duties": [], "debtor": person.name}
            return free | {"others": _others(session, account, person, law, now)} if task.kind == "trace" else free
        database.lock(session, f"party {person.id}")
        put = question(session, _wanted(account, person, task.kind, now, whom)._replace(key=task.key), now)
        answer = put.answer(law)
        attempt = session.get(Attempt, task.key)
        if isinstance(answer, Allow) and attempt is not None:
            attempt.reserved, attempt.local_day = now, debtor_day(now, person.zone)
            attempt.law, attempt.place = put.kept(law, answer), whom.place
        return told | _told(put, answer, person)


def may_call(
    session: Session, word: str, channel: str, packs: Mapping[str, Jurisdiction], now: datetime, whom: Whom = DEBTOR
) -> dict[str, Any]:
    """The law's answer for a contact that no task asks for; nothing is reserved."""
    account = find_account(session, word)
    person = party_of(session, account)
    put = question(session, _wanted(account, person, channel, now, whom), now)
    about = {"account": account.reference, "kind": channel, "third_party": whom.third_party}
    return about | _told(put, put.answer(law_of(packs, person)), person)


def show(told: Mapping[str, Any]) -> None:
    """The answer in words. Raises Refused where it is no."""
    to = f" to {told['third_party']}" if told.get("third_party") else ""
    what = f"{told['kind']}{to} for {told['account']}"
    if told["decision"] != "allow":
        when = f", from {local(told['until'], told['zone'])}" if told.get("until") else ""
        raise Refused(f"no {what} now{when}: {told['rule']}")
    typer.echo(f"yes, {what}: {told['debtor']}{', ' + told['details'] if told.get('details') else ''}")
    for duty in told["duties"]:
        say(f"it must hold: {duty['says']} ({duty['rule']})")
    if "others" in told:
        _show_others(told["others"], told["account"])


def _show_others(others: Mapping[str, Any], account: str) -> None:
    if others["decision"] != "allow":
        when = f" before {local(others['until'], others['zone'])}" if others["until"] else ""
        say(f"nobody else may be asked where the debtor is{when}: {others['rule']}")
        return
    say("others may be asked where the debtor is, each only as the law says; before each call:")
    say(f"  agent.py may-call {account} --third-party neighbour-1 --purpose location")
    for duty in others["duties"]:
        say(f"  it must hold: {duty['says']} ({duty['rule']})")


def _others(session: Session, account: Account, person: Party, law: Jurisdiction, now: datetime) -> dict[str, Any]:
    """Whether somebody else may be asked by phone where the debtor can be found."""
    put = question(session, _wanted(account, person, Channel.call, now, Whom(ANYBODY_ELSE, location=True)), now)
    answer = put.answer(law)
    return {name: value for name, value in _told(put, answer, person).items() if name not in ("debtor", "details")}


def _wanted(account: Account, person: Party, channel: str, now: datetime, whom: Whom) -> Wanted:
    late = account.days_past_due or 0
    overdue = debtor_day(now, person.zone) - timedelta(days=late) if late > 0 else None
    place, third = place_of(whom.place, whom.third_party), whom.third_party or ""
    demand = not whom.location
    return Wanted(account.id, person.id, person.zone, channel, demand, overdue, "", place, third, whom.location)


def _told(put: Question, answer: Answer, person: Party) -> dict[str, Any]:
    told: dict[str, Any] = {
        "decision": type(answer).__name__.lower(),
        "until": answer.until if isinstance(answer, Defer) else None,
        "rule": None if isinstance(answer, Allow) else answer.rule,
        "rules": list(answer.rules),
        "duties": [duty._asdict() for duty in answer.duties] if isinstance(answer, Allow) else [],
        "packs": list(answer.inputs.packs),
        "zone": put.party.zones[0],
    }
    if not isinstance(answer, Allow):
        return told
    if put.party.role == "third_party":
        return told | {"debtor": person.name, "details": None}
    where = ", ".join(part for part in (person.street, person.postal_code, person.city) if part)
    return told | {"debtor": person.name, "details": where if put.channel == "visit" else person.phone}


def _task(session: Session, word: str, account: Account | None) -> Task:
    wanted = select(Task).where(Task.status == "open", col(Task.key).endswith(word, autoescape=True))
    if account is not None:
        wanted = wanted.where(Task.account == account.id)
    found = session.exec(wanted).all()
    meant = [t for t in found if t.key == word] or [t for t in found if t.key.endswith(f":{word}")]
    if len(meant) != 1:
        fault = f"{len(meant)} open tasks end so: name its --account" if meant else "no open task ends so"
        raise Refused(f"{word!r}: {fault}; see `agent.py worklist`")
    return meant[0]
