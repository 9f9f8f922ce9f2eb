"""What vendors told that fits no case: what there is of it, and what a person did with it."""

from typing import Any

from sqlmodel import Session, col, select

from models.event import Channel
from models.tables.accounts import Account
from models.tables.arrivals import Webhook
from store.database import Database
from store.opt_outs import OptOut, opt_out
from store.payment_placing import NotPlaced


def webhooks_kept(database: Database, status: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest first."""
    rows = select(Webhook).order_by(col(Webhook.id).desc()).limit(limit)
    if status:
        rows = rows.where(Webhook.status == status)
    with database.reading() as session:
        return [row.model_dump() for row in session.exec(rows)]


def close_webhook(database: Database, number: int, account: str | None, by: str) -> dict[str, Any]:
    """A person has dealt with it; or it is about an account, whose case is to hear of it. Raises NotPlaced."""
    with database.session() as session:
        webhook = session.get(Webhook, number)
        if webhook is None:
            raise NotPlaced(f"there is no webhook {number}: see `starter.py webhooks --unmatched`")
        if webhook.status != "unmatched":
            raise NotPlaced(f"webhook {number} is {webhook.status}: there is nothing to settle")
        if account is None:
            webhook.status, webhook.why = "settled", f"settled by {by}"
        else:
            _hand_over(session, webhook, session.get_one(Account, account), by)
        return webhook.model_dump()


def _hand_over(session: Session, webhook: Webhook, account: Account, by: str) -> None:
    if "body" not in webhook.content:
        raise NotPlaced(f"webhook {webhook.id} is no message of a debtor: settle it without --account")
    if account.outcome is not None:
        raise NotPlaced(f"the case of {account.reference} ended as {account.outcome}: settle it without --account")
    webhook.party, webhook.status, webhook.why = account.party, "received", f"handed over by {by}"
    webhook.content = webhook.content | {"people": [account.party], "account": account.id}
    if webhook.content.get("meaning") == "stopped":
        opt_out(session, OptOut(account.party, Channel(webhook.content["channel"]), "stopped", webhook.at, "sms"))
        webhook.content = webhook.content | {"opted": "stopped", "parties": [account.party]}
