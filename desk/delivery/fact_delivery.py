"""How does a payment that was recorded reach its case: once, in order, and after a crash all the same?"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from desk.actor import Actor
from desk.cases.record_fact import tell
from desk.refused import Refused
from desk.watching import Show, Watch, unseen
from models import events as e
from models.reference_code import CODE, bank_code
from models.tables.accounts import Account
from models.tables.arrivals import BankPayment
from store.database import Database
from store.payment_matching import mark_payments_told, number_untold, payment_event, untold_payments
from store.webhook_cases import fresh_account
from workflows.engine_names import recovery_id

PAGE = 1000
AT_ONCE = 32
TRIES = 3
PAUSE_SECONDS = 0.2
_HANDED_OVER = Actor("delivery", "system")
"""Who tells a case of what came by a file or over the web, where the fact names nobody."""
Key = TypeVar("Key")


class Letter(NamedTuple, Generic[Key]):
    """A fact for a case."""

    key: Key
    name: str
    """How a person knows it."""
    account: Account
    event: e.Event
    waits: bool = False
    """Not to be told as long as what stands before it for the same case was not."""


class Delivered(NamedTuple, Generic[Key]):
    """Which facts their cases took, and why others could not be told yet."""

    told: list[Key]
    waiting: list[str]


async def tell_received(
    opened: Database, client: Client, only: int | None = None, watch: Watch = unseen
) -> Delivered[int]:
    """Tell every payment that was recorded and not told, by whichever run; who looks sees how far it is."""
    with watch("told", await asyncio.to_thread(_number, opened, only)) as show:
        return await tell_payments(opened, client, only, show)


async def tell_payments(
    opened: Database, client: Client, only: int | None = None, show: Show = lambda done: None
) -> Delivered[int]:
    """Tell every payment that was recorded and not told; a case counts the same one once."""
    every, after = Delivered[int]([], []), 0
    while page := await asyncio.to_thread(_received, opened, after, only):
        after = page[-1].key
        told, faults = await deliver_page(opened, client, page)
        await asyncio.to_thread(_mark, opened, told.told)
        every.told.extend(told.told)
        every.waiting.extend(told.waiting)
        show(len(every.told) + len(every.waiting))
        stop_at(faults)
    return every


async def deliver_page(
    opened: Database, client: Client, page: Sequence[Letter[Key]]
) -> tuple[Delivered[Key], list[BaseException]]:
    """All accounts at once, but what is for one account in order: nothing is taken back before it was paid."""
    slots = asyncio.Semaphore(AT_ONCE)
    delivered = Delivered[Key]([], [])
    by_account: dict[str, list[Letter[Key]]] = defaultdict(list)
    for letter in page:
        by_account[letter.account.id].append(letter)

    async def in_order(letters: list[Letter[Key]]) -> None:
        async with slots:
            refused = None
            for letter in letters:
                if refused is None or not letter.waits:
                    refused = await deliver(opened, client, letter.account, letter.event)
                if refused is None:
                    delivered.told.append(letter.key)
                else:
                    delivered.waiting.append(f"{letter.name}: {refused}")

    done = await asyncio.gather(*map(in_order, by_account.values()), return_exceptions=True)
    return delivered, [fault for fault in done if fault is not None]


async def deliver(opened: Database, client: Client, account: Account, event: e.Event) -> str | None:
    """Signal the case; one that has ended is opened again. The reason where nobody takes it."""
    reason = ""
    for _ in range(TRIES):
        try:
            handle = client.get_workflow_handle(recovery_id(account.portfolio, account.id))
            await handle.signal(str(type(event).model_fields["kind"].default), event)
            return None
        except RPCError as fault:
            if fault.status is not RPCStatusCode.NOT_FOUND:
                raise
        fresh = await asyncio.to_thread(_fresh, opened, account.id)
        if fresh.started is None:
            return f"the case of {fresh.reference} has not been started yet"
        try:
            await tell(opened, fresh.id, event, _HANDED_OVER)
            return None
        except Refused as refused:
            # Another one may have opened it in between: then it takes the signal.
            reason = str(refused)
            await asyncio.sleep(PAUSE_SECONDS)
    return reason


def fact(payment: BankPayment) -> e.Event:
    """The payment as its case hears of it: an identifier, an amount, a day, and nothing of the payer."""
    code = bank_code(payment.reference)
    if payment.kind == "reversal":
        reason = payment.reason if payment.reason and CODE.fullmatch(payment.reason) else "reversed"
        return e.PaymentReversed(event_id=f"bank-reversal:{code}", payment=payment.reverses or "", reason=reason)
    return e.PaymentReceived(
        event_id=payment_event(payment.reference),
        amount=payment.amount,
        currency=payment.currency,
        value_date=payment.value_date,
        reference=code,
    )


def stop_at(faults: Sequence[BaseException]) -> None:
    """Refuse to go on when the engine is gone."""
    for fault in faults:
        if isinstance(fault, RPCError):
            why = f"the engine does not answer ({fault.status.name.lower()})"
            raise Refused(f"{why}: run the same file again, what is not told yet is told then") from None
        raise fault


def _number(opened: Database, only: int | None) -> int:
    with opened.reading() as session:
        return number_untold(session, only)


def _received(opened: Database, after: int, only: int | None) -> list[Letter[int]]:
    with opened.reading() as session:
        page = untold_payments(session, after, only, PAGE)
        return [Letter(payment.id or 0, payment.reference, account, fact(payment)) for payment, account in page]


def _mark(opened: Database, told: Sequence[int]) -> None:
    with opened.session() as session:
        mark_payments_told(session, told)


def _fresh(opened: Database, account: str) -> Account:
    with opened.reading() as session:
        return fresh_account(session, account)
