"""What is true of a person, over all accounts and portfolios of a client, whichever account it is told on?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, select

from models import events as e
from models.case import Case
from models.events import Heard
from models.tables.accounts import PersonFact
from models.tables.arrivals import Webhook
from policy.deciding.shared_facts import Shared, shared, unheard
from policy.law.days import debtor_day


def keep_shared(session: Session, case: Case, news: Iterable[Heard], now: datetime) -> None:
    """Keep what is the person's of what the case has taken in, and have their other running cases told of it."""
    for told in shared(case, news):
        known = session.get(PersonFact, (case.party, told.reason if isinstance(told, e.Protection) else told.of))
        changed = _begins(session, case, known, told) if isinstance(told, e.Protection) else _ends(known, told)
        if changed:
            content: dict[str, Any] = {"person": told.model_dump(mode="json"), "by_account": case.account}
            row = Webhook(key=told.event_id, source="case", party=case.party, status="received", at=told.at or now)
            row.content = content
            session.add(row)


def news_of_person(session: Session, case: Case, now: datetime) -> Iterator[Heard]:
    """What the case has not heard yet of its person: told on another account before this one began, or just now."""
    for row in _rows(session, case.party):
        ended = e.Release.model_validate(row.ended) if row.ended else None
        if told := unheard(case, e.Protection.model_validate(row.begun), ended, now):
            yield Heard(event=told, at=now)


def _rows(session: Session, party: str) -> list[PersonFact]:
    return list(session.exec(select(PersonFact).where(PersonFact.party == party).order_by(PersonFact.name)))


def _begins(session: Session, case: Case, known: PersonFact | None, told: e.Protection) -> bool:
    assert told.at
    since = debtor_day(told.at, case.zone)
    if known and not known.ended and _covers(known, told, since):
        return False
    row = known or PersonFact(party=case.party, name=told.reason, account="", since=since, begun={})
    row.account, row.since, row.until = case.account, since, told.until
    row.begun, row.ended = told.model_dump(mode="json"), None
    session.add(row)
    return True


def _covers(known: PersonFact, told: e.Protection, since: date) -> bool:
    """Whether what is known already protects as long as what is told now."""
    return known.since <= since and (known.until is None or (told.until is not None and told.until <= known.until))


def _ends(known: PersonFact | None, told: Shared) -> bool:
    if known is None or known.ended:
        return False
    known.ended = told.model_dump(mode="json")
    return True
