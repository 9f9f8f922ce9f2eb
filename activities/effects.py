"""The frame of every step: the attempt is written before the effect, the effect happens once, the journal says so."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from activities import journal
from activities.providers.channel import Message, Provider
from models.contact import Contact
from models.database import Database
from models.decisions import StepInput
from models.events import Channel, Heard, Result
from models.jurisdiction import Jurisdiction
from models.tables import Attempt
from policy import story
from policy.contact_counts import LOG_DAYS
from policy.contact_law import debtor_day
from policy.results import is_demand, level_of, stopped

FAILED = ("failed", "bounced", "withdrawn")


class Effects:
    """What all steps share: the database, the law, and the way out."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction], provider: Provider) -> None:
        self.database = database
        self._packs = packs
        self._provider = provider

    def begin(self, session: Session, asked: StepInput, at: datetime) -> Result | None:
        """Reserve the attempt in the party's contact log, or say why not: the law is asked here, in one transaction."""
        act = asked.act
        # First the lock: of two workers at the same step the second must see the attempt, not be deferred by it.
        self.database.lock(session, f"party {asked.party}")
        attempt = session.get(Attempt, act.key)
        if attempt is not None and attempt.status != "sending":
            return None
        # Also for an attempt cut short: by now it may be night, or the day's contact another one's.
        against = stopped(asked, self._packs[asked.country], _log(session, asked, at), at)
        if against is not None:
            self._note(session, asked, against, at)
            return against
        if attempt is not None:
            return None
        session.add(
            Attempt(
                key=act.key,
                account=asked.account,
                party=asked.party,
                step=act.step,
                attempt=act.attempt,
                channel=act.channel or act.do,
                local_day=debtor_day(at, asked.zone),
                demand=is_demand(act),
                status="sending",
                reserved=at,
            )
        )
        return None

    def send(self, message: Message) -> str:
        """Send once: what left before a crash is found again, not sent again."""
        return self._provider.find(message) or self._provider.send(message)

    def finish(self, session: Session, asked: StepInput, result: Result, at: datetime, status: str = "sent") -> Result:
        """Mark the attempt and tell the story."""
        attempt = session.get_one(Attempt, asked.act.key)
        if attempt.status == "sending":
            attempt.status, attempt.finished = status, at
        self._note(session, asked, result, at)
        return result

    def _note(self, session: Session, asked: StepInput, result: Result, at: datetime) -> None:
        self.database.lock(session, f"journal {asked.account}")
        line = story.result_line(asked.account, asked.currency, Heard(event=result, at=at))
        journal.append(session, asked.account, [line])


def reserved_at(session: Session, asked: StepInput) -> datetime:
    """When the attempt was reserved: a repetition keeps its day."""
    return session.get_one(Attempt, asked.act.key).reserved


def clock(asked: StepInput) -> datetime:
    """Now; but an effect is never earlier than its decision."""
    return max(asked.now, datetime.now(UTC))


def _log(session: Session, asked: StepInput, at: datetime) -> list[Contact]:
    """The party's contacts as far back as any rule looks, over all accounts and portfolios; papers are none."""
    begin = debtor_day(at, asked.zone) - timedelta(days=LOG_DAYS)
    rows = select(Attempt).where(
        Attempt.party == asked.party,
        Attempt.local_day >= begin,
        Attempt.key != asked.act.key,
        col(Attempt.demand),
        col(Attempt.status).not_in(FAILED),
    )
    return [_contact(row) for row in session.exec(rows)]


def _contact(row: Attempt) -> Contact:
    channel = row.channel if row.channel in set(Channel) else Channel.letter.value
    return Contact(row.account, row.party, channel, row.reserved, level_of(channel), row.demand)
