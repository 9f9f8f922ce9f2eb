"""One person, one message: which accounts does a message speak of, and did an account's message leave with another's?

The first account whose message is due writes for all of the person whose message of the same kind is foreseen for the
same day (policy/deciding/foresight.py). The others find that when their own step comes, and count it as theirs.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from channels.channel_table import FOR_SEVERAL
from models.addressee import Companion
from models.decisions import StepInput
from models.events import Result, StepDeferred
from models.tables.accounts import Account
from models.tables.trail import Attempt
from policy.law.may_contact import debtor_day
from policy.steps.step_outcomes import base, done
from store.inbox import overtaken

KINDS = frozenset({"first_reminder", "second_reminder", "account_update"})
"""Texts that say no more than what is overdue, so that one can say it of several accounts."""
_LEFT = ("sent", "delivered")
NOT_LEFT = ("sending", "failed", "withdrawn")
"""An attempt like this, whose vendor was not called, surely did not leave: it may be made under the same key."""
SOONEST, LATEST = timedelta(seconds=1), timedelta(minutes=5)
"""Between two looks whether the message of another account has left."""


def companions(session: Session, asked: StepInput, at: datetime) -> tuple[Companion, ...]:
    """The accounts to write of besides: those with which the message may have left, else all it can speak for."""
    attempt = session.get(Attempt, asked.act.key)
    if attempt is None or not (_begun_with_others(attempt) or asked.overtaken):
        return others(session, asked, at)
    return tuple(Companion(**kept) for kept in attempt.covers or ())


def _begun_with_others(attempt: Attempt) -> bool:
    """Whether the message may have left with those that were written down: the outbox too may have taken it."""
    return may_have_left(attempt) or (attempt.status == "sending" and attempt.provider is not None)


def others(session: Session, asked: StepInput, at: datetime) -> tuple[Companion, ...]:
    """The other accounts that this message can speak for, with their own steps' keys; empty where it may not.

    Same person, portfolio, creditor and currency, so that one way to pay and one sum serve all of them.
    Certain only under the party's lock.
    """
    act = asked.act
    if act.text not in KINDS or act.channel not in FOR_SEVERAL:
        return ()
    mine = session.get_one(Account, asked.account)
    if not mine.next_message or mine.next_message["key"] != act.key:
        return ()
    kind = {"channel": act.channel, "text": act.text, "day": debtor_day(at, asked.zone).isoformat()}
    found = []
    for row in session.exec(_running_beside(mine)):
        said = row.next_message
        if not said or {name: said[name] for name in kind} != kind or _begun(session, asked, said["key"], at):
            continue
        # News of that account that its case may not know yet: it decides for itself.
        if overtaken(session, asked.model_copy(update={"account": row.id}), at) is None:
            found.append(Companion(said["key"], row.id, row.reference, said["overdue"], said["outstanding"]))
    return tuple(found)


def _running_beside(mine: Account) -> SelectOfScalar[Account]:
    same = select(Account).where(Account.party == mine.party, Account.portfolio == mine.portfolio)
    same = same.where(Account.creditor == mine.creditor, Account.currency == mine.currency)
    return same.where(Account.id != mine.id, col(Account.outcome).is_(None)).order_by(col(Account.number))


def may_have_left(attempt: Attempt) -> bool:
    """Whether its message left, or nobody can exclude it."""
    return attempt.status not in NOT_LEFT or attempt.called is not None


def gone_with_another(session: Session, asked: StepInput, at: datetime) -> Result | None:
    """What became of a step that another account's message spoke for today; None: it goes its own way.

    One that failed, or of which nobody knows whether it left, speaks for nobody. To be asked under the party's lock.
    """
    other = _speaking_for(session, asked, asked.act.key, at)
    if other is None:
        return None
    if other.status == "sending":
        until = at + min(max(at - other.reserved, SOONEST), LATEST)
        rule = "HOUSE-6: the message of another account speaks for this one too, and is on its way"
        return StepDeferred(**base(asked.act, "step_deferred"), until=until, rule=rule)
    if other.status not in _LEFT:
        return None
    session.add(
        Attempt(
            key=asked.act.key,
            account=asked.account,
            party=asked.party,
            step=asked.act.step,
            attempt=asked.act.attempt,
            channel=other.channel,
            local_day=other.local_day,
            demand=other.demand,
            status=other.status,
            within=other.key,
            law=other.law,
            provider=other.provider,
            reserved=other.reserved,
            finished=at,
        )
    )
    return done(asked).model_copy(update={"within": other.account})


def counted_once(account: str, rows: list[Attempt]) -> list[Attempt]:
    """The contacts of a party as one account sees them: a message that spoke for several is one contact.

    It stands as this account's own where it spoke for it, so that limits by debt count it too.
    """
    own = {row.within for row in rows if row.within and row.account == account}
    return [row for row in rows if (row.account == account if row.within else row.key not in own)]


def _begun(session: Session, asked: StepInput, key: str, at: datetime) -> bool:
    """Whether that step has begun by itself, or another message speaks for it already."""
    other = _speaking_for(session, asked, key, at)
    return session.get(Attempt, key) is not None or (other is not None and other.status in ("sending", *_LEFT))


def _speaking_for(session: Session, asked: StepInput, key: str, at: datetime) -> Attempt | None:
    today = select(Attempt).where(Attempt.party == asked.party, Attempt.local_day == debtor_day(at, asked.zone))
    of_others = today.where(Attempt.key != asked.act.key).order_by(col(Attempt.reserved).desc())
    speaking = [row for row in session.exec(of_others) if any(c["key"] == key for c in row.covers or ())]
    # One that left, or is about to, speaks for it, however many failed before or after.
    alive = [row for row in speaking if row.status in ("sending", *_LEFT)]
    return next(iter(alive or speaking), None)
