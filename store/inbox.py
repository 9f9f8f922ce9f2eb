"""What has come in by our own doors that its case may not know yet: money, a stop, a word of the debtor."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from models.decisions import StepInput
from models.events import Result, StepDeferred, StepRefused
from models.tables.accounts import OptedOut
from models.tables.arrivals import BankPayment, FeedUpdate, Webhook
from models.tables.trail import Attempt
from policy.steps.step_outcomes import base

_LET_IT_BE_TOLD = timedelta(minutes=15)
"""Time for the case to be told; it decides anew as soon as it was."""
_OF_A_MESSAGE = ("twilio_status", "sendgrid")


def overtaken(session: Session, asked: StepInput, at: datetime) -> Result | None:
    """Why what was decided at `asked.now` must not leave now: the case then decides anew. None to go ahead."""
    channel = asked.act.channel
    gone = session.get(OptedOut, (asked.party, channel)) if channel else None
    if gone is not None and gone.lifted is None:
        refused = base(asked.act, f"step_refused:{channel}")
        return StepRefused(**refused, channel=channel, rule="HOUSE-3: the party opted out", lost="opt_out")
    news = _news(session, asked)
    if news is None:
        return None
    return StepDeferred(**base(asked.act, "step_deferred"), until=at + _LET_IT_BE_TOLD, rule=f"HOUSE-3: {news}")


def _news(session: Session, asked: StepInput) -> str | None:
    money = select(BankPayment.id).where(
        BankPayment.account == asked.account,
        (col(BankPayment.status) == "received") | (col(BankPayment.at) >= asked.now),
    )
    if session.exec(money.limit(1)).first():
        return "news of money came before it left"
    feed = select(FeedUpdate.number).where(FeedUpdate.account == asked.account, col(FeedUpdate.told).is_(False))
    if session.exec(feed.limit(1)).first():
        return "the lender's feed came before it left"
    mine = select(Attempt.key).where(Attempt.party == asked.party, Attempt.key != asked.act.key)
    said = select(Webhook.id).where(
        Webhook.status == "received",
        # A stop told to another case stands in the table of stops already.
        col(Webhook.source).not_in(("twilio_status", "case")),
        (col(Webhook.party) == asked.party) | col(Webhook.attempt).in_(mine),
    )
    return "word of the debtor came before it left" if session.exec(said.limit(1)).first() else None


def reported(session: Session, attempt: Attempt) -> bool:
    """Whether the vendor told us of the message under its own name: then it took it."""
    if attempt.provider_id or attempt.provider_status:
        return True
    told = select(Webhook.id).where(Webhook.attempt == attempt.key, col(Webhook.source).in_(_OF_A_MESSAGE))
    return session.exec(told.limit(1)).first() is not None
