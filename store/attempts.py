"""The attempt of a step in its party's contact log and its line in the journal: reserved first, told after.

The law is asked in the transaction that reserves: two accounts of one person cannot race past it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.decisions import StepInput
from models.events import Heard, Result, StepRefused
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Party
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import against, is_demand, unasked
from policy.telling import story
from store import journal
from store.bundles import gone_with_another, may_have_left
from store.contact_log import law_of, opted_out, question, wanted
from store.database import Database


@dataclass(frozen=True)
class Step:
    """A step within one transaction: its attempt, and its story."""

    database: Database
    session: Session
    asked: StepInput
    at: datetime

    def attempt(self) -> Attempt | None:
        """Its row. First the lock: of two workers at one step the second must see it, not be deferred by it."""
        self.database.lock(self.session, f"party {self.asked.party}")
        return self.session.get(Attempt, self.asked.act.key)

    def begin(self, packs: Mapping[str, Jurisdiction]) -> Attempt | Result:
        """Reserve the attempt in the party's contact log, or say why not: the law is asked in the same transaction."""
        attempt = self.attempt()
        if attempt is not None and may_have_left(attempt):
            return attempt
        gone = gone_with_another(self.session, self.asked, self.at) if attempt is None else None
        if gone is not None:
            return self.note(gone)
        # Also for an attempt cut short: by now it may be night, or the day's contact another one's.
        law, refused = self._by_law(packs)
        if refused is not None:
            return self.withdraw(refused)  # Cut short before it left: others have the day.
        return self.reserve(law) if attempt is None else self._renew(attempt, law)

    def reserve(self, law: dict[str, Any]) -> Attempt:
        """The attempt's row in the party's contact log: before anything leaves, it counts."""
        asked, act = self.asked, self.asked.act
        attempt = Attempt(
            key=act.key,
            account=asked.account,
            party=asked.party,
            step=act.step,
            attempt=act.attempt,
            channel=act.channel or act.do,
            local_day=debtor_day(self.at, asked.zone),
            demand=is_demand(act),
            status="sending",
            token=token(act.key),
            reserved=self.at,
            law=law,
        )
        self.session.add(attempt)
        return attempt

    def finish(self, result: Result, status: str = "sent") -> Result:
        """Mark the attempt, unless it has its mark, and tell the story."""
        attempt = self.session.get(Attempt, self.asked.act.key)
        if attempt is not None and attempt.status == "sending":
            attempt.status, attempt.finished = status, self.at
        return self.note(result)

    def withdraw(self, result: Result) -> Result:
        """Nothing left, so nothing counts: the party's day is free again."""
        attempt = self.session.get(Attempt, self.asked.act.key)
        if attempt is not None and attempt.status == "sending":
            attempt.status = "withdrawn"
        return self.note(result)

    def note(self, result: Result) -> Result:
        """Tell the story of a result."""
        asked = self.asked
        self.database.lock(self.session, f"journal {asked.account}")
        line = story.result_line(asked.account, asked.currency, Heard(event=result, at=self.at))
        journal.append(self.session, asked.account, [line])
        return result

    def _by_law(self, packs: Mapping[str, Jurisdiction]) -> tuple[dict[str, Any], Result | None]:
        """What the law was asked, or why it was not, to be kept; and what stands against the step, if anything does."""
        asked, session = self.asked, self.session
        if not is_demand(asked.act):
            return unasked(asked.act), None
        law, put = law_of(packs, session.get_one(Party, asked.party)), question(session, wanted(asked), self.at)
        answer = put.answer(law)
        refused = against(asked.act, answer)
        if isinstance(refused, StepRefused) and opted_out(session, asked.party, asked.act.channel):
            refused = refused.model_copy(update={"lost": "opt_out", "person": False})
        return put.kept(law, answer), refused

    def _renew(self, attempt: Attempt, law: dict[str, Any]) -> Attempt:
        """An attempt that surely did not leave is made again under its key."""
        attempt.law = law
        if attempt.status != "sending":
            attempt.status, attempt.finished, attempt.reserved = "sending", None, self.at
            attempt.local_day = debtor_day(self.at, self.asked.zone)
            attempt.channel, attempt.covers = self.asked.act.channel or self.asked.act.do, None
            attempt.provider = None
        return attempt


def token(key: str) -> str:
    """The opaque name of an attempt, for what leaves the house."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]
