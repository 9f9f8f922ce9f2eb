"""May this contact be made now? The law is asked once more when an agent opens a task, or wants to call unasked."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import typer
from sqlmodel import Session, col, select

from activities.contact_log import Question, Wanted, question
from commands.answering import Refused, local, say
from commands.meaning import find_account, party_of
from models.database import Database
from models.jurisdiction import Jurisdiction
from models.tables import Account, Attempt, Party, Task
from policy.contact_law import Allow, Answer, Defer, debtor_day

CONTACTS = ("call", "visit")


def open_task(
    database: Database, word: str, of: str | None, packs: Mapping[str, Jurisdiction], now: datetime
) -> dict[str, Any]:
    """The law's answer for an open task. Where it is yes, the contact counts from now on, and its details are shown."""
    with database.session() as session:
        task = _task(session, word, find_account(session, of) if of else None)
        account = session.get_one(Account, task.account)
        person = party_of(session, account)
        told = {"task": task.key, "account": account.reference, "kind": task.kind, "why": task.why}
        if task.kind not in CONTACTS:
            return told | {"decision": "allow", "duties": [], "debtor": person.name}
        database.lock(session, f"party {person.id}")
        put = question(session, _wanted(account, person, task.kind, now, task.key), now)
        law = packs[person.country]
        answer = put.answer(law)
        attempt = session.get(Attempt, task.key)
        if isinstance(answer, Allow) and attempt is not None:
            attempt.reserved, attempt.local_day = now, debtor_day(now, person.zone)
            attempt.law = put.kept(law, answer)
        return told | _told(put, answer, person)


def may_call(
    session: Session, word: str, channel: str, packs: Mapping[str, Jurisdiction], now: datetime
) -> dict[str, Any]:
    """The law's answer for a contact that no task asks for; nothing is reserved."""
    account = find_account(session, word)
    person = party_of(session, account)
    put = question(session, _wanted(account, person, channel, now), now)
    return {"account": account.reference, "kind": channel} | _told(put, put.answer(packs[person.country]), person)


def show(told: Mapping[str, Any]) -> None:
    """The answer in words. Raises Refused where it is no."""
    what = f"{told['kind']} for {told['account']}"
    if told["decision"] != "allow":
        when = f", from {local(told['until'], told['zone'])}" if told.get("until") else ""
        raise Refused(f"no {what} now{when}: {told['rule']}")
    typer.echo(f"yes, {what}: {told['debtor']}{', ' + told['details'] if told.get('details') else ''}")
    for duty in told["duties"]:
        say(f"it must hold: {duty['says']} ({duty['rule']})")


def _wanted(account: Account, person: Party, channel: str, now: datetime, key: str = "") -> Wanted:
    late = account.days_past_due or 0
    overdue = debtor_day(now, person.zone) - timedelta(days=late) if late > 0 else None
    return Wanted(account.id, person.id, person.zone, channel, True, overdue, key)


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
