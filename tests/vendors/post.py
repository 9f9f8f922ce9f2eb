"""One account at a step that a vendor sends, and the real activity around the real SDK and the stand-in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlmodel import SQLModel, select
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.attempt_frame import Effects
from activities.send_message import Contacting
from activities.vendors.delivery_routes import Ways
from activities.vendors.outbox.outbox_send import Outbox
from activities.vendors.sendgrid.sendgrid_send import SendGrid
from activities.vendors.twilio.twilio_send import Twilio
from activities.vendors.vendor import Provider
from intake.pack_files import jurisdictions, strategy
from models.case import Case
from models.decisions import Act, StepInput
from models.events import Result
from models.tables.trail import Attempt
from policy.deciding.treatment import decide
from policy.steps.step_outcomes import step_input
from settings import HOUSE
from store.case_opening import load_cases
from store.database import Database
from tests.durability.machine import take
from tests.now import right_now, zone_at_noon
from tests.standin.vendors import ACCOUNT, API_KEY, AUTH_TOKEN, SERVICE, Vendors
from tests.workflows.houses import account_row
from writing.texts import load_texts

REMINDERS = strategy(Path(__file__).with_name("reminders.yaml"))
LAW = jurisdictions()
TEXTS = load_texts(HOUSE / "packs" / "letters")
TIMEOUT = 2.0


def row(reference: str, **changes: Any) -> Any:
    """An American: there every day has contact hours."""
    place = {"country": "US", "time_zone": zone_at_noon(), "currency": "USD", "language": "en"}
    dues = [(right_now() - timedelta(days=40), 50_000)]
    return account_row(reference, "cec", dues, **(place | {"phone": "+393471234567"} | changes))


def by_vendors(standin: Vendors, directory: Path, **more: Any) -> Ways:
    """The ways out of a house that sends by the stand-in."""
    callbacks = more.pop("callbacks", "https://house.example/hooks/twilio/status")
    sms = Twilio(ACCOUNT, SecretStr(AUTH_TOKEN), TIMEOUT, SERVICE, callbacks=callbacks, base_url=standin.url)
    email = SendGrid(SecretStr(API_KEY), "Banca <banca@example.org>", TIMEOUT, standin.url)
    vendors: Mapping[str, Provider] = {"sms": sms, "email": email}
    return Ways(Outbox(directory / "outbox"), vendors, **more)


@dataclass
class Post:
    """A case whose next step is a message; `tries` are the errors of tries that ask for another one."""

    database: Database
    ways: Ways
    tries: list[ApplicationError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.effects = Effects(self.database, LAW, self.ways)

    def case(self, cycle: str = "sms", reference: str = "A1", **changes: Any) -> Case:
        """A case at its first step."""
        take(self.database, f"p-{reference.lower()}", [row(reference, **changes)], REMINDERS, lambda _: cycle)
        with self.database.reading() as session:
            return load_cases(session, f"p-{reference.lower()}", 0, 1, right_now())[0][0]

    def step(self, case: Case, now: datetime | None = None) -> StepInput:
        """What the case asks to be done."""
        at = now or right_now()
        act = decide(case, REMINDERS.strategy, LAW["US"], at).next
        assert isinstance(act, Act), act
        return step_input(case, act, at)

    def run(self, asked: StepInput) -> Result:
        """One try, as a worker makes it."""
        result: Result = ActivityEnvironment().run(Contacting(self.effects, TEXTS).send_message, asked)
        return result

    def until_told(self, asked: StepInput, most: int = 20) -> Result:
        """Try as the engine does, without its pauses."""
        for _ in range(most):
            try:
                return self.run(asked)
            except ApplicationError as again:
                self.tries.append(again)
        raise AssertionError(f"{most} tries and no result: {self.tries[-1]}")

    def all(self, table: type[SQLModel]) -> list[Any]:
        with self.database.reading() as session:
            return list(session.exec(select(table)))

    def keep(self, *rows: SQLModel) -> None:
        with self.database.session() as session:
            session.add_all(rows)

    @property
    def attempt(self) -> Attempt:
        [found] = self.all(Attempt)
        assert isinstance(found, Attempt)
        return found
