"""Which ways out are set up, and is it half a set-up? Read once, when a worker starts; told in one line."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parseaddr

from pydantic import SecretStr

from activities.vendors.delivery_routes import Ways
from activities.vendors.outbox.outbox_send import Outbox
from activities.vendors.vendor import Provider
from channels.channel_table import CHANNELS
from settings import PREFIX, Settings, SettingsError

NEEDS = "RIENTRO_DELIVERY=live: "


def ways(settings: Settings) -> Ways:
    """The ways out as set. Raises SettingsError, which names the variable that is missing."""
    outbox = Outbox(settings.outbox)
    if settings.delivery == "outbox":
        return Ways(outbox, senders=_senders(settings.twilio_senders))
    offered = ((spec.name, spec.by_vendor.vendors) for spec in CHANNELS.values() if spec.by_vendor)
    vendors = {channel.value: way for channel, names in offered for name in names if (way := BUILT[name](settings))}
    if not vendors:
        raise SettingsError(f"TWILIO_ACCOUNT_SID: {NEEDS}name it, SENDGRID_API_KEY or SMTP_HOST")
    only = frozenset(word.strip().casefold() for word in (settings.recipients or "").split(",") if word.strip())
    return Ways(outbox, vendors, only, timedelta(minutes=settings.unknown_minutes), _senders(settings.twilio_senders))


def mode(found: Ways) -> str:
    """How messages leave, in one line for those who start a worker."""
    if not found.vendors:
        return "Delivery: OUTBOX, nothing is sent for real"
    names = ", ".join(f"{channel} by {way.name}" for channel, way in sorted(found.vendors.items()))
    whom = f"only to {len(found.only)} allowed recipients" if found.only else "to EVERYBODY"
    return f"Delivery: LIVE, {names}, {whom}; all else goes to the outbox"


def _twilio(settings: Settings) -> Provider | None:
    if settings.twilio_account_sid is None:
        if settings.twilio_auth_token and (settings.twilio_messaging_service_sid or settings.twilio_senders):
            raise SettingsError(f"TWILIO_ACCOUNT_SID: {NEEDS}the other settings of Twilio need it")
        return None
    token = _needed(settings.twilio_auth_token, "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID")
    senders = _senders(settings.twilio_senders)
    if not (senders or settings.twilio_messaging_service_sid):
        raise SettingsError(f"TWILIO_MESSAGING_SERVICE_SID: {NEEDS}name it, or {PREFIX}TWILIO_SENDERS")
    # The SDK takes a third of a second to load: only where it is used.
    from activities.vendors.twilio.twilio_send import Twilio

    return Twilio(
        account_sid=settings.twilio_account_sid,
        auth_token=token,
        timeout=settings.vendor_timeout,
        messaging_service=settings.twilio_messaging_service_sid,
        senders=senders,
        callbacks=f"{settings.public_url.rstrip('/')}/hooks/twilio/status" if settings.public_url else None,
        base_url=settings.twilio_base_url,
    )


def _senders(text: str | None) -> dict[str, str]:
    """`IT:Banca,*:+1555` as a sender by country."""
    pairs = [pair.strip().partition(":") for pair in (text or "").split(",") if pair.strip()]
    if any(not (country and sender) for country, _, sender in pairs):
        raise SettingsError(f"{PREFIX}TWILIO_SENDERS: write COUNTRY:SENDER, separated by commas")
    return {country.strip().upper(): sender.strip() for country, _, sender in pairs}


def _sendgrid(settings: Settings) -> Provider | None:
    key = settings.sendgrid_api_key
    if key is None:
        return None
    if settings.smtp_host:
        raise SettingsError(f"SMTP_HOST: {NEEDS}SENDGRID_API_KEY is set too, e-mail leaves by one of them")
    from activities.vendors.sendgrid.sendgrid_send import SendGrid

    return SendGrid(key, _mail_sender(settings), settings.vendor_timeout, settings.sendgrid_host.rstrip("/"))


def _smtp(settings: Settings) -> Provider | None:
    if settings.smtp_host is None:
        return None
    from activities.vendors.smtp.smtp_send import Smtp

    password = _needed(settings.smtp_password, "SMTP_PASSWORD", "SMTP_USER") if settings.smtp_user else None
    return Smtp(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=_mail_sender(settings),
        timeout=settings.vendor_timeout,
        user=settings.smtp_user,
        password=password,
        security=settings.smtp_security,
    )


def _needed(secret: SecretStr | None, name: str, given: str) -> SecretStr:
    if secret is None:
        raise SettingsError(f"{name}: {NEEDS}{given} is set without it")
    return secret


def _mail_sender(settings: Settings) -> str:
    sender = settings.email_from or ""
    if "@" not in parseaddr(sender)[1]:
        raise SettingsError(f"{PREFIX}EMAIL_FROM: {NEEDS}e-mail needs a sender, `Name <address>`")
    return sender


BUILT: Mapping[str, Callable[[Settings], Provider | None]] = {
    "twilio": _twilio,
    "sendgrid": _sendgrid,
    "smtp": _smtp,
}
"""The vendors that the specs of the channels name; each None where it is not set up."""
