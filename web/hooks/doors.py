"""Which doors are open, with the keys that are set? No key: a stranger cannot be told from the vendor."""

from typing import NamedTuple

from activities.vendors.sendgrid.sendgrid_hooks import SendGridDoor
from activities.vendors.twilio.twilio_hooks import TwilioDoor
from activities.vendors.vendor_hook import Refusal
from settings import Settings, SettingsError
from web.hooks.payment_notifications import PaymentDoor


class Doors(NamedTuple):
    """All who may call."""

    twilio: TwilioDoor
    sendgrid: SendGridDoor
    payments: PaymentDoor

    def require(self, name: str) -> None:
        """Raises Refusal where no key is set."""
        if not getattr(self, name).open:
            raise Refusal(503, f"{name} webhooks are not configured here")


def doors(settings: Settings) -> Doors:
    """The doors as they are set. Raises SettingsError."""
    try:
        sendgrid = SendGridDoor(settings.sendgrid_verification_key)
    except ValueError:
        raise SettingsError("SENDGRID_VERIFICATION_KEY: this is not the verification key of an event webhook") from None
    twilio = TwilioDoor(settings.public_url, settings.twilio_auth_token, settings.twilio_webhook_key)
    return Doors(twilio, sendgrid, PaymentDoor(settings.payment_secrets))
