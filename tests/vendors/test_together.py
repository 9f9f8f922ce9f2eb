"""What does a step do that another account's message spoke for, by what became of that message?"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.decisions import StepInput
from models.tables.accounts import Account
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from store.bundles import counted_once
from store.case_opening import load_cases
from store.database import Database
from tests.durability.machine import take
from tests.now import right_now
from tests.standin.vendors import vendors
from tests.vendors.post import REMINDERS, Post, by_vendors, row


def attempt(key: str, account: str, **changes: Any) -> Attempt:
    facts: dict[str, Any] = {"party": "p", "step": "s", "attempt": 1, "channel": "sms", "demand": True}
    now = right_now()
    facts |= {"status": "sent", "reserved": now, "local_day": now.date(), "token": key}
    return Attempt(key=key, account=account, **(facts | changes))


def spoke(asked: StepInput, status: str, days_ago: int = 0) -> Attempt:
    covers = [{"key": asked.act.key, "account": asked.account, "reference": "A1", "overdue": 1, "outstanding": 1}]
    at = asked.now - timedelta(days=days_ago)
    more = {"local_day": debtor_day(at, asked.zone), "reserved": at}
    return attempt("other", "o", party=asked.party, status=status, covers=covers, **more)


@pytest.mark.parametrize(
    ("status", "kind", "said", "left"),
    [
        ("sent", "message_sent", "", 0),
        ("delivered", "message_sent", "", 0),
        ("sending", "step_deferred", "HOUSE-6", 0),
        ("unknown", "step_deferred", "HOUSE-1", 0),
        ("failed", "message_sent", "", 1),
        ("bounced", "message_sent", "", 1),
        ("withdrawn", "message_sent", "", 1),
    ],
)
def test_a_message_that_left_speaks_for_the_account_and_one_that_did_not_does_not(
    sqlite_database: Database, tmp_path: Path, status: str, kind: str, said: str, left: int
) -> None:
    with vendors() as standin:
        post = Post(sqlite_database, by_vendors(standin, tmp_path))
        asked = post.step(post.case())
        post.keep(spoke(asked, status))
        result = post.run(asked)
        if kind == "message_sent":
            assert post.run(asked) == result, "its answer was lost: it is told again, nothing leaves"
    within = "o" if kind == "message_sent" and not left else None
    assert (result.kind, getattr(result, "within", None)) == (kind, within)
    assert said in getattr(result, "rule", "")
    assert len(standin.taken) == left


@pytest.mark.any_day
def test_a_message_of_yesterday_speaks_for_nobody_today(sqlite_database: Database, tmp_path: Path) -> None:
    with vendors() as standin:
        post = Post(sqlite_database, by_vendors(standin, tmp_path))
        asked = post.step(post.case())
        post.keep(spoke(asked, "sent", days_ago=1))
        assert getattr(post.run(asked), "within", None) is None
    assert len(standin.taken) == 1


@pytest.mark.parametrize(("account", "counted"), [("a", ["first"]), ("b", ["second"]), ("c", ["first"])])
def test_a_message_for_two_accounts_is_one_contact_and_each_ones_own(account: str, counted: list[str]) -> None:
    rows = [attempt("first", "a"), attempt("second", "b", within="first")]
    assert [row.key for row in counted_once(account, rows)] == counted


@pytest.mark.parametrize(("sender", "asks"), [("+15550100", True), ("Banca", False)])
def test_a_message_for_several_asks_for_a_reply_only_where_one_can_come(
    sqlite_database: Database, tmp_path: Path, sender: str, asks: bool
) -> None:
    rows = [row(name, customer="P-1") for name in ("A1", "A2")]
    with vendors() as standin:
        post = Post(sqlite_database, by_vendors(standin, tmp_path, senders={"*": sender}))
        take(sqlite_database, "p", rows, REMINDERS, lambda _: "sms")
        with sqlite_database.reading() as session:
            first, second = (post.step(case) for case in load_cases(session, "p", 0, 2, right_now())[0])
        with sqlite_database.session() as session:
            for asked in (first, second):
                day = debtor_day(asked.now, asked.zone).isoformat()
                said = {"key": asked.act.key, "channel": "sms", "text": asked.act.text, "day": day}
                session.get_one(Account, asked.account).next_message = said | {"overdue": 1, "outstanding": 1}
        assert getattr(post.run(first), "covers", 0) == 1
    [sms] = standin.taken
    assert ("reply STOP" in sms.body) is asks
