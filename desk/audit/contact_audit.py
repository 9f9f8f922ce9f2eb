"""Was every contact lawful? Each entry of the log is asked again, by the editions of the law that held then."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from channels.channel_table import BY_PERSON
from cli.output import count, local, say, show_table
from desk.lookup import find_portfolio
from desk.refused import Refused
from models.contact import Facts, Party
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account
from models.tables.accounts import Party as Person
from models.tables.trail import Attempt, LawText
from policy.deciding.law_facts import first_contact
from policy.law.may_contact import Allow, may_contact
from policy.parsing.pack_reading import PackFault, read_pack
from store.contact_log import FACTS, NOT_MADE, OUTSIDE, asked_before, entry

DID_NOT_LEAVE = ("sending", "withdrawn", "failed")
COLUMNS = ("when", "zone", "account", "channel", "outcome", "verdict", "rule")
Editions = Callable[[str, tuple[str, ...]], Jurisdiction | None]


class Period(NamedTuple):
    """Debtors' days, both included."""

    first: date | None
    last: date | None


def recheck(session: Session, party: str | None, portfolio: str | None, period: Period) -> list[dict[str, Any]]:
    """Every contact that was made, in order, with its verdict. Raises Refused for a party or portfolio not known."""
    wanted = select(Attempt, Account).join(Account, col(Account.id) == Attempt.account).where(*_contacts())
    if party:
        wanted = wanted.where(col(Attempt.party).in_(_people(session, party)))
    if portfolio:
        wanted = wanted.where(Account.portfolio == find_portfolio(session, portfolio).id)
    if period.first:
        wanted = wanted.where(Attempt.local_day >= period.first)
    if period.last:
        wanted = wanted.where(Attempt.local_day <= period.last)
    law, log = cache(_editions(session)), cache(lambda whose: _log(session, whose))
    rows = session.exec(wanted.order_by(col(Attempt.party), col(Attempt.reserved), col(Attempt.key))).all()
    return [_checked(row, account, log(row.party), law) for row, account in rows if _was_made(row)]


def show(found: Sequence[dict[str, Any]]) -> None:
    """The verdicts as a table."""
    rows = [
        [local(f["at"], f["zone"]), f["zone"], f["account"], f["channel"], f["outcome"], f["verdict"], f["rule"]]
        for f in found
    ]
    show_table("Contacts, asked again", COLUMNS, rows)
    say(count(len(found), "contact"))


def refuse_unlawful(found: Sequence[dict[str, Any]]) -> None:
    """Raises Refused unless every contact is proven to have been lawful."""
    wrong = [f["verdict"] for f in found if f["verdict"] != "lawful"]
    if wrong:
        unlawful = wrong.count("unlawful")
        raise Refused(
            f"of {count(len(found), 'contact')} {unlawful} not lawful, {len(wrong) - unlawful} that cannot be proven"
        )


def _contacts() -> Iterator[Any]:
    yield col(Attempt.demand) | (col(Attempt.step) == OUTSIDE)
    yield col(Attempt.status).not_in(DID_NOT_LEAVE)
    # What left within the message of another account is that contact, not a further one.
    yield col(Attempt.within).is_(None)
    yield col(Attempt.outcome).is_(None) | col(Attempt.outcome).not_in(NOT_MADE)


def _was_made(row: Attempt) -> bool:
    """Whether it came to a contact: a task that is still open has only its place in the log."""
    return row.channel not in BY_PERSON or row.made is not None


def _checked(row: Attempt, account: Account, log: Sequence[Attempt], law: Editions) -> dict[str, Any]:
    asked: dict[str, Any] = row.law or {}
    at = row.made or row.reserved
    told: dict[str, Any] = {
        "key": row.key,
        "party": row.party,
        "account": account.reference,
        "portfolio": account.portfolio,
        "channel": entry(row).channel,
        "at": at,
        "zone": asked["zones"][0] if asked else "UTC",
        "third_party": row.third_party,
        "inbound": row.inbound,
        "outcome": row.outcome or row.status,
        "packs": asked.get("packs", []),
    }
    if row.inbound:
        return told | {"verdict": "lawful", "rule": "the debtor began it", "rules": []}
    packs = law(asked["place"], tuple(asked["packs"])) if asked else None
    if packs is None:
        why = "an edition of the law is not kept" if asked else "what the law was asked is not kept"
        return told | {"verdict": "unproven", "rule": why, "rules": []}
    before = [entry(other) for other in log if (other.made or other.reserved, other.key) < (at, row.key)]
    party = Party(row.party, tuple(asked["zones"]), asked["role"])
    facts = _facts(row, FACTS.validate_python(asked["facts"]), told["zone"], log)
    answer = may_contact(party, told["channel"], at, before, facts, packs)
    if isinstance(answer, Allow):
        return told | {"verdict": "lawful", "rule": "", "rules": list(answer.rules)}
    return told | {"verdict": "unlawful", "rule": answer.rule, "rules": list(answer.rules)}


def _facts(row: Attempt, asked: Facts, zone: str, log: Sequence[Attempt]) -> Facts:
    """What the law was asked, by what is known today: where it was, whether the third party had been asked before,
    since when the debtor knew of the debt."""
    place = entry(row).place if row.place else asked.place
    # What bounced told nobody anything; what left within another account's message is known from then.
    told = [entry(o) for o in log if o.key != row.key and not o.third_party and o.status != "bounced"]
    first = [fact for fact in asked.known if fact.name == "contacted"]
    if now := first_contact(row.account, told, zone):
        first.append(now)
    others = tuple(fact for fact in asked.known if fact.name != "contacted")
    asked = asked._replace(known=(*others, *sorted(first, key=lambda fact: fact.since or date.min)[:1]))
    if not row.third_party:
        return asked._replace(place=place)
    before = asked_before((other for other in log if other.key != row.key), row.third_party, row.made or row.reserved)
    known = tuple(fact for fact in asked.known if fact.name != "third_party_asked")
    return asked._replace(place=place, known=(*known, before) if before else known)


def _people(session: Session, word: str) -> Sequence[str]:
    found = session.exec(select(Person.id).where((Person.id == word) | (Person.reference == word))).all()
    if not found:
        raise Refused(f"no party {word!r} was handed over")
    return found


def _log(session: Session, party: str) -> Sequence[Attempt]:
    return session.exec(select(Attempt).where(Attempt.party == party, *_contacts())).all()


def _editions(session: Session) -> Editions:
    """The law of a place by the editions of its packs, from the texts that were kept; None where one is not."""

    def law(place: str, versions: tuple[str, ...]) -> Jurisdiction | None:
        texts = [session.get(LawText, version) for version in versions]
        try:
            packs = tuple(read_pack(text.text, text.version).pack for text in texts if text is not None)
        except PackFault:  # The form of packs has changed since.
            return None
        return Jurisdiction(place, packs, versions) if len(packs) == len(versions) else None

    return law
