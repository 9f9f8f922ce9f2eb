"""What did vendors tell that fits no case, and how does a person say whose it is, or that it is dealt with?"""

from typing import Any

import typer
from sqlmodel import Session, col, select

from cli.output import count, local, say, show_json, show_table
from desk.connections import database
from desk.lookup import find_account
from desk.refused import Refused
from models.event import Channel
from models.tables.arrivals import Webhook
from store.database import Database
from store.opt_outs import OptOut, opt_out

COLUMNS = ("number", "when (UTC)", "from", "what", "state", "why")


def webhooks(
    unmatched: bool, settle: int | None, account: str | None, by: str | None, limit: int, as_json: bool
) -> None:
    """What vendors told over the web, newest first, and what nobody could place."""
    with database() as opened:
        if settle is not None and by is not None:
            show_settled(settle_webhook(opened, settle, by, account), as_json)
            return
        with opened.reading() as session:
            found = kept(session, "unmatched" if unmatched else None, limit)
    if as_json:
        show_json(found)
    else:
        show_webhooks(found)


def show_settled(webhook: dict[str, Any], as_json: bool) -> None:
    """What became of one."""
    if as_json:
        show_json(webhook)
    else:
        typer.echo(f"webhook {webhook['id']}: {webhook['why']}")


def kept(session: Session, status: str | None, limit: int) -> list[dict[str, Any]]:
    """The newest first."""
    rows = select(Webhook).order_by(col(Webhook.id).desc()).limit(limit)
    if status:
        rows = rows.where(Webhook.status == status)
    return [row.model_dump() for row in session.exec(rows)]


def show_webhooks(found: list[dict[str, Any]]) -> None:
    """As a table for a person."""
    rows = [[w["id"], local(w["at"]), w["source"], _what(w["content"]), w["status"], w["why"]] for w in found]
    show_table("Webhooks", COLUMNS, rows, right=("number",))
    say(f"{count(len(found), 'webhook')}; settle one with --settle NUMBER --by NAME, or --account ACCOUNT with it")


def _what(content: dict[str, Any]) -> str:
    said = content.get("body") or content.get("opted") or content.get("status") or content.get("reference")
    parts = (content.get("address"), str(said or ""), content.get("cause"))
    return " ".join(part for part in parts if part)


def settle_webhook(opened: Database, number: int, by: str, account: str | None) -> dict[str, Any]:
    """Close what a person dealt with. With an account: what was written or stopped is told to its case."""
    with opened.session() as session:
        webhook = session.get(Webhook, number)
        if webhook is None:
            raise Refused(f"there is no webhook {number}: see `starter.py webhooks --unmatched`")
        if webhook.status != "unmatched":
            raise Refused(f"webhook {number} is {webhook.status}: there is nothing to settle")
        if account is None:
            webhook.status, webhook.why = "settled", f"settled by {by}"
        else:
            _hand(session, webhook, account, by)
        return webhook.model_dump()


def _hand(session: Session, webhook: Webhook, word: str, by: str) -> None:
    if "body" not in webhook.content:
        raise Refused(f"webhook {webhook.id} is no message of a debtor: settle it without --account")
    found = find_account(session, word)
    if found.outcome is not None:
        raise Refused(f"the case of {found.reference} ended as {found.outcome}: settle it without --account")
    webhook.party, webhook.status, webhook.why = found.party, "received", f"handed over by {by}"
    webhook.content = webhook.content | {"people": [found.party], "account": found.id}
    if webhook.content.get("meaning") == "stopped":
        opt_out(session, OptOut(found.party, Channel(webhook.content["channel"]), "stopped", webhook.at, "sms"))
        webhook.content = webhook.content | {"opted": "stopped", "parties": [found.party]}
