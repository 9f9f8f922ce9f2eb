"""Is a notification of payments read as strictly as a payments file, and kept for the accounts of its own client?"""

from typing import Any

import pytest
from sqlmodel import select

from models.tables.arrivals import BankPayment
from tests.web.conftest import PAYMENT, Web, payment_headers, unchanged


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": 10.0}, "payments.0.amount: Input should be a valid string"),
        ({"amount": "-10"}, "payments.0.amount: is not more than zero"),
        ({"amount": "1.234"}, "payments.0.amount: can be read as 1234 or as 1.234"),
        ({"amount": "1e3"}, "payments.0.amount: is no amount"),
        ({"amount": "10.001"}, "payments.0.amount: can be read as"),
        ({"currency": "ITL"}, "payments.0.currency: is no currency in use"),
        ({"value_date": "20.11.2026"}, "payments.0.value_date: is no day"),
        ({"value_date": "2036-11-20"}, "payments.0.value_date: is more than 31 days from now"),
        ({"reference": ""}, "payments.0.reference: is missing"),
        ({"reference": "=1+1"}, "payments.0.reference: begins with '='"),
        ({"kind": "gift"}, "payments.0.kind: Input should be 'payment' or 'reversal'"),
        ({"iban": "IT60X"}, "a field: Extra inputs are not permitted"),
    ],
)
def test_a_payment_that_cannot_be_read_is_refused_with_its_place(web: Web, changed: dict[str, Any], why: str) -> None:
    answer = web.payments(PAYMENT | {"reference": "R-0"}, PAYMENT | changed)
    assert answer.status_code == 422
    assert why.replace("payments.0", "payments.1") in answer.json()["detail"]
    assert unchanged(web)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"payments": []}', b'{"payments": {}}', b"\xff"])
def test_a_notification_that_is_none_is_refused(web: Web, body: bytes) -> None:
    assert web.client.post("/hooks/payments", content=body, headers=payment_headers(body)).status_code in (400, 422)
    assert unchanged(web)


def test_a_client_pays_its_own_accounts_only(web: Web) -> None:
    noted = web.payments(PAYMENT | {"account": "other-1"}).json()
    assert noted == {"new": 1, "known": 0, "unmatched": 1, "differs": []}
    with web.database.reading() as session:
        (paid,) = session.exec(select(BankPayment)).all()
    assert (paid.account, paid.status, paid.client, paid.amount) == (None, "unmatched", "client", 1000)


def test_a_payment_that_is_told_otherwise_is_answered_and_kept_for_a_person(web: Web) -> None:
    assert web.payments(PAYMENT).json()["new"] == 1
    assert web.payments(PAYMENT).json() == {"new": 0, "known": 1, "unmatched": 0, "differs": []}
    for _ in range(2):
        noted = web.payments(PAYMENT | {"amount": "11.00"}).json()
    assert [d["column"] for d in noted["differs"]] == ["amount"]
    (kept,) = web.kept()
    assert (kept.source, kept.status, kept.content["amount"]) == ("payment", "unmatched", 1100)
