"""What can be set, and by which environment variable? Everything has a default that runs on one machine."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

HOUSE = Path(__file__).parent
PREFIX = "RIENTRO_"
SHORTEST_SECRET = 16
Limit = Annotated[int, Field(ge=1, le=10_000)]


def also(name: str) -> Any:
    """The name that other tools use for the same setting; ours wins."""
    return AliasChoices(PREFIX + name, name)


class SettingsError(ValueError):
    """A variable that cannot be used, in one line that names it."""


class Settings(BaseSettings):
    """All settings; read them with `load_settings()`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=HOUSE / ".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )
    data_dir: Path = HOUSE / ".data"
    database_url: SecretStr | None = Field(default=None, validation_alias=also("DATABASE_URL"))
    """It may hold a password: pass `url` on, print `Database.name`."""
    temporal_address: str | None = Field(default=None, validation_alias=also("TEMPORAL_ADDRESS"))
    """None: the embedded engine, or what a Temporal profile says."""
    temporal_namespace: str = Field(default="default", validation_alias=also("TEMPORAL_NAMESPACE"))
    outbox_dir: Path | None = None
    packs: str | None = None
    """Folders laid over `packs/`, the last one on top, separated as in PATH."""
    task_queue: str = "rientro"
    max_cached_workflows: Limit = 200
    max_workflow_tasks: Limit = 8
    max_activities: Limit = 16
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=1, le=65_535)] = 8000
    public_url: str | None = Field(default=None, validation_alias=also("PUBLIC_URL"))
    """How the world reaches the web server: what Twilio signs, whatever a proxy makes of it."""
    twilio_auth_token: SecretStr | None = Field(default=None, validation_alias=also("TWILIO_AUTH_TOKEN"))
    twilio_webhook_key: SecretStr | None = Field(default=None, validation_alias=also("TWILIO_WEBHOOK_KEY"))
    """The secret of a shared key, for webhooks that are signed with HMAC-SHA256."""
    sendgrid_verification_key: str | None = Field(default=None, validation_alias=also("SENDGRID_VERIFICATION_KEY"))
    """The public key of the signed event webhook."""
    payment_secrets: dict[str, SecretStr] = {}
    """Who may notify of payments: client -> shared secret."""

    delivery: Literal["outbox", "live"] = "outbox"
    """Keys alone send nothing: `live` does."""
    recipients: str | None = None
    """Staging: numbers, addresses and @domains, separated by commas; what is for others goes to the outbox."""
    twilio_account_sid: str | None = Field(default=None, validation_alias=also("TWILIO_ACCOUNT_SID"))
    twilio_messaging_service_sid: str | None = Field(
        default=None, validation_alias=also("TWILIO_MESSAGING_SERVICE_SID")
    )
    twilio_senders: str | None = None
    """The sender by the number's country, `IT:Banca,NL:+3197...,*:+1555...`; beside a messaging service: the names
    that it sends under, so that no text promises a reply to a name."""
    twilio_base_url: str | None = Field(default=None, validation_alias=also("TWILIO_BASE_URL"))
    sendgrid_api_key: SecretStr | None = Field(default=None, validation_alias=also("SENDGRID_API_KEY"))
    sendgrid_host: str = Field(default="https://api.sendgrid.com", validation_alias=also("SENDGRID_HOST"))
    smtp_host: str | None = Field(default=None, validation_alias=also("SMTP_HOST"))
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = Field(default=587, validation_alias=also("SMTP_PORT"))
    smtp_user: str | None = Field(default=None, validation_alias=also("SMTP_USER"))
    smtp_password: SecretStr | None = Field(default=None, validation_alias=also("SMTP_PASSWORD"))
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    email_from: str | None = None
    """`Name <address>`, for SendGrid and SMTP."""
    vendor_timeout: Annotated[float, Field(gt=0, le=10)] = 10.0
    """Seconds a vendor has to connect, and to answer: both together must fit into a try (workflows/step_calls.py)."""
    unknown_minutes: Annotated[float, Field(gt=0, le=1_440)] = 15.0
    """How long it is found out whether a message left before a person is asked."""
    sms_per_second: Annotated[float, Field(gt=0)] = 10.0
    emails_per_second: Annotated[float, Field(gt=0)] = 50.0

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else SecretStr(normalised(value.get_secret_value()))

    @field_validator("packs")
    @classmethod
    def _folders(cls, value: str | None) -> str | None:
        for folder in (value or "").split(os.pathsep):
            if folder and not Path(folder).is_dir():
                raise ValueError(f"{folder} is no folder")
        return value

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        if value is not None and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query):
            raise ValueError("write it as https://host, with a path where the proxy has one")
        return value

    @field_validator("payment_secrets")
    @classmethod
    def _long_secrets(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if any(len(secret.get_secret_value()) < SHORTEST_SECRET for secret in value.values()):
            raise ValueError(f"a secret needs at least {SHORTEST_SECRET} characters")
        return value

    @property
    def url(self) -> str:
        """The database, with its password if it has one."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'rientro.db'}"

    @property
    def pack_folders(self) -> tuple[Path, ...]:
        """What lies over the packs of the house."""
        return tuple(Path(folder) for folder in (self.packs or "").split(os.pathsep) if folder)

    @property
    def outbox(self) -> Path:
        """Where messages go that are not sent for real."""
        return self.outbox_dir or self.data_dir / "outbox"


def normalised(url: str) -> str:
    """The form SQLAlchemy and psycopg want of the usual ways to write the address of a database."""
    # Only here: a command that needs no database waits for none.
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("this is not the address of a database") from None
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("postgresql+psycopg", "sqlite"):
        raise ValueError("use sqlite:///<file> or postgresql://<user>@<host>/<database>")
    # Every pooled connection would see a memory of its own.
    if parsed.drivername == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("a database in memory does not outlive the process; use sqlite:///<file>")
    return parsed.render_as_string(hide_password=False)


def load_settings(**chosen: Any) -> Settings:
    """The settings of this process: `chosen` first, then the environment, then `.env`, then the defaults."""
    try:
        return Settings(**chosen)
    except SourceError as fault:
        raise SettingsError(f"{variable(_field(fault))}: this is not JSON") from None
    except ValidationError as fault:
        lines = [f"{variable(str(e['loc'][0]))}: {e['msg']}" for e in fault.errors(include_input=False)]
        raise SettingsError("; ".join(lines).replace("Value error, ", "")) from None


def _field(fault: SourceError) -> str:
    return str(fault).partition('field "')[2].partition('"')[0]


def variable(field: str) -> str:
    """The environment variable that a setting was read from."""
    plain = field.upper().removeprefix(PREFIX)
    return plain if plain in os.environ and PREFIX + plain not in os.environ else PREFIX + plain
