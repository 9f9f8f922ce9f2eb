"""Is each webhook kept once, in its rank, for the message it is about, and is a stop one at once?"""

import pytest
from sqlmodel import select

from activities.vendors.sendgrid import sendgrid_hooks
from activities.vendors.twilio import twilio_hooks
from models.tables.accounts import OptedOut
from models.tables.trail import Task
from store.vendor_outages import stopped_until
from tests.now import right_now
from tests.web.conftest import EMAIL, PHONE, People, Web, token

SMS, MAIL = token(1), token(2)


def states(web: Web) -> list[tuple[str, str]]:
    return [(w.content.get("status") or w.source, w.status) for w in web.kept()]


# --- Twilio: what became of a message ---------------------------------------------------------------------------------


def test_a_status_is_kept_with_its_message_and_the_vendors_id(web: Web, people: People) -> None:
    assert web.status(SMS, "sent").status_code == 204
    (kept,) = web.kept()
    assert (kept.source, kept.attempt, kept.party) == (
        "twilio_status",
        web.attempt(f"{people.account}:s:e1:sms:1").key,
        people.party,
    )
    found = web.attempt(f"{people.account}:s:e1:sms:1")
    assert (found.provider_id, found.provider_status) == ("SM1", "sent")


def test_only_what_changes_the_case_is_told_to_it(web: Web) -> None:
    for status in ("accepted", "queued", "sending", "sent", "delivered"):
        web.status(SMS, status)
    assert [state for _, state in states(web)] == ["ignored"] * 4 + ["received"]
    assert web.kept()[-1].content["report"] == "delivered"


def test_a_late_status_changes_nothing(web: Web, people: People) -> None:
    web.status(SMS, "delivered")
    for late in ("sent", "queued", "undelivered", "failed"):
        assert web.status(SMS, late).status_code == 204
    assert web.attempt(f"{people.account}:s:e1:sms:1").provider_status == "delivered"
    assert [state for _, state in states(web)] == ["received"] + ["ignored"] * 4


def test_the_same_status_again_is_kept_once(web: Web) -> None:
    for _ in range(3):
        assert web.status(SMS, "delivered").status_code == 204
    assert len(web.kept()) == 1


@pytest.mark.parametrize(("code", "stopped"), [("30034", True), ("30003", False)])
def test_a_fault_of_our_sender_that_is_told_later_stops_the_vendor(web: Web, code: str, stopped: bool) -> None:
    web.status(SMS, "undelivered", ErrorCode=code)
    web.status(SMS, "failed", ErrorCode=code, sid="SM2")
    with web.database.reading() as session:
        tasks = [(t.status, t.assignee, t.why) for t in session.exec(select(Task))]
        until = stopped_until(session, "twilio", "IT", right_now())
    why = "twilio sends nothing to IT (twilio 30034): mend its account or sender"
    assert tasks == ([("open", "supervisors", why)] if stopped else [])
    assert bool(until) is stopped
    assert web.kept()[0].content["report"] == "failed"


def test_a_status_without_our_token_is_placed_by_the_vendors_id(web: Web, people: People) -> None:
    web.status(SMS, "queued", sid="SM77")
    web.twilio("/hooks/twilio/status", MessageSid="SM77", MessageStatus="delivered")
    assert web.attempt(f"{people.account}:s:e1:sms:1").provider_status == "delivered"


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("30003", "failed"),
        ("30005", "bounced"),
        ("30006", "bounced"),
        ("21614", "bounced"),
        ("30007", "failed"),
        ("", "failed"),
    ],
)
def test_an_error_says_whether_the_number_is_bad_or_the_message_was_unlucky(web: Web, code: str, report: str) -> None:
    web.status(SMS, "undelivered", ErrorCode=code)
    assert web.kept()[0].content["report"] == report


def test_a_number_that_opted_out_at_the_carrier_is_an_opt_out_of_everybody_with_it(web: Web, people: People) -> None:
    web.status(SMS, "failed", ErrorCode="21610")
    assert web.kept()[0].content["report"] == "failed"
    assert web.opted_out() == sorted([(people.party, "sms", True), (people.other, "sms", True)])


def test_a_status_of_no_message_of_ours_is_kept_for_a_person(web: Web) -> None:
    web.status(token(99), "delivered")
    (kept,) = web.kept()
    assert (kept.status, kept.why) == ("unmatched", "no message of ours has this id")


def test_a_status_that_nobody_has_heard_of_is_kept_for_a_person(web: Web) -> None:
    web.status(SMS, "teleported")
    assert [(w.status, w.why) for w in web.kept()] == [("unmatched", "a status that nobody here has heard of")]


# --- Twilio: what a debtor wrote --------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["STOP", "Basta!", "стоп", "PARAR"])
def test_a_stop_counts_at_once_for_everybody_with_the_number(web: Web, people: People, body: str) -> None:
    assert web.inbound(body).status_code == 204
    assert web.opted_out() == sorted([(people.party, "sms", True), (people.other, "sms", True)])
    assert "body" not in web.kept()[0].content


def test_what_the_carrier_took_for_a_stop_is_one(web: Web, people: People) -> None:
    web.inbound("leave me alone", OptOutType="STOP")
    assert len(web.opted_out()) == 2


def test_a_start_lifts_a_stop_that_was_said_by_message(web: Web) -> None:
    web.inbound("STOP", sid="SM-1")
    web.inbound("START", sid="SM-2")
    assert [active for _, _, active in web.opted_out()] == [False, False]
    web.inbound("stop", sid="SM-3")
    assert [active for _, _, active in web.opted_out()] == [True, True]


def test_a_yes_with_nothing_to_lift_is_an_answer_for_a_person(web: Web) -> None:
    web.inbound("YES")
    assert web.kept()[0].content["body"] == "YES"
    assert web.opted_out() == []


def test_a_stop_that_a_person_was_told_is_not_lifted_by_a_message(web: Web, people: People) -> None:
    with web.database.session() as session:
        session.add(OptedOut(party=people.party, channel="sms", since=right_now(), source="case"))
    web.inbound("START")
    assert web.opted_out() == [(people.party, "sms", True)]


def test_a_text_of_a_number_that_nobody_has_is_kept_for_a_person(web: Web) -> None:
    web.inbound("who are you?", sender="+393339999999")
    (kept,) = web.kept()
    assert (kept.status, kept.content["body"]) == ("unmatched", "who are you?")


# --- SendGrid ---------------------------------------------------------------------------------------------------------


def mail(event: str, **more: object) -> dict[str, object]:
    told = {"event": event, "email": EMAIL, "timestamp": 1795000000, "sg_event_id": "e1", "action_id": MAIL}
    return told | {"sg_message_id": "sg-message.filter0001.16648"} | more


@pytest.mark.parametrize(
    ("event", "report"),
    [
        (mail("delivered"), "delivered"),
        (mail("bounce", type="bounce", status="5.1.1"), "bounced"),
        (mail("bounce", type="blocked"), "failed"),
        (mail("dropped", reason="Bounced Address"), "bounced"),
        (mail("dropped", reason="Spam Content"), "failed"),
        (mail("deferred", response="450"), None),
        (mail("processed"), None),
    ],
)
def test_an_event_tells_what_became_of_a_mail(web: Web, event: dict[str, object], report: str | None) -> None:
    assert web.sendgrid(event).status_code == 204
    (kept,) = web.kept()
    assert (kept.content.get("report"), kept.status) == (report, "received" if report else "ignored")


@pytest.mark.parametrize(
    "event",
    [
        mail("unsubscribe"),
        mail("group_unsubscribe", asm_group_id=1),
        mail("spamreport"),
        mail("dropped", reason="Unsubscribed Address"),
        mail("unsubscribe", action_id="", sg_message_id="", email=EMAIL.upper()),
    ],
)
def test_who_unsubscribes_or_calls_it_spam_gets_no_more_mail(
    web: Web, people: People, event: dict[str, object]
) -> None:
    web.sendgrid(event)
    assert web.opted_out() == sorted([(people.party, "email", True), (people.other, "email", True)])
    assert [w.status for w in web.kept()] == ["received"]


def test_who_subscribes_again_gets_mail_again(web: Web) -> None:
    web.sendgrid(mail("group_unsubscribe"), mail("group_resubscribe", timestamp=1795000100))
    assert {active for _, _, active in web.opted_out()} <= {True, False}
    web.sendgrid(mail("group_resubscribe", timestamp=1795000200))
    assert [active for _, _, active in web.opted_out()] == [False, False]


def test_opens_and_clicks_are_never_kept(web: Web) -> None:
    assert web.sendgrid(mail("open"), mail("click", url="https://x.example"), mail("open")).status_code == 204
    assert web.kept() == []


def test_an_event_that_comes_again_under_another_id_is_kept_once(web: Web) -> None:
    web.sendgrid(mail("delivered"))
    web.sendgrid(mail("delivered", sg_event_id="e2"), mail("delivered", sg_event_id="e3"))
    assert len(web.kept()) == 1


def test_a_bounce_counts_after_a_delivery_and_a_late_delivery_does_not_undo_it(web: Web, people: People) -> None:
    web.sendgrid(mail("delivered"), mail("bounce", timestamp=1795000900), mail("delivered", timestamp=1795000950))
    assert web.attempt(f"{people.account}:s:e1:email:2").provider_status == "bounce"
    assert [w.content.get("report") for w in web.kept()] == ["delivered", "bounced", None]


def test_a_mail_is_found_by_the_vendors_id_where_the_event_lost_ours(web: Web) -> None:
    web.sendgrid(mail("delivered", action_id=None))
    assert web.kept()[0].attempt is not None


def test_an_event_that_nobody_has_heard_of_and_one_that_says_nothing_are_kept_for_a_person(web: Web) -> None:
    web.sendgrid(mail("levitated"), {})
    assert [w.status for w in web.kept()] == ["unmatched", "unmatched"]


def test_every_status_that_is_reported_has_a_rank() -> None:
    for vendor in (twilio_hooks.WORDS, sendgrid_hooks.WORDS):
        assert set(vendor.reports) <= set(vendor.ranks)


def test_nothing_personal_is_kept_of_a_status(web: Web) -> None:
    web.status(SMS, "delivered", From="+390000", Body="secret")
    web.sendgrid(mail("delivered"))
    assert not [
        w for w in web.kept() if PHONE in str(w.content) or EMAIL in str(w.content) or "secret" in str(w.content)
    ]
