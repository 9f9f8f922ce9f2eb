"""Is it plain how messages leave, and is half a set-up refused in one line that names the variable?"""

from typing import Any

import pytest
from pydantic import SecretStr

from cli.delivery_setup import mode, ways
from settings import Settings, SettingsError, load_settings

TWILIO = {"twilio_account_sid": "AC1", "twilio_auth_token": "t", "twilio_senders": "IT:Banca,*:+1555"}
SENDGRID = {"sendgrid_api_key": "SG.k", "email_from": "Banca <banca@example.org>"}


def live(**changes: Any) -> Settings:
    return load_settings(delivery="live", **changes)


def test_keys_alone_send_nothing() -> None:
    found = ways(load_settings(**TWILIO, **SENDGRID))
    assert found.vendors == {}
    assert mode(found) == "Delivery: OUTBOX, nothing is sent for real"


def test_live_says_by_whom_and_to_whom() -> None:
    said = mode(ways(live(**TWILIO, **SENDGRID)))
    assert said == "Delivery: LIVE, email by sendgrid, sms by twilio, to EVERYBODY; all else goes to the outbox"
    assert "only to 2 allowed recipients" in mode(ways(live(**TWILIO, recipients="+39347, @example.org")))


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, "TWILIO_ACCOUNT_SID"),
        ({"twilio_account_sid": "AC1"}, "TWILIO_AUTH_TOKEN"),
        ({"twilio_account_sid": "AC1", "twilio_auth_token": "t"}, "TWILIO_MESSAGING_SERVICE_SID"),
        ({"twilio_auth_token": "t", "twilio_senders": "*:+1"}, "TWILIO_ACCOUNT_SID"),
        (TWILIO | {"twilio_senders": "Banca"}, "RIENTRO_TWILIO_SENDERS"),
        ({"sendgrid_api_key": "SG.k"}, "RIENTRO_EMAIL_FROM"),
        ({"smtp_host": "h", "email_from": "nobody"}, "RIENTRO_EMAIL_FROM"),
        ({"smtp_host": "h", "smtp_user": "u", "email_from": "a@example.org"}, "SMTP_PASSWORD"),
        (SENDGRID | {"smtp_host": "h"}, "SMTP_HOST"),
    ],
)
def test_half_a_set_up_is_refused_in_one_line_that_names_the_variable(given: dict[str, Any], names: str) -> None:
    with pytest.raises(SettingsError) as refused:
        ways(live(**given))
    assert str(refused.value).startswith(f"{names}: ")
    assert "\n" not in str(refused.value)


def test_the_vendors_own_names_are_understood_and_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY", "SMTP_PASSWORD"):
        monkeypatch.setenv(name, "a-secret")
    settings = load_settings()
    assert isinstance(settings.twilio_auth_token, SecretStr)
    assert settings.twilio_auth_token.get_secret_value() == "a-secret"
    assert "a-secret" not in repr(settings)
    assert "a-secret" not in repr(ways(live(**TWILIO, email_from="a@example.org")))
