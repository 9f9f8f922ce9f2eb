"""How do cases hear what the lender's feed changed: each once, in order, and after a crash all the same?"""

import asyncio
from collections.abc import Sequence

from temporalio.client import Client

from desk.delivery.fact_delivery import PAGE, Delivered, Letter, deliver_page, stop_at
from desk.watching import Watch, unseen
from models.money_facts import AccountUpdated
from models.tables.accounts import Account
from models.tables.arrivals import FeedUpdate
from store.database import Database
from store.feed_changes import mark_updates_told, number_untold, untold_updates

Key = tuple[str, int]
FIRST: Key = ("", 0)
ABOUT_MONEY = ("instalments", "charges", "adjustments")


async def tell_updates(opened: Database, client: Client, watch: Watch = unseen) -> Delivered[Key]:
    """Tell every difference that was kept and not told, by whichever run; a case counts the same one once."""
    every, after = Delivered[Key]([], []), FIRST
    number = await asyncio.to_thread(_number, opened)
    if not number:
        return every
    seen = 0
    with watch("told", number) as show:
        while page := await asyncio.to_thread(_untold, opened, after):
            after, seen = page[-1].key, seen + len(page)
            told, faults = await deliver_page(opened, client, _for_cases(page))
            await asyncio.to_thread(_mark, opened, told.told)
            every.told.extend(told.told)
            every.waiting.extend(told.waiting)
            show(seen)
            stop_at(faults)
    return every


def _for_cases(page: Sequence[Letter[Key]]) -> list[Letter[Key]]:
    """What can be told now: a case that has ended hears of its money, and of the rest when it runs again."""
    money = {letter.account.id for letter in page if any(getattr(letter.event, name) for name in ABOUT_MONEY)}
    return [letter for letter in page if letter.account.outcome is None or letter.account.id in money]


def _number(opened: Database) -> int:
    with opened.reading() as session:
        return number_untold(session)


def _untold(opened: Database, after: Key) -> list[Letter[Key]]:
    with opened.reading() as session:
        return [_letter(news, account) for news, account in untold_updates(session, after, PAGE)]


def _letter(news: FeedUpdate, account: Account) -> Letter[Key]:
    fact = AccountUpdated.model_validate(news.fact)
    return Letter((news.account, news.number), account.reference, account, fact, waits=True)


def _mark(opened: Database, told: Sequence[Key]) -> None:
    if not told:
        return
    with opened.session() as session:
        mark_updates_told(session, told)
