"""The frame of every step: the attempt is written before the effect, the effect happens once, the journal says so."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from activities.vendors.delivery_routes import Ways
from activities.vendors.vendor import Provider
from models.decisions import StepInput
from models.events import Heard, Result, StepRefused
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Party
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import against, is_demand
from policy.telling import story
from store import journal
from store.bundles import gone_with_another
from store.contact_log import law_of, opted_out, question, wanted
from store.database import Database

NOT_LEFT = ("sending", "failed", "withdrawn")
"""An attempt like this, whose vendor was not called, surely did not leave: it may be made under the same key."""


class Effects:
    """What all steps share: the database, the law, and the ways out."""

    def __init__(self, database: Database, packs: Mapping[str, Jurisdiction], ways: Ways | Provider) -> None:
        self.database = database
        self.packs = packs
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
        law, refused = self._asked(session, asked, at)
        if refused is not None:
            if attempt is not None and attempt.status == "sending":
                attempt.status = "withdrawn"  # Cut short before it left: others have the day.
            return self.note(session, asked, refused, at)
        if attempt is not None:
            attempt.law = law
            if attempt.status != "sending":
                day = debtor_day(at, asked.zone)
                attempt.status, attempt.finished, attempt.reserved, attempt.local_day = "sending", None, at, day
                attempt.channel, attempt.covers = act.channel or act.do, None
            return None
        self.reserve(session, asked, at, law)
        return None

    def reserve(self, session: Session, asked: StepInput, at: datetime, law: dict[str, Any] | None = None) -> Attempt:
        """The attempt's row in the party's contact log: before anything leaves, it counts."""
        act = asked.act
        attempt = Attempt(
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
            law=law,
        )
        session.add(attempt)
        return attempt

    def _asked(self, session: Session, asked: StepInput, at: datetime) -> tuple[dict[str, Any] | None, Result | None]:
        """What the law was asked, to be kept; and what stands against the step, if anything does."""
        if not is_demand(asked.act):
            return None, None
        packs, put = law_of(self.packs, session.get_one(Party, asked.party)), question(session, wanted(asked), at)
        answer = put.answer(packs)
        refused = against(asked.act, answer)
        if isinstance(refused, StepRefused) and opted_out(session, asked.party, asked.act.channel):
            refused = refused.model_copy(update={"lost": "opt_out", "person": False})
        return put.kept(packs, answer), refused

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
