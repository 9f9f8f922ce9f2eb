"""Was every contact lawful? Each entry of the log is asked again, by the editions of the law that held then."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from desk.actor import Actor
from desk.lookup import find_portfolio
from desk.refused import Refused
from models.contact import Facts, Party
from models.jurisdiction import Jurisdiction
from policy.deciding.law_facts import first_contact
from policy.law.may_contact import Allow, may_contact
from policy.parsing.pack_reading import PackFault, read_pack
from store.audit_rows import MadeContact, PartyLog, Period, contacts_made, law_text, parties_named, party_log
from store.contact_log import FACTS
from store.database import Database

Editions = Callable[[str, tuple[str, ...]], Jurisdiction | None]


def recheck(
    database: Database, party: str | None, portfolio: str | None, days: tuple[date | None, date | None], by: Actor
) -> list[dict[str, Any]]:
    """Every contact that was made, in order, with its verdict; `days`: debtors' days, both included.

    Raises Refused for a party or portfolio not known.
    """
    people = _people(database, party) if party else None
    of = find_portfolio(database, portfolio).id if portfolio else None
    law, log = cache(_editions(database)), cache(lambda whose: party_log(database, whose))
    return [_checked(made, log(made.party), law) for made in contacts_made(database, people, of, Period(*days))]


def refuse_unlawful(found: Sequence[dict[str, Any]], by: Actor) -> None:
    """Raises Refused unless every contact is proven to have been lawful."""
    wrong = [f["verdict"] for f in found if f["verdict"] != "lawful"]
    if wrong:
        unlawful, number = wrong.count("unlawful"), f"{len(found):,} contact{'' if len(found) == 1 else 's'}"
        raise Refused(f"of {number} {unlawful} not lawful, {len(wrong) - unlawful} that cannot be proven")


def _checked(made: MadeContact, log: PartyLog, law: Editions) -> dict[str, Any]:
    asked = made.law
    told: dict[str, Any] = {
        "key": made.key,
        "party": made.party,
        "account": made.reference,
        "portfolio": made.portfolio,
        "channel": made.contact.channel,
        "at": made.contact.at,
        "zone": asked["zones"][0] if asked else "UTC",
        "third_party": made.third_party,
        "inbound": made.contact.inbound,
        "outcome": made.outcome,
        "packs": asked.get("packs", []),
    }
    if made.contact.inbound:
        return told | {"verdict": "lawful", "rule": "the debtor began it", "rules": []}
    packs = law(asked["place"], tuple(asked["packs"])) if asked else None
    if packs is None:
        why = "an edition of the law is not kept" if asked else "what the law was asked is not kept"
        return told | {"verdict": "unproven", "rule": why, "rules": []}
    party = Party(made.party, tuple(asked["zones"]), asked["role"])
    facts = _facts(made, FACTS.validate_python(asked["facts"]), told["zone"], log)
    answer = may_contact(party, told["channel"], made.contact.at, log.before(made), facts, packs)
    if isinstance(answer, Allow):
        return told | {"verdict": "lawful", "rule": "", "rules": list(answer.rules)}
    return told | {"verdict": "unlawful", "rule": answer.rule, "rules": list(answer.rules)}


def _facts(made: MadeContact, asked: Facts, zone: str, log: PartyLog) -> Facts:
    """What the law was asked, by what is known today: where it was, whether the third party had been asked before,
    since when the debtor knew of the debt."""
    place = made.contact.place if made.place else asked.place
    first = [fact for fact in asked.known if fact.name == "contacted"]
    # What left within another account's message is known from then.
    if now := first_contact(made.account, log.told_the_debtor(made), zone):
        first.append(now)
    others = tuple(fact for fact in asked.known if fact.name != "contacted")
    asked = asked._replace(known=(*others, *sorted(first, key=lambda fact: fact.since or date.min)[:1]))
    if not made.third_party:
        return asked._replace(place=place)
    before = log.asked_before(made, made.third_party)
    known = tuple(fact for fact in asked.known if fact.name != "third_party_asked")
    return asked._replace(place=place, known=(*known, before) if before else known)


def _people(database: Database, word: str) -> Sequence[str]:
    found = parties_named(database, word)
    if not found:
        raise Refused(f"no party {word!r} was handed over")
    return found


def _editions(database: Database) -> Editions:
    """The law of a place by the editions of its packs, from the texts that were kept; None where one is not."""

    def law(place: str, versions: tuple[str, ...]) -> Jurisdiction | None:
        texts = [law_text(database, version) for version in versions]
        if None in texts:
            return None
        try:
            packs = tuple(read_pack(text or "", name).pack for text, name in zip(texts, versions, strict=True))
        except PackFault:  # The form of packs has changed since.
            return None
        return Jurisdiction(place, packs, versions)

    return law
