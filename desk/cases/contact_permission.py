"""May this contact be made now? The law is asked once more when an agent opens a task, or wants to call unasked."""

from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError

from channels.channel_table import BY_PERSON
from desk.actor import Actor
from desk.lookup import find_account
from desk.readable import day
from desk.refused import Refused
from intake.pack_files import places
from models.contact import Place, ThirdParty
from models.decisions import HoldShown
from models.event import Channel
from policy.law.may_contact import Allow, Defer
from store.account_lookup import KnownAccount
from store.asked_contacts import Asked, Meant, OpenTask, ask_and_reserve, ask_law, open_tasks
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


def is_third_party(text: str, by: Actor) -> bool:
    """Whether it says who somebody is to the debtor and which one, but no name: it ends in the contact log."""
    try:
        return bool(THIRD_PARTY.validate_python(text))
    except ValidationError:
        return False


def open_task(database: Database, word: str, of: str | None, now: datetime, whom: Whom, by: Actor) -> dict[str, Any]:
    """The law's answer for an open task. Where it is yes, the contact counts from now on, and its details are shown.

    A trace is no contact by itself; `others` says whether third parties may be asked for it.
    """
    task = _task(database, word, find_account(database, of) if of else None)
    told = {"task": task.key, "account": task.reference, "kind": task.kind, "why": task.why}
    if task.kind in BY_PERSON:
        return told | _told(ask_and_reserve(database, places(), task, _meant(task.kind, whom), now))
    free = told | {"decision": "allow", "duties": [], "debtor": task.debtor}
    return free | {"others": _others(database, task, now)} if task.kind == "trace" else free


def may_call(database: Database, word: str, channel: str, now: datetime, whom: Whom, by: Actor) -> dict[str, Any]:
    """The law's answer for a contact that no task asks for; nothing is reserved."""
    account = find_account(database, word)
    about = {"account": account.reference, "kind": channel, "third_party": whom.third_party}
    return about | _told(ask_law(database, places(), account.id, _meant(channel, whom), now))


async def may_call_now(
    database: Database, word: str, channel: str, now: datetime, whom: Whom, by: Actor
) -> dict[str, Any]:
    """The same, and what holds the case is asked too: who is protected is not called, whatever the law would allow."""
    # Loaded only here: the law alone is asked without an engine.
    from desk.cases.case_holds import running_holds

    told = may_call(database, word, channel, now, whom, by)
    holds = await running_holds(find_account(database, word), by)
    stops = next((hold for hold in holds if "contact" in hold.blocks), None)
    return told if stops is None or told["decision"] == "deny" else _held(told, stops)


def _held(told: dict[str, Any], hold: HoldShown) -> dict[str, Any]:
    until = f" until {day(hold.until)}" if hold.until else " until it is released"
    rule = f"the case is held{until}: {hold.reason.replace('_', ' ')} stops contact"
    kept = {"decision": "deny", "until": None, "rule": rule, "rules": ["hold"], "duties": []}
    return {name: value for name, value in told.items() if name not in ("debtor", "details")} | kept


def _others(database: Database, task: OpenTask, now: datetime) -> dict[str, Any]:
    """Whether somebody else may be asked by phone where the debtor can be found."""
    meant = _meant("call", Whom(ANYBODY_ELSE, location=True))
    told = _told(ask_law(database, places(), task.account, meant, now))
    return {name: value for name, value in told.items() if name not in ("debtor", "details")}


def _meant(channel: str, whom: Whom) -> Meant:
    return Meant(Channel(channel), whom.third_party, whom.location, whom.place)


def _told(asked: Asked) -> dict[str, Any]:
    put, answer = asked.put, asked.answer
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
        return told | {"debtor": asked.debtor, "details": None}
    return told | {"debtor": asked.debtor, "details": asked.address if put.channel == "visit" else asked.phone}


def _task(database: Database, word: str, account: KnownAccount | None) -> OpenTask:
    found = open_tasks(database, word, account.id if account else None)
    meant = [t for t in found if t.key == word] or [t for t in found if t.key.endswith(f":{word}")]
    if len(meant) != 1:
        fault = f"{len(meant)} open tasks end so: name its --account" if meant else "no open task ends so"
        raise Refused(f"{word!r}: {fault}; see `agent.py worklist`")
    return meant[0]
