"""What did nobody say that the law wants named: which fields, for how many accounts, and what will not go for it?"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from channels.channel_table import CHANNELS
from intake.pack_files import places
from intake.portfolio_file import AccountRow
from models.addressee import Creditor
from models.contact import Facts
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Portfolio
from policy.law.required_content import Demand, demands
from policy.parsing.pack_reading import law_at
from policy.steps.step_outcomes import TRANSFER
from store.addressees import writer
from store.database import Session
from store.handover import SENDER, portfolio_if_any
from store.portfolio_rows import POSTCODE, Owed, owed_in
from writing.text_facts import people
from writing.text_files import FORMS_OF, PARTICULARS

Ways = list[tuple[str, str]]
"""Channels and texts."""
FEW = 3


class Gap(NamedTuple):
    """A field that is not known, the rule that wants it, and the channels on which it keeps messages from going."""

    country: str
    rule: str
    field: str
    channels: tuple[str, ...]
    texts: tuple[str, ...]
    """Where only few texts are meant."""
    accounts: int


def gaps_of_file(rows: Iterable[AccountRow], portfolio: Portfolio, before: Portfolio | None) -> list[dict[str, Any]]:
    """What a file and its options leave unsaid; `before`: the portfolio as it was handed over earlier."""
    owed: dict[Owed, int] = {}
    for row in rows:
        creditor = Creditor(row.creditor, row.creditor_address, row.creditor_number)
        key = row.country, row.region, (row.postal_code or "")[:POSTCODE], creditor
        owed[key] = owed.get(key, 0) + 1
    if before is None:
        return _told(owed, portfolio)
    said = {name: value for name in SENDER if (value := getattr(portfolio, name)) is not None}
    return _told(owed, Portfolio(**before.model_dump() | said))


def gaps_kept(session: Session, portfolio: str) -> list[dict[str, Any]]:
    """What is not known of a portfolio's open accounts."""
    found = portfolio_if_any(session, portfolio)
    assert found
    return _told(owed_in(session, portfolio), found)


def _told(owed: Mapping[Owed, int], portfolio: Portfolio) -> list[dict[str, Any]]:
    packs = places()
    found: dict[tuple[str, Demand], int] = {}
    ways: dict[tuple[str, Demand], Ways] = {}
    wanted: dict[str, dict[Demand, Ways]] = {}
    for (country, region, postcode, creditor), accounts in owed.items():
        law, known = law_at(packs, country, region, postcode), people(writer(portfolio), creditor)
        if law.place not in wanted:
            wanted[law.place] = _wanted(law, portfolio)
        for demand in wanted[law.place]:
            # What comes from the case, a sum or a product, is not looked for here.
            if any(name in known and known[name] is None for name in PARTICULARS[demand.field]):
                found[country, demand] = found.get((country, demand), 0) + accounts
                ways[country, demand] = wanted[law.place][demand]
    gaps = [Gap(c, d.rule, d.field, *_named(ways[c, d]), n) for (c, d), n in sorted(found.items())]
    return [gap._asdict() for gap in gaps]


def _named(ways: Ways) -> tuple[tuple[str, ...], tuple[str, ...]]:
    channels, texts = (tuple(dict.fromkeys(names)) for names in zip(*ways, strict=True))
    return channels, texts if len(texts) <= FEW else ()


def _wanted(packs: Jurisdiction, portfolio: Portfolio) -> dict[Demand, Ways]:
    """Everything that is demanded of any text in the place, with its channels and texts."""
    facts, today = Facts(actor=portfolio.actor), datetime.now(UTC).date()
    found: dict[Demand, Ways] = {}
    # Only a debt that was sold has a notice of its transfer, and no file says that it was.
    texts = {text: forms for text, forms in FORMS_OF.items() if text != TRANSFER}
    for text, forms in texts.items():
        for spec in (spec for spec in CHANNELS.values() if spec.written and spec.written.texts in forms):
            for demand in demands(packs, text, spec.law, facts, today):
                found.setdefault(demand, []).append((spec.name.value, text))
    return found
