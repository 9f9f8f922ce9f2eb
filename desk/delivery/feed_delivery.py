"""How do cases hear what the lender's feed changed: each once, in order, and after a crash all the same?"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import tuple_, update
from sqlmodel import Session, col, func, select
from temporalio.client import Client

from desk.delivery.fact_delivery import PAGE, Delivered, Letter, deliver_page, progress, stop_at
from models.money_facts import AccountUpdated
from models.tables.accounts import Account
from models.tables.arrivals import FeedUpdate
from store.database import Database

Key = tuple[str, int]
FIRST: Key = ("", 0)
ABOUT_MONEY = ("instalments", "charges", "adjustments")


async def tell_updates(opened: Database, client: Client) -> Delivered[Key]:
    """Tell every difference that was kept and not told, by whichever run; a case counts the same one once."""
    every, after = Delivered[Key]([], []), FIRST
    number = await asyncio.to_thread(_number, opened)
    if not number:
        return every
    seen = 0
    with progress("told", number) as show:
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
        return session.exec(select(func.count()).select_from(FeedUpdate).where(col(FeedUpdate.told).is_(False))).one()


def _untold(opened: Database, after: Key) -> list[Letter[Key]]:
    with opened.reading() as session:
        return [_letter(news, account) for news, account in _page(session, after)]


def _page(session: Session, after: Key) -> Sequence[tuple[FeedUpdate, Account]]:
    key = tuple_(col(FeedUpdate.account), col(FeedUpdate.number))
    rows = select(FeedUpdate, Account).join(Account, col(Account.id) == FeedUpdate.account)
    rows = rows.where(col(FeedUpdate.told).is_(False), key > after)
    return session.exec(rows.order_by(col(FeedUpdate.account), col(FeedUpdate.number)).limit(PAGE)).all()


def _letter(news: FeedUpdate, account: Account) -> Letter[Key]:
    fact = AccountUpdated.model_validate(news.fact)
    return Letter((news.account, news.number), account.reference, account, fact, waits=True)


def _mark(opened: Database, told: Sequence[Key]) -> None:
    if not told:
        return
    with opened.session() as session:
        key = tuple_(col(FeedUpdate.account), col(FeedUpdate.number))
        session.execute(update(FeedUpdate).where(key.in_(told)).values(told=True))
