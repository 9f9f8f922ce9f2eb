"""Does what is kept stand in PostgreSQL as in SQLite, also when it comes to two servers at once?"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.database import Database
from tests.web.conftest import PHONE, People, Web, people_of, served, token

Both = tuple[Web, Web, People]


@pytest.fixture
def both(postgresql_database: Database, tmp_path: Path) -> Iterator[Both]:
    people = people_of(postgresql_database)
    for one in served(postgresql_database, tmp_path):
        for other in served(postgresql_database, tmp_path):
            yield one, other, people


def test_two_servers_that_hear_the_same_at_once_keep_it_once(both: Both) -> None:
    one, other, people = both
    with ThreadPoolExecutor(8) as callers:
        answers = list(
            callers.map(lambda n: (one, other)[n % 2].status(token(1), ("sent", "delivered")[n // 2 % 2]), range(16))
        )
        answers += callers.map(lambda n: (one, other)[n % 2].inbound("STOP"), range(8))
    assert {answer.status_code for answer in answers} == {204}
    assert sorted(w.key for w in one.kept()) == ["twilio:SM-in", "twilio:SM1:delivered", "twilio:SM1:sent"]
    assert one.attempt(f"{people.account}:s:e1:sms:1").provider_status == "delivered"
    assert len(one.opted_out()) == 2


def test_signs_that_a_database_cannot_hold_are_kept_or_refused_and_never_fail(both: Both) -> None:
    one, _, _ = both
    assert one.inbound("a\x00b \U0001f622").status_code == 204
    assert one.status(token(1), "delivered", sid="SM\x00\x01").status_code == 204
    assert one.inbound("x", sid="SM-2", sender="+39\x00").status_code == 204
    assert (
        one.sendgrid({"event": "bounce", "email": "a\x00@b", "action_id": "\x00", "sg_message_id": "\x00"}).status_code
        == 204
    )
    assert len(one.kept()) == 4
    assert one.inbound("stop", sid="SM-3", sender=PHONE).status_code == 204
