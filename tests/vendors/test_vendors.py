"""Does each way out say truly whether a message left? The real SDKs, against the stand-in, for each way of failing."""

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from activities.vendors.sendgrid.sendgrid_send import SendGrid
from activities.vendors.smtp.smtp_send import Smtp
from activities.vendors.twilio.twilio_send import Twilio
from activities.vendors.vendor import MayHaveLeft, NotSent, Provider, Rejected
from activities.vendors.vendor_errors import errors, seconds
from models.message import Message
from tests.now import right_now
from tests.standin.mailbox import Mailbox
from tests.standin.vendors import ACCOUNT, API_KEY, AUTH_TOKEN, SERVICE, Script, Vendors, specifications, vendors

TOKEN = "0123456789abcdef" * 2
SMS = Message("k", date(2026, 11, 21), "sms", "+393471234567", None, "Ștefania, please pay 5 €", token=TOKEN)
MAIL = Message("k", date(2026, 11, 21), "email", "debtor@example.org", "Your “account”", "Text\n", b"%PDF", TOKEN)
PAGE = replace(MAIL, html="<p>Bună ziua</p>")
TIMEOUT = 0.6


def twilio(url: str, **changes: Any) -> Twilio:
    facts: dict[str, Any] = {"messaging_service": SERVICE, "callbacks": "https://house.example/hooks/twilio/status"}
    return Twilio(ACCOUNT, SecretStr(AUTH_TOKEN), TIMEOUT, base_url=url, **(facts | changes))


def sendgrid(url: str) -> SendGrid:
    return SendGrid(SecretStr(API_KEY), "Banca <banca@example.org>", TIMEOUT, url)


BOTH = pytest.mark.parametrize(("make", "message"), [(twilio, SMS), (sendgrid, MAIL)], ids=["twilio", "sendgrid"])
Make = Callable[[str], Provider]


def ends(way: Provider, message: Message) -> Exception | str | None:
    try:
        return way.send(message)
    except (NotSent, MayHaveLeft, Rejected) as fault:
        return fault


def test_what_is_sent_fits_the_vendors_own_descriptions() -> None:
    if specifications() is None:
        pytest.skip("NOT TESTED: ../shared/specs is not there")
    with vendors() as standin:
        references = [ends(twilio(standin.url), SMS), ends(sendgrid(standin.url), MAIL)]
        found = twilio(standin.url).find(SMS)
    assert references == [taken.reference for taken in standin.taken]
    assert found == references[:1]
    assert [taken.token for taken in standin.taken] == [TOKEN, TOKEN]


def test_the_standin_notices_what_does_not_fit() -> None:
    if specifications() is None:
        pytest.skip("NOT TESTED: ../shared/specs is not there")
    standin = Vendors()
    twilio(standin.url, messaging_service="MG-is-none").send(SMS)
    standin.stop()
    assert "twilio" in standin.violations[0]


@BOTH
@pytest.mark.parametrize("behaviour", ["drop", "take_500", "hang", "cut"])
def test_a_message_whose_answer_is_lost_may_have_left(make: Make, message: Message, behaviour: Any) -> None:
    with vendors(plan=Script(behaviour), hang_seconds=TIMEOUT * 2) as standin:
        ended = ends(make(standin.url), message)
    assert isinstance(ended, MayHaveLeft) or (behaviour, make) == ("cut", sendgrid)
    assert len(standin.taken) == 1


@BOTH
@pytest.mark.parametrize("behaviour", ["only_500", "hang_first"])
def test_nobody_can_tell_that_it_did_not_leave(make: Make, message: Message, behaviour: Any) -> None:
    with vendors(plan=Script(behaviour), hang_seconds=TIMEOUT * 2) as standin:
        assert isinstance(ends(make(standin.url), message), MayHaveLeft)


@BOTH
def test_a_busy_vendor_says_when_to_come_again(make: Make, message: Message) -> None:
    with vendors(plan=Script("busy"), retry_after="7") as standin:
        ended = ends(make(standin.url), message)
    assert isinstance(ended, NotSent)
    assert ended.after == 7


@BOTH
def test_a_refused_connection_is_no_message(make: Make, message: Message) -> None:
    with vendors() as standin:
        standin.stop()
        assert isinstance(ends(make(standin.url), message), NotSent)
        standin.start()


@BOTH
def test_a_host_that_nobody_knows_is_no_message(make: Make, message: Message) -> None:
    assert isinstance(ends(make("http://nobody.invalid"), message), NotSent)


@BOTH
def test_a_connection_that_is_never_made_is_no_message(make: Make, message: Message) -> None:
    # Nobody accepts, and the queue is full: further connections hang.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        ended = ends(make(f"http://127.0.0.1:{port}"), message)
        for one in waiting:
            one.close()
    assert isinstance(ended, NotSent)


@BOTH
def test_a_plain_server_where_tls_is_spoken_is_no_message(make: Make, message: Message) -> None:
    with vendors(checked=False) as standin:
        ended = ends(make(standin.url.replace("http", "https")), message)
    assert standin.taken == []
    assert isinstance(ended, NotSent | MayHaveLeft)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        *((21211, "address"), (21614, "address"), (21635, "address"), (21610, "opt_out")),
        *((20003, "configuration"), (21408, "configuration"), (21617, "ours"), (29999, "review")),
    ],
)
def test_a_refusal_by_twilio_means_what_the_map_says(code: int, fault: str) -> None:
    with vendors(plan=Script(code)) as standin:
        ended = ends(twilio(standin.url), SMS)
    assert isinstance(ended, Rejected)
    assert (ended.fault, ended.code) == (fault, f"twilio {code}")


@pytest.mark.parametrize(("code", "fault"), [(400, "ours"), (401, "configuration"), (413, "ours")])
def test_a_refusal_by_sendgrid_means_what_the_map_says(code: int, fault: str) -> None:
    with vendors(plan=Script(code)) as standin:
        ended = ends(sendgrid(standin.url), MAIL)
    assert isinstance(ended, Rejected)
    assert ended.fault == fault


def test_a_wrong_key_stops_the_channel() -> None:
    with vendors() as standin:
        wrong: list[Provider] = [Twilio(ACCOUNT, SecretStr("wrong"), TIMEOUT, SERVICE, base_url=standin.url)]
        found = [ends(way, SMS) for way in wrong]
        found.append(ends(SendGrid(SecretStr("wrong"), "banca@example.org", TIMEOUT, standin.url), MAIL))
    assert [getattr(ended, "fault", None) for ended in found] == ["configuration", "configuration"]


def test_the_sender_goes_by_the_country_of_the_number() -> None:
    with vendors() as standin:
        way = twilio(standin.url, messaging_service=None, senders={"IT": "Banca", "*": "+15550100"})
        for to in ("+393471234567", "+40712034567"):
            way.send(Message("k", SMS.day, "sms", to, None, "text", token=TOKEN))
        nobody = ends(twilio(standin.url, messaging_service=None, senders={"NL": "Bank"}), SMS)
    assert [request.form["From"] for request in standin.requests] == ["Banca", "+15550100"]
    assert isinstance(nobody, Rejected)
    assert nobody.fault == "configuration"


def test_a_lookup_finds_the_message_by_number_words_and_time() -> None:
    with vendors() as standin:
        way = twilio(standin.url)
        way.send(SMS)
        begun = right_now()
        other = Message("k", SMS.day, "sms", SMS.to, None, "other words", token=TOKEN)
        quoted = Message("k", SMS.day, "sms", SMS.to, None, f"«{SMS.body}»", token=TOKEN)
        found = [way.find(m, since) for m in (SMS, other, quoted) for since in (begun, begun + timedelta(hours=1))]
    [taken] = standin.taken
    assert found == [[taken.reference], [], [], [], [taken.reference], []]


def test_a_lookup_that_fails_finds_nothing_and_raises_nothing() -> None:
    with vendors(lookups_fail=True) as standin:
        assert twilio(standin.url).find(SMS) == []
        standin.stop()
        assert twilio(standin.url).find(SMS) == []
        standin.start()
    assert sendgrid("http://127.0.0.1:9").find(MAIL) == []


def test_nothing_personal_or_secret_is_logged_or_raised(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "urllib3")
    with vendors(plan=Script("drop", "drop", 21614, 400, "busy", "busy")) as standin:
        pairs: list[tuple[Provider, Message]] = [(twilio(standin.url), SMS), (sendgrid(standin.url), MAIL)]
        said = [f"{ends(way, m)!r} {way!r}" for _ in range(4) for way, m in pairs]
    text = " ".join([*said, *(f"{r.name} {r.getMessage()}" for r in caplog.records)])
    for secret in (SMS.to, MAIL.to, AUTH_TOKEN, API_KEY, "Ștefania"):
        assert secret not in text


# --- SMTP ------------------------------------------------------------------------------------------------------------


def posted(
    rcpt: str = "250 ok", data: str = "250 ok", message: Message = MAIL
) -> tuple[Exception | str | None, Mailbox]:
    box = Mailbox(rcpt, data)
    way = Smtp("127.0.0.1", box.port, "Banca <banca@example.org>", TIMEOUT, security="none")
    ended = ends(way, message)
    box.shutdown()
    box.server_close()
    return ended, box


def test_a_mail_leaves_whole_under_the_name_of_its_attempt() -> None:
    ended, box = posted()
    [mail] = box.taken
    assert ended == mail["Message-ID"] == f"<{TOKEN}@example.org>"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "application/pdf"]


def test_a_mail_leaves_as_text_and_as_a_page() -> None:
    _, box = posted(message=PAGE)
    [mail] = box.taken
    kinds = ["multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert [part.get_content_type() for part in mail.walk()][1:] == kinds
    [page] = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    assert page.get_payload(decode=True).decode("utf-8").strip() == PAGE.html


def test_sendgrid_gets_the_text_first_and_then_the_page() -> None:
    with vendors() as standin:
        ends(sendgrid(standin.url), PAGE)
    sent = json.loads(standin.requests[-1].get_data())
    assert [(part["type"], part["value"]) for part in sent["content"]] == [
        ("text/plain", PAGE.body),
        ("text/html", PAGE.html),
    ]


@pytest.mark.parametrize(
    ("rcpt", "data", "fault"),
    [
        ("550 5.1.1 no such user", "250 ok", "address"),
        ("250 ok", "554 5.7.1 spam", "review"),
        ("530 5.7.0 authenticate", "250 ok", "configuration"),
    ],
)
def test_what_a_mail_server_refuses_did_not_leave(rcpt: str, data: str, fault: str) -> None:
    ended, box = posted(rcpt, data)
    assert isinstance(ended, Rejected)
    assert (ended.fault, box.taken) == (fault, [])


def test_a_mail_server_that_is_busy_is_asked_again() -> None:
    assert isinstance(posted(rcpt="451 4.3.0 later")[0], NotSent)
    assert isinstance(ends(Smtp("127.0.0.1", 9, "b@example.org", TIMEOUT, security="none"), MAIL), NotSent)


def test_a_mail_whose_answer_is_lost_may_have_left() -> None:
    ended, box = posted(data="drop")
    assert isinstance(ended, MayHaveLeft)
    assert len(box.taken) == 1


# --- the map ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("vendor", "other_4xx"), [("twilio", "review"), ("sendgrid", "review"), ("smtp", "transient")])
def test_what_nobody_heard_of_is_never_sent_again_blindly(vendor: str, other_4xx: str) -> None:
    known = errors(vendor)
    assert known.meaning(499, "99999") == other_4xx
    assert known.meaning(502) == ("review" if vendor == "smtp" else "unknown")
    assert known.meaning(0) == known.meaning(302) == "unknown"


@pytest.mark.parametrize(
    ("said", "wait"), [("3", 3), ("0.5", 0.5), ("-1", 0), ("999999", 3600), ("soon", None), (None, None), ("nan", None)]
)
def test_retry_after_is_read_in_seconds(said: str | None, wait: float | None) -> None:
    assert seconds(said) == wait


def test_retry_after_is_read_as_a_date() -> None:
    assert seconds("Sat, 21 Nov 2020 00:00:00 GMT") == 0
