"""Does a message leave exactly as often as decided, whatever its vendor answers and whatever comes in meanwhile?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from models.events import Channel, Heard, Result
from models.tables.accounts import OptedOut
from models.tables.arrivals import BankPayment, FeedUpdate, Webhook
from models.tables.trail import Attempt, Journal, Task
from policy.deciding.taking import apply
from store.attempts import token
from store.database import Database
from tests.now import right_now
from tests.standin.vendors import Script, Vendors, vendors
from tests.vendors.post import TIMEOUT, Post, by_vendors


class Cut(Exception):
    """The worker is gone."""


@contextmanager
def a_post(database: Database, directory: Path, *behaviours: Any, **more: Any) -> Iterator[tuple[Post, Vendors]]:
    how = {name: more.pop(name) for name in ("hang_seconds", "lookups_fail", "retry_after") if name in more}
    with vendors(plan=Script(*behaviours), **how) as standin:
        yield Post(database, by_vendors(standin, directory, **more)), standin


@pytest.mark.parametrize("cycle", ["sms", "email"])
def test_a_message_leaves_once_under_the_name_of_its_attempt(database: Database, tmp_path: Path, cycle: str) -> None:
    with a_post(database, tmp_path) as (post, standin):
        asked = post.step(post.case(cycle))
        first, again = post.run(asked), post.run(asked)
    [taken] = standin.taken
    assert first == again
    assert first.kind == "message_sent"
    attempt = post.attempt
    assert (attempt.status, attempt.provider_id, attempt.token) == ("sent", taken.reference, token(asked.act.key))
    assert taken.token == attempt.token
    assert attempt.provider == {"sms": "twilio", "email": "sendgrid"}[cycle]


def test_a_busy_vendor_is_asked_again_when_it_says(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, "busy", "busy", retry_after="9") as (post, standin):
        result = post.until_told(post.step(post.case()))
    assert [(e.type, e.next_retry_delay) for e in post.tries] == [("NotSent", timedelta(seconds=9))] * 2
    assert result.kind == "message_sent"
    assert len(standin.taken) == 1


def test_a_vendor_that_is_away_costs_no_attempt(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path) as (post, standin):
        asked = post.step(post.case())
        standin.stop()
        with pytest.raises(ApplicationError, match="twilio"):
            post.run(asked)
        assert (post.attempt.status, post.attempt.called) == ("sending", None)
        standin.start()
        assert post.run(asked).kind == "message_sent"


@pytest.mark.parametrize("behaviour", ["drop", "take_500", "hang", "cut"])
def test_an_sms_whose_answer_is_lost_is_found_at_the_vendor(
    sqlite_database: Database, tmp_path: Path, behaviour: Any
) -> None:
    with a_post(sqlite_database, tmp_path, behaviour, hang_seconds=TIMEOUT * 2) as (post, standin):
        result = post.until_told(post.step(post.case()))
    [taken] = standin.taken
    assert result.kind == "message_sent"
    assert post.attempt.provider_id == taken.reference
    assert [e.type for e in post.tries] == ["MayHaveLeft"]


@pytest.mark.parametrize("cycle", ["sms", "email"])
def test_a_callback_says_that_it_left_before_the_vendor_is_asked(
    sqlite_database: Database, tmp_path: Path, cycle: str
) -> None:
    with a_post(sqlite_database, tmp_path, "drop", lookups_fail=True) as (post, standin):
        asked = post.step(post.case(cycle))
        with pytest.raises(ApplicationError):
            post.run(asked)
        source = {"sms": "twilio_status", "email": "sendgrid"}[cycle]
        post.keep(Webhook(key="k", source=source, attempt=asked.act.key, status="told", at=right_now()))
        assert post.run(asked).kind == "message_sent"
    assert len(standin.taken) == 1


@pytest.mark.parametrize("behaviour", ["only_500", "drop"])
def test_what_nobody_can_tell_counts_as_sent_and_goes_to_a_person(
    sqlite_database: Database, tmp_path: Path, behaviour: Any
) -> None:
    patience = timedelta(seconds=0.4)
    with a_post(sqlite_database, tmp_path, behaviour, lookups_fail=True, patience=patience) as (post, standin):
        case = post.case()
        asked = post.step(case)
        result = post.until_told(asked, most=500)
        assert post.run(asked) == result, "its answer was lost: it is told again"
    assert result.kind == "outcome_unknown"
    assert len(standin.taken) == (0 if behaviour == "only_500" else 1)
    assert {e.type for e in post.tries} == {"MayHaveLeft"}
    assert sum(standin.answers.values()) == 1, "it was never sent again"
    assert post.attempt.status == "unknown"
    after = apply(case, Heard(event=result, at=right_now()))
    assert [(flag.id, r.result) for flag in after.flags for r in after.records] == [
        (f"unknown:{asked.act.key}", "unknown")
    ]


@pytest.mark.any_day
def test_another_account_of_the_person_is_not_written_on_that_day(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, "drop", patience=timedelta(0), lookups_fail=True) as (post, standin):
        post.until_told(post.step(post.case()))
        other = post.run(post.step(post.case(reference="A2", customer="P-A1")))
    assert other.kind == "step_deferred"
    assert len(standin.taken) == 1


@pytest.mark.parametrize("cycle", ["sms", "email"])
def test_a_worker_that_dies_at_the_call_does_not_call_twice(
    sqlite_database: Database, tmp_path: Path, cycle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_post(sqlite_database, tmp_path, patience=timedelta(0)) as (post, standin):
        asked = post.step(post.case(cycle))
        way = post.ways.vendors[cycle]
        send = type(way).send

        def dies(self: Any, message: Any) -> str:
            send(self, message)
            raise Cut

        monkeypatch.setattr(type(way), "send", dies)
        with pytest.raises(Cut):
            post.run(asked)
        result = post.until_told(asked)
    assert len(standin.taken) == 1
    # Twilio can be asked; of SendGrid nobody knows, for no event came.
    assert result.kind == {"sms": "message_sent", "email": "outcome_unknown"}[cycle]


@pytest.mark.any_day
def test_a_repetition_at_night_still_finds_out(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, "drop") as (post, _):
        asked = post.step(post.case())
        with pytest.raises(ApplicationError):
            post.run(asked)
        night = asked.model_copy(update={"now": asked.now + timedelta(hours=12)})
        assert post.run(night).kind == "message_sent"


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_number_that_takes_no_sms_is_lost_and_the_next_channel_is_tried(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with a_post(sqlite_database, tmp_path, 21614) as (post, standin):
        case = post.case()
        result = post.run(post.step(case))
        after = apply(case, Heard(event=result, at=right_now()))
        assert Channel.sms not in after.reach
        asked = post.step(after)
        assert (asked.act.channel, asked.act.attempt) == (Channel.email, 2)
        assert post.run(asked).kind == "message_sent"
    assert [taken.vendor for taken in standin.taken] == ["sendgrid"]
    assert sorted(a.status for a in post.all(Attempt)) == ["failed", "sent"]


def test_who_opted_out_at_the_vendor_is_never_written_there_again(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, 21610) as (post, standin):
        case, running = post.case(), post.case(reference="A2", customer="P-A1")
        after = apply(case, Heard(event=post.run(post.step(case)), at=right_now()))
        assert after.opt_outs == (Channel.sms,)
        assert [(o.channel, o.source) for o in post.all(OptedOut)] == [("sms", "provider")]
        assert post.run(post.step(after)).kind == "message_sent"
        other = post.run(post.step(running, right_now() + timedelta(days=1)))
    assert (other.kind, getattr(other, "lost", None)) == ("step_refused", "opt_out")
    assert [taken.vendor for taken in standin.taken] == ["sendgrid"]
    assert sum(standin.answers.values()) == 2


def test_a_fault_of_our_account_stops_the_channel_once_and_burns_no_attempt(database: Database, tmp_path: Path) -> None:
    with a_post(database, tmp_path, 21408) as (post, standin):
        cases = [post.case(reference=f"A{n}", customer=f"P{n}") for n in range(3)]
        asked = [post.step(case) for case in cases]
        results = [post.run(one) for one in asked]
        assert [r.kind for r in results] == ["step_deferred"] * 3
        assert sum(standin.answers.values()) == 1, "the vendor is not asked again before the hour is over"
        [task] = post.all(Task)
        assert (task.status, task.assignee) == ("open", "supervisors")
        later = [one.model_copy(update={"now": task.due + timedelta(seconds=1)}) for one in asked]
        assert [post.run(one).kind for one in later] == ["message_sent"] * 3
    assert [task.status for task in post.all(Task)] == ["done"]
    assert [(a.attempt, a.status) for a in post.all(Attempt)] == [(1, "sent")] * 3


@pytest.mark.parametrize("code", [21617, 29999])
def test_a_fault_of_ours_goes_to_a_person_at_once(sqlite_database: Database, tmp_path: Path, code: int) -> None:
    with a_post(sqlite_database, tmp_path, code) as (post, _):
        case = post.case()
        result = post.run(post.step(case))
    assert (result.kind, getattr(result, "reason", "")) == ("step_failed", f"twilio {code}")
    assert [r.result for r in apply(case, Heard(event=result, at=right_now())).records] == ["rejected"]
    assert post.attempt.status == "failed"


# --- what comes between decision and sending -------------------------------------------------------------------------


def money(account: str, **changes: Any) -> BankPayment:
    facts: dict[str, Any] = {"client": "client", "kind": "payment", "reference": "r", "amount": 1, "currency": "USD"}
    facts |= {"value_date": date(2026, 11, 21), "status": "received", "file": "f", "account": account}
    return BankPayment(**(facts | {"at": right_now() - timedelta(days=1)} | changes))


@pytest.mark.parametrize(
    "news",
    [
        lambda asked: money(asked.account),
        lambda asked: money(asked.account, status="told", at=asked.now),
        lambda asked: FeedUpdate(account=asked.account, number=1, fact={}, file="f", at=asked.now),
        lambda asked: Webhook(key="k", source="twilio_inbound", party=asked.party, status="received", at=asked.now),
        lambda asked: Webhook(key="k", source="sendgrid", party=asked.party, status="received", at=asked.now),
    ],
    ids=["payment", "payment just told", "feed", "answer", "mail event"],
)
def test_news_before_the_call_stop_it(database: Database, tmp_path: Path, news: Any) -> None:
    with a_post(database, tmp_path) as (post, standin):
        asked = post.step(post.case())
        post.keep(news(asked))
        result = post.run(asked)
    assert result.kind == "step_deferred"
    assert "before it left" in getattr(result, "rule", "")
    assert standin.requests == []
    assert post.attempt.status == "withdrawn", "the party's day is free again"
    assert [row.kind for row in post.all(Journal)] == ["effect"]


@pytest.mark.parametrize(
    "old",
    [
        lambda asked: money(asked.account, status="told", at=asked.now - timedelta(seconds=1)),
        lambda asked: money(None, status="unmatched"),  # type: ignore[arg-type]
        lambda asked: Webhook(key="k", source="twilio_inbound", party=asked.party, status="told", at=asked.now),
        lambda asked: Webhook(key="k", source="twilio_inbound", party="another", status="received", at=asked.now),
        lambda asked: OptedOut(party=asked.party, channel="email", since=asked.now, source="sms"),
        lambda asked: OptedOut(party=asked.party, channel="sms", since=asked.now, source="sms", lifted=asked.now),
    ],
    ids=["told before", "of nobody", "answer told", "of another", "other channel", "lifted"],
)
def test_what_is_known_or_anothers_stops_nothing(sqlite_database: Database, tmp_path: Path, old: Any) -> None:
    with a_post(sqlite_database, tmp_path) as (post, _):
        asked = post.step(post.case())
        post.keep(old(asked))
        assert post.run(asked).kind == "message_sent"


def test_a_stop_before_the_call_stops_it_for_good(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path) as (post, standin):
        case = post.case()
        asked = post.step(case)
        post.keep(OptedOut(party=asked.party, channel="sms", since=asked.now, source="sms"))
        after = apply(case, Heard(event=post.run(asked), at=right_now()))
        assert after.opt_outs == (Channel.sms,)
        assert post.run(post.step(after)).kind == "message_sent"
    assert [taken.vendor for taken in standin.taken] == ["sendgrid"]
    assert post.attempt.channel == "email", "under the same key: the SMS never left"


def overtaken(post: Post, asked: Any) -> Result:
    return post.until_told(asked.model_copy(update={"overtaken": True}))


def test_what_is_stopped_before_it_was_begun_never_leaves(database: Database, tmp_path: Path) -> None:
    with a_post(database, tmp_path) as (post, standin):
        case = post.case()
        asked = post.step(case)
        result = overtaken(post, asked)
        assert result.kind == "step_deferred"
        assert apply(case, Heard(event=result, at=right_now())).deferred is None, "it is decided anew at once"
        assert post.run(asked) == result, "a worker that was thought dead comes too late"
        assert standin.requests == []
        anew = asked.model_copy(update={"now": asked.now + timedelta(microseconds=1)})
        assert post.run(anew).kind == "message_sent"
        assert len(standin.taken) == 1


def test_what_left_before_it_was_stopped_is_told_as_sent(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, "drop") as (post, standin):
        asked = post.step(post.case())
        with pytest.raises(ApplicationError):
            post.run(asked)
        assert overtaken(post, asked).kind == "message_sent"
    assert len(standin.taken) == 1


@pytest.mark.parametrize(
    ("phone", "senders", "ways_out"),
    [
        ("+31612345678", {}, "reply STOP"),
        ("+31612345678", {"NL": "+3197010240000"}, "reply STOP"),
        ("+31612345678", {"NL": "Banca"}, "no more SMS"),
        ("+31612345678", {"*": "Banca"}, "no more SMS"),
        ("+40712034567", {"*": "+12025550100"}, "no more SMS"),
    ],
    ids=["the service picks", "a number", "a name", "a name everywhere", "a number that takes no answers"],
)
def test_no_text_promises_a_reply_that_cannot_come(
    sqlite_database: Database, tmp_path: Path, phone: str, senders: dict[str, str], ways_out: str
) -> None:
    with a_post(sqlite_database, tmp_path, senders=senders) as (post, standin):
        post.run(post.step(post.case(phone=phone)))
    assert ways_out in standin.taken[0].body


def test_on_an_allow_list_only_those_on_it_get_anything(sqlite_database: Database, tmp_path: Path) -> None:
    with a_post(sqlite_database, tmp_path, only=frozenset({"+393471234599"})) as (post, standin):
        post.run(post.step(post.case()))
        post.run(post.step(post.case(reference="A2", phone="+393471234599")))
    assert [taken.to for taken in standin.taken] == ["+393471234599"]
    assert len(list((tmp_path / "outbox").glob("*/*.txt"))) == 1
