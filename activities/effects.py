"""The frame of every step: the attempt is written before the effect, the effect happens once, the journal says so."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from activities import journal
from activities.providers.channel import Provider
from activities.providers.ways import Ways
from activities.together import counted_once, gone_with_another
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
NOT_LEFT = ("sending", "failed", "withdrawn")
"""An attempt like this, whose vendor was not called, surely did not leave: it may be made under the same key."""


class Effects:
    """What all steps share: the database, the law, and the ways out."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction], ways: Ways | Provider) -> None:
        self.database = database
        self._packs = packs
        self.ways = ways if isinstance(ways, Ways) else Ways(ways)

    def begin(self, session: Session, asked: StepInput, at: datetime) -> Result | None:
        """Reserve the attempt in the party's contact log, or say why not: the law is asked here, in one transaction."""
        act = asked.act
        # First the lock: of two workers at the same step the second must see the attempt, not be deferred by it.
        self.database.lock(session, f"party {asked.party}")
        attempt = session.get(Attempt, act.key)
        if attempt is not None and (attempt.status not in NOT_LEFT or attempt.called):
            return None
        gone = gone_with_another(session, asked, at) if attempt is None else None
        if gone is not None:
            return self.note(session, asked, gone, at)
        # Also for an attempt cut short: by now it may be night, or the day's contact another one's.
        against = stopped(asked, self._packs[asked.country], _log(session, asked, at), at)
        if against is not None:
            return self.note(session, asked, against, at)
        if attempt is not None:
            if attempt.status != "sending":
                day = debtor_day(at, asked.zone)
                attempt.status, attempt.finished, attempt.reserved, attempt.local_day = "sending", None, at, day
                attempt.channel, attempt.covers = act.channel or act.do, None
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
                token=token(act.key),
                reserved=at,
            )
        )
        return None

    def finish(self, session: Session, asked: StepInput, result: Result, at: datetime, status: str = "sent") -> Result:
        """Mark the attempt and tell the story."""
        attempt = session.get_one(Attempt, asked.act.key)
        if attempt.status == "sending":
            attempt.status, attempt.finished = status, at
        return self.note(session, asked, result, at)

    def note(self, session: Session, asked: StepInput, result: Result, at: datetime) -> Result:
        """Tell the story of a result."""
        self.database.lock(session, f"journal {asked.account}")
        line = story.result_line(asked.account, asked.currency, Heard(event=result, at=at))
        journal.append(session, asked.account, [line])
        return result


def token(key: str) -> str:
    """The opaque name of an attempt, for what leaves the house."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


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
    return [_contact(row) for row in counted_once(asked.account, list(session.exec(rows)))]


def _contact(row: Attempt) -> Contact:
    channel = row.channel if row.channel in set(Channel) else Channel.letter.value
    return Contact(row.account, row.party, channel, row.reserved, level_of(channel), row.demand)
