"""What was written before the reservation, and is not so any more: may it leave, for whom, and with which bytes?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from models.addressee import Companion
from models.decisions import StepInput
from models.evidence import Pdf
from models.message import Message
from models.tables.accounts import Account
from models.tables.trail import Attempt, Document
from policy.law.may_contact import debtor_day
from store.addressees import addressee
from store.case_opening import load_cases
from store.database import Database
from store.departures import MadeMeanwhile, Reserved, Vendor, Written, reserve
from tests.durability.machine import take
from tests.now import right_now
from tests.standin.vendors import vendors
from tests.vendors.post import LAW, REMINDERS, Post, by_vendors, row

TWILIO, OUTBOX = Vendor("twilio", remembers=False), Vendor("outbox", remembers=True)
PAPER = Pdf(content=b"%PDF first", sha256="1" * 64, text_version="v")


@pytest.fixture
def post(sqlite_database: Database, tmp_path: Path) -> Iterator[Post]:
    with vendors() as standin:
        yield Post(sqlite_database, by_vendors(standin, tmp_path))


def two(post: Post) -> tuple[StepInput, StepInput]:
    """The steps of two accounts of one person, each foreseen for today: one message may speak for both."""
    rows = [row(name, customer="P-1") for name in ("A1", "A2")]
    take(post.database, "p", rows, REMINDERS, lambda _: "sms")
    with post.database.reading() as session:
        first, second = (post.step(case) for case in load_cases(session, "p", 0, 2, right_now())[0])
    with post.database.session() as session:
        for asked in (first, second):
            day = debtor_day(asked.now, asked.zone).isoformat()
            said = {"key": asked.act.key, "channel": "sms", "text": asked.act.text, "day": day}
            session.get_one(Account, asked.account).next_message = said | {"overdue": 1, "outstanding": 1}
    return first, second


def companions(post: Post, asked: StepInput) -> tuple[Companion, ...]:
    return addressee(post.database, LAW, asked, asked.now).companions


def message(asked: StepInput, body: str) -> Message:
    return Message(asked.act.key, asked.now.date(), "sms", "+393471234567", None, body)


def reserved(post: Post, asked: StepInput, vendor: Vendor, for_whom: tuple[Companion, ...]) -> Reserved:
    written = Written(message(asked, "own"), several=message(asked, "both"), companions=for_whom)
    found = reserve(post.database, LAW, asked, written, vendor, asked.now)
    assert isinstance(found, Reserved), found
    return found


def began(asked: StepInput) -> Attempt:
    """The account's own message, in the contact log of nobody whom the law would ask about."""
    own: dict[str, Any] = {
        "key": asked.act.key,
        "account": asked.account,
        "party": "another",
        "step": "s",
        "channel": "sms",
    }
    return Attempt(**own, attempt=1, demand=True, status="sending", reserved=asked.now, local_day=asked.now.date())


def test_a_message_speaks_for_the_other_account_that_still_waits(post: Post) -> None:
    first, _ = two(post)
    found = reserved(post, first, TWILIO, companions(post, first))
    assert (found.message.body, getattr(found.told, "covers", 0)) == ("both", 1)


def test_a_message_written_for_an_account_that_began_meanwhile_speaks_for_its_own_only(post: Post) -> None:
    first, second = two(post)
    for_whom = companions(post, first)
    post.keep(began(second))
    found = reserved(post, first, TWILIO, for_whom)
    assert (found.message.body, getattr(found.told, "covers", 0)) == ("own", 0)


@pytest.mark.parametrize("vendor", [TWILIO, OUTBOX])
def test_what_may_have_left_for_two_accounts_left_for_them_though_one_has_news_since(
    post: Post, vendor: Vendor
) -> None:
    first, second = two(post)
    for_whom = companions(post, first)
    reserved(post, first, vendor, for_whom)
    with post.database.session() as session:
        session.get_one(Account, second.account).next_message = None
    assert companions(post, first) == for_whom
    assert getattr(reserved(post, first, vendor, for_whom).told, "covers", 0) == 1


def test_a_paper_that_another_worker_made_meanwhile_keeps_its_bytes(post: Post) -> None:
    asked = post.step(post.case())
    other = PAPER.model_copy(update={"content": b"%PDF second", "sha256": "2" * 64})
    reserve(post.database, LAW, asked, Written(message(asked, "one"), paper=PAPER), OUTBOX, asked.now)
    with pytest.raises(MadeMeanwhile):
        reserve(post.database, LAW, asked, Written(message(asked, "two"), paper=other), OUTBOX, asked.now)
    assert [kept.sha256 for kept in post.all(Document)] == [PAPER.sha256]
