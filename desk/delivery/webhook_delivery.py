"""How does what a vendor told reach its cases: a report, a stop for all of a party, an answer for a person?"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from temporalio.client import Client
from temporalio.service import RPCError

from desk.delivery.fact_delivery import AT_ONCE, deliver
from desk.refused import Refused
from models import events as e
from models.tables.accounts import Account
from models.tables.arrivals import Webhook
from store.database import Database, Session
from store.webhook_cases import (
    accounts_of,
    fresh_account,
    last_written_to,
    mark_webhooks,
    message,
    not_ended,
    spoken_for,
    untold_webhooks,
)

PAGE = 500
NOBODY_OPEN = "all cases of this person have ended: read it and reply"


class Told(NamedTuple):
    """Webhooks whose cases heard of them, those for a person, and why others wait."""

    told: list[int]
    unmatched: list[int]
    waiting: list[str]


async def tell_webhooks(opened: Database, client: Client) -> Told:
    """Tell every webhook that was kept and not told, by whichever server; a case counts the same one once."""
    every, after = Told([], [], []), 0
    while page := await asyncio.to_thread(_received, opened, after):
        after = page[-1].id or 0
        told = Told([], [], [])
        faults = await _tell_page(opened, client, page, told)
        await asyncio.to_thread(_mark, opened, told)
        every.told.extend(told.told)
        every.unmatched.extend(told.unmatched)
        every.waiting.extend(told.waiting)
        for fault in faults:
            if isinstance(fault, RPCError):
                raise Refused(f"the engine does not answer ({fault.status.name.lower()})") from None
            raise fault
    return every


async def _tell_page(opened: Database, client: Client, page: Sequence[Webhook], told: Told) -> list[BaseException]:
    """All people at once, but what is about one of them in order: a stop before the start that lifted it."""
    slots = asyncio.Semaphore(AT_ONCE)
    by_party: dict[str | None, list[Webhook]] = defaultdict(list)
    for webhook in page:
        by_party[webhook.party].append(webhook)

    async def in_order(some: list[Webhook]) -> None:
        async with slots:
            for webhook in some:
                await _tell_one(opened, client, webhook, told)

    done = await asyncio.gather(*map(in_order, by_party.values()), return_exceptions=True)
    return [fault for fault in done if fault is not None]


async def _tell_one(opened: Database, client: Client, webhook: Webhook, told: Told) -> None:
    concerned = await asyncio.to_thread(_concerned, opened, webhook)
    if "body" in webhook.content and not concerned:
        told.unmatched.append(webhook.id or 0)
        return
    for account, fact in concerned:
        refused = await deliver(opened, client, account, fact)
        if refused and not await asyncio.to_thread(_ended, opened, account.id):
            told.waiting.append(f"{webhook.key}: {refused}")
            return
    told.told.append(webhook.id or 0)


def _concerned(opened: Database, webhook: Webhook) -> list[tuple[Account, e.Event]]:
    with opened.reading() as session:
        return list(_facts(session, webhook))


def _facts(session: Session, webhook: Webhook) -> Iterator[tuple[Account, e.Event]]:
    """Who is to hear what. Cases that have ended hear nothing: what counts for later ones stands in the database."""
    content = webhook.content
    if "report" in content and webhook.attempt:
        attempt = message(session, webhook.attempt)
        report = e.DeliveryReport(event_id=webhook.key, at=webhook.at, message=attempt.key, status=content["report"])
        yield from ((account, report) for account in not_ended(session, [attempt.account]))
        # What became of a message is true for every account that it spoke for.
        for row in spoken_for(session, attempt.key):
            also = report.model_copy(update={"message": row.key})
            yield from ((account, also) for account in not_ended(session, [row.account]))
    if "opted" in content:
        stop = e.OptOut(
            event_id=f"{webhook.key}:opt_out", at=webhook.at, channel=content["channel"], status=content["opted"]
        )
        for account in accounts_of(session, content.get("parties") or [webhook.party]):
            if account.id != content.get("by_account"):
                yield account, stop
    yield from _of_person(session, webhook)
    if "body" in content:
        # A person reads it: neither is a sentence for a history, nor can a rule tell a promise from a complaint.
        wrote = e.ContactOutcome(
            event_id=webhook.key, at=webhook.at, outcome=e.Outcome.callback, channel=content["channel"], inbound=True
        )
        yield from ((account, wrote) for account in _addressee(session, webhook))


def _of_person(session: Session, webhook: Webhook) -> Iterator[tuple[Account, e.Event]]:
    """A protection that was told on one account, or its end, for the person's others."""
    if told := webhook.content.get("person"):
        fact = (e.Protection if told["kind"] == "protection" else e.Release).model_validate(told)
        others = accounts_of(session, [webhook.party])
        yield from ((account, fact) for account in others if account.id != webhook.content["by_account"])


def _addressee(session: Session, webhook: Webhook) -> Sequence[Account]:
    """The case that wrote last on this channel to anybody with the number; else the first that runs."""
    if "account" in webhook.content:
        return not_ended(session, [webhook.content["account"]])
    accounts = accounts_of(session, webhook.content.get("people") or [webhook.party])
    last = last_written_to(session, [account.id for account in accounts], webhook.content["channel"])
    return [account for account in accounts if account.id == last] or accounts[:1]


def _received(opened: Database, after: int) -> Sequence[Webhook]:
    with opened.reading() as session:
        return untold_webhooks(session, after, PAGE)


def _mark(opened: Database, told: Told) -> None:
    with opened.session() as session:
        mark_webhooks(session, told.told, told.unmatched, NOBODY_OPEN)


def _ended(opened: Database, account: str) -> bool:
    with opened.reading() as session:
        return fresh_account(session, account).outcome is not None
