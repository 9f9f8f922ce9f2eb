"""Which cases does a webhook concern, and which webhooks were not told to theirs?"""

from collections.abc import Sequence

from sqlmodel import Session, col, select, update

from models.tables.accounts import Account
from models.tables.arrivals import Webhook
from models.tables.trail import Attempt


def untold_webhooks(session: Session, after: int, limit: int) -> Sequence[Webhook]:
    """The next that were kept and not told."""
    rows = select(Webhook).where(Webhook.status == "received", col(Webhook.id) > after)
    return session.exec(rows.order_by(col(Webhook.id)).limit(limit)).all()


def mark_webhooks(session: Session, told: Sequence[int], unmatched: Sequence[int], why: str) -> None:
    """What their cases heard, and what only a person can place, with the reason."""
    session.execute(update(Webhook).where(col(Webhook.id).in_(told)).values(status="told"))
    mine = update(Webhook).where(col(Webhook.id).in_(unmatched))
    session.execute(mine.values(status="unmatched", why=why))


def accounts_of(session: Session, parties: Sequence[str | None]) -> Sequence[Account]:
    """The accounts of these people whose cases run."""
    mine = select(Account).where(col(Account.party).in_(parties), col(Account.outcome).is_(None))
    return session.exec(mine.where(col(Account.started).is_not(None)).order_by(Account.portfolio, Account.id)).all()


def not_ended(session: Session, accounts: Sequence[str]) -> Sequence[Account]:
    """Those of the accounts whose cases did not end."""
    return session.exec(select(Account).where(col(Account.id).in_(accounts), col(Account.outcome).is_(None))).all()


def fresh_account(session: Session, account: str) -> Account:
    """The account as it stands now."""
    return session.get_one(Account, account)


def message(session: Session, key: str) -> Attempt:
    """A message that left, or was to leave."""
    return session.get_one(Attempt, key)


def spoken_for(session: Session, key: str) -> Sequence[Attempt]:
    """The messages of other accounts that one message spoke for."""
    return session.exec(select(Attempt).where(Attempt.within == key)).all()


def last_written_to(session: Session, accounts: Sequence[str], channel: str) -> str | None:
    """The account of these that a message left for last on the channel."""
    sent = select(Attempt.account).where(col(Attempt.account).in_(accounts), Attempt.channel == channel)
    return session.exec(sent.order_by(col(Attempt.reserved).desc()).limit(1)).first()
