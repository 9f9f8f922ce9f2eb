"""The contact log of a party, over all its accounts and portfolios, and what the law is asked about it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException
from phonenumbers.timezone import time_zones_for_geographical_number
from pydantic import TypeAdapter
from sqlmodel import Session, col, delete, func, select

from channels.channel_table import BY_PERSON, CHANNELS
from channels.step_kind_table import STEP_KINDS
from models import events as e
from models.case import Case
from models.contact import Contact, Fact, Facts, Party, Place
from models.decisions import StepInput
from models.events import Channel, Heard
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account, OptedOut, PartyFact, PersonFact, Portfolio
from models.tables.accounts import Party as Person
from models.tables.trail import Attempt, LawText
from policy.deciding.law_facts import NOTHING_TOLD, circumstances, personal
from policy.law.counts import LOG_DAYS
from policy.law.days import zone_known
from policy.law.may_contact import Allow, Answer, debtor_day, may_contact
from policy.parsing.pack_reading import law_at
from policy.steps.step_outcomes import asks
from store.bundles import counted_once
from store.database import Database

NO_CONTACT = ("failed", "bounced", "withdrawn")
"""What did not leave."""
NOT_MADE = ("withdrawn", "overdue")
"""Outcomes of a task that nobody did: no contact came of it."""
OUTSIDE = "contact"
"""The step of a contact that no step asked for: an agent told of it, or the debtor began it."""
FACTS: TypeAdapter[Facts] = TypeAdapter(Facts)


class Wanted(NamedTuple):
    """A contact that is to be made. `key`: its own entry of the log, which does not count against it."""

    account: str
    party: str
    zone: str
    channel: str
    demand: bool = True
    overdue_since: date | None = None
    key: str = ""
    place: Place = "home"
    third_party: str = ""
    """Somebody else than the debtor."""
    location: bool = False
    """A third party is only asked where the debtor can be found."""


class Question(NamedTuple):
    """What the law is asked."""

    party: Party
    channel: str
    at: datetime
    log: list[Contact]
    facts: Facts

    def answer(self, packs: Jurisdiction) -> Answer:
        """The law's answer."""
        return may_contact(self.party, self.channel, self.at, self.log, self.facts, packs)

    def kept(self, packs: Jurisdiction, answer: Answer) -> dict[str, Any]:
        """As it is kept with the attempt, so that the past can be asked again: no personal data."""
        return {
            "place": packs.place,
            "packs": list(packs.versions),
            "zones": list(self.party.zones),
            "role": self.party.role,
            "facts": FACTS.dump_python(self.facts, mode="json"),
            "duties": [list(duty) for duty in answer.duties] if isinstance(answer, Allow) else [],
        }


def wanted(asked: StepInput) -> Wanted:
    """The contact that a step is."""
    channel = asked.act.channel or STEP_KINDS[asked.act.do].channel
    assert channel, "a step that reaches a person has a channel"
    return Wanted(asked.account, asked.party, asked.zone, channel, asks(asked.act), asked.oldest_due, asked.act.key)


def question(session: Session, contact: Wanted, at: datetime) -> Question:
    """What the law is to be asked about a contact: everything that the database knows of the party and the debt."""
    account, person = session.get_one(Account, contact.account), session.get_one(Person, contact.party)
    portfolio = session.get_one(Portfolio, account.portfolio)
    facts = Facts(
        account=contact.account,
        actor=portfolio.actor,
        demand=contact.demand,
        place=contact.place,
        contract_on=account.contract_date,
        known=(*_known(session, contact), *_of_others(session, contact, at)),
    )
    party = Party(contact.party, zones(person, contact.zone), "third_party" if contact.third_party else "debtor")
    return Question(party, CHANNELS[Channel(contact.channel)].law, at, log(session, contact, at), facts)


def law_of(packs: Mapping[str, Jurisdiction], person: Person) -> Jurisdiction:
    """What binds where a person lives, by what is known of them now."""
    return law_at(packs, person.country, person.region, person.postal_code)


def opted_out(session: Session, party: str, channel: str | None) -> bool:
    """Whether the party said stop on the channel, wherever it was said."""
    stop = session.get(OptedOut, (party, channel)) if channel else None
    return stop is not None and stop.lifted is None


def zones(person: Person, zone: str) -> tuple[str, ...]:
    """Every zone the party may be in: that of the case, of the address, and of the number where its area has one."""
    found = [zone, person.zone, *_zones_of_number(person.phone)]
    return tuple(dict.fromkeys(found))


def log(session: Session, contact: Wanted, at: datetime) -> list[Contact]:
    """The party's contacts as far back as any rule looks, over all accounts and portfolios; papers are none."""
    begin = debtor_day(at, contact.zone) - timedelta(days=LOG_DAYS)
    rows = select(Attempt).where(Attempt.party == contact.party, Attempt.local_day >= begin, Attempt.key != contact.key)
    return [entry(row) for row in counted_once(contact.account, list(session.exec(_made(rows))))]


def _made(rows: Any) -> Any:
    """Of a query of attempts those that were contacts, or are about to be."""
    return rows.where(
        col(Attempt.demand) | (col(Attempt.step) == OUTSIDE),
        col(Attempt.status).not_in(NO_CONTACT),
        col(Attempt.outcome).is_(None) | col(Attempt.outcome).not_in(NOT_MADE),
    )


def entry(row: Attempt) -> Contact:
    """An attempt as the law counts it: when it was made, or until that is known when it was reserved."""
    spec = CHANNELS[Channel(row.channel)]
    level = spec.level(row.outcome)
    if row.third_party and level == "conversation":
        level = "connected"  # With somebody else: the debtor was not spoken to.
    place: Any = row.place or "home"
    made = row.made or row.reserved
    return Contact(row.account, row.party, spec.law, made, level, row.demand, row.inbound, place=place)


def place_of(told: Place | None, third_party: str | None) -> Place:
    """Where a contact is, if nobody says: the debtor is at home, an employer at work, anybody else elsewhere."""
    if told or not third_party:
        return told or "home"
    return "work" if third_party.startswith("employer") else "other"


def asked_before(rows: Iterable[Attempt], third_party: str, at: datetime) -> Fact | None:
    """That a third party was spoken to about the debtor before, on whatever account, if they were."""
    spoken = [
        row.local_day
        for row in rows
        if row.third_party == third_party
        and not row.inbound
        and (row.made or row.reserved) < at
        and entry(row).level not in ("unconnected", "attempt")
    ]
    return Fact("third_party_asked", min(spoken)) if spoken else None


def keep_law(database: Database, texts: Mapping[str, str]) -> None:
    """The texts of all editions by version: those that are not known yet are kept, so that the past can be asked."""
    with database.session() as session:
        database.lock(session, "law texts")
        known = set(session.exec(select(LawText.version).where(col(LawText.version).in_(texts))))
        now = datetime.now(UTC)
        session.add_all(LawText(version=v, text=text, added=now) for v, text in texts.items() if v not in known)


def keep_facts(session: Session, case: Case, now: datetime, law: Jurisdiction) -> None:
    """The facts that a case knows stand in the database too: the party's other accounts ask for them."""
    rows = session.exec(select(PartyFact).where(PartyFact.account == case.account)).all()
    found = circumstances(case, now, law)
    if [_fact(row) for row in sorted(rows, key=lambda row: row.number)] == list(found):
        return
    session.exec(delete(PartyFact).where(col(PartyFact.account) == case.account))
    for number, fact in enumerate(found, 1):
        row = PartyFact(account=case.account, number=number, party=case.party, name=fact.name, personal=personal(fact))
        row.since, row.until, row.channels = fact.since, fact.until, list(fact.channels)
        session.add(row)


def keep_outside(session: Session, case: Case, news: tuple[Heard, ...], packs: Jurisdiction) -> None:
    """Contacts that no step asked for enter the log: a call of an agent, a visit, the debtor on the phone."""
    told = {r.key: r for r in case.records if r.step == OUTSIDE}
    for heard in news:
        event = heard.event
        record = told.get(event.event_id)
        key = f"{case.account}:{OUTSIDE}:{event.event_id}"
        if not isinstance(event, e.ContactOutcome | e.VisitOutcome) or record is None:
            continue
        if session.get(Attempt, key) is not None:
            continue
        made = record.at.astimezone(UTC)
        contact, inbound = _outside(case, event, key, record.channel)
        asked = question(session, contact, made)
        session.add(
            Attempt(
                key=key,
                account=case.account,
                party=case.party,
                step=OUTSIDE,
                attempt=1,
                channel=contact.channel,
                local_day=debtor_day(made, case.zone),
                demand=contact.demand,
                inbound=inbound,
                place=contact.place,
                third_party=contact.third_party or None,
                status="done",
                outcome=event.outcome,
                reserved=made,
                made=made,
                finished=heard.at,
                law=asked.kept(packs, asked.answer(packs)),
            )
        )


def _outside(
    case: Case, event: e.ContactOutcome | e.VisitOutcome, key: str, channel: Channel | None
) -> tuple[Wanted, bool]:
    """A contact that no step asked for, and whether we were contacted: what a debtor writes, they wrote to us."""
    if isinstance(event, e.VisitOutcome):
        return Wanted(case.account, case.party, case.zone, Channel.visit, key=key), False
    way = channel or event.channel or Channel.call
    third = event.third_party or ""
    inbound = event.inbound or (not third and way not in BY_PERSON)
    place, location = place_of(event.place, third), event.purpose == "location"
    demand = not inbound and not location
    wants = Wanted(case.account, case.party, case.zone, way, demand, None, key, place, third, location)
    return wants, inbound


def _of_others(session: Session, contact: Wanted, at: datetime) -> Iterator[Fact]:
    """What is known of a third party: that they are only asked where the debtor is, that they were asked before."""
    if contact.location:
        yield Fact("location_only")
    if contact.third_party:
        others = select(Attempt).where(Attempt.party == contact.party, Attempt.third_party == contact.third_party)
        before = asked_before(session.exec(others.where(Attempt.key != contact.key)), contact.third_party, at)
        if before:
            yield before


def _known(session: Session, contact: Wanted) -> Iterator[Fact]:
    own = (col(PartyFact.account) == contact.account) | col(PartyFact.personal)
    rows = session.exec(select(PartyFact).where(PartyFact.party == contact.party, own)).all()
    person = session.exec(select(PersonFact).where(PersonFact.party == contact.party).order_by(PersonFact.name)).all()
    # What is kept of the person is over where it ended, whatever the case of an account still says.
    kept = {row.name for row in person}
    found = [_fact(row) for row in sorted(rows, key=lambda row: (row.account, row.number)) if row.name not in kept]
    yield from dict.fromkeys([*found, *(Fact(row.name, row.since, row.until) for row in person if not row.ended)])
    stops = select(OptedOut).where(OptedOut.party == contact.party, col(OptedOut.lifted).is_(None))
    for stop in session.exec(stops.order_by(OptedOut.channel)):
        yield Fact("opt_out", debtor_day(stop.since, contact.zone), channels=(CHANNELS[Channel(stop.channel)].law,))
    if first := _first_contact(session, contact):
        yield Fact("contacted", first)
    if contact.overdue_since:
        yield Fact("overdue", contact.overdue_since)


def _first_contact(session: Session, contact: Wanted) -> date | None:
    """The day of the first contact about this debt that told the debtor something, however long ago it was."""
    nothing_told = {o for spec in CHANNELS.values() for o, level in spec.levels.items() if level in NOTHING_TOLD}
    mine = select(func.min(Attempt.local_day)).where(Attempt.account == contact.account, Attempt.key != contact.key)
    # Of others only the debtor's whereabouts are asked: that tells the debtor nothing.
    own = _made(mine).where(col(Attempt.third_party).is_(None))
    told = own.where(col(Attempt.outcome).is_(None) | col(Attempt.outcome).not_in(nothing_told))
    first: date | None = session.exec(told).one()
    return first


def _fact(row: PartyFact) -> Fact:
    return Fact(row.name, row.since, row.until, tuple(row.channels))


def _zones_of_number(phone: str | None) -> list[str]:
    """Where a number with an area code is at home. A mobile or free number without one says nothing."""
    if not phone:
        return []
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return []
    if not phonenumbers.is_number_geographical(number):
        return []
    return [zone for zone in time_zones_for_geographical_number(number) if zone_known(zone)]
