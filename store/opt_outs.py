"""Who does not want which channel any more: kept by party, over all accounts and portfolios of its client."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session, col, select

from channels.channel_table import ANSWERED
from models.event import Channel
from models.tables.accounts import OptedOut

BY_MESSAGE = frozenset({*ANSWERED, "provider"})
"""Where a stop was said that the same party may take back by a message; one told to a person a person lifts."""


class OptOut(NamedTuple):
    """A party stopped a channel, or took that back, at a moment."""

    party: str
    channel: Channel
    status: Literal["stopped", "lifted"]
    at: datetime
    source: str


def opt_out(session: Session, said: OptOut) -> bool:
    """Keep it; whether that changed anything. What was said before the last word changes nothing."""
    known = session.get(OptedOut, (said.party, said.channel))
    if known is None:
        if said.status == "lifted":
            return False
        session.add(OptedOut(party=said.party, channel=said.channel, since=said.at, source=said.source))
        return True
    if said.status == "lifted" and said.source in BY_MESSAGE and known.source not in BY_MESSAGE:
        return False
    if (known.lifted is None) == (said.status == "stopped") or said.at <= max(known.since, known.lifted or known.since):
        return False
    if said.status == "lifted":
        known.lifted = said.at
    else:
        known.since, known.source, known.lifted = said.at, said.source, None
    return True


def opted_out(session: Session, parties: Collection[str]) -> dict[str, tuple[Channel, ...]]:
    """The channels that these parties do not want."""
    stopped: dict[str, list[Channel]] = defaultdict(list)
    rows = select(OptedOut).where(col(OptedOut.party).in_(parties), col(OptedOut.lifted).is_(None))
    for row in session.exec(rows.order_by(OptedOut.party, OptedOut.channel)):
        stopped[row.party].append(Channel(row.channel))
    return {party: tuple(channels) for party, channels in stopped.items()}
