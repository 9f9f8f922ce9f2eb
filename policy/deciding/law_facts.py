"""What a case knows of its debtor and its debt, as the facts that the law of contact asks for."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from channels.channel_table import CHANNELS
from models.case import Case
from models.contact import FACT_NAMES, Contact, Fact, Level
from models.jurisdiction import Jurisdiction
from policy.case.holds import over
from policy.charging.barring import ends_contact
from policy.deciding.court import barred_after
from policy.law.days import debtor_day
from policy.money.position import position

NOTHING_TOLD: tuple[Level, ...] = ("unconnected", "attempt")
"""A contact that came no further told the debtor nothing; a message on a machine did (strict)."""
OF_THE_DEBT = frozenset(
    {
        "dispute",
        "prescribed",
        "barred_refused",
        "call_consent",
        "overdue",
        "contacted",
        "transferred",
        "transfer_notice",
        "validation_notice",
        "fourteen_day_letter",
        "persi_entry_letter",
        "persi_proposal",
        "persi_answer",
        "guarantor_informed",
        "closing_notice",
        "first_contact",
    }
)
"""Facts that hold for the account they were told to; all others are the person's, over all accounts.

A notice of a transfer lifts a ban for its debt alone, but the term that it begins protects the person (LW8).
"""


def circumstances(case: Case, at: datetime, law: Jurisdiction) -> tuple[Fact, ...]:
    """The facts that hold or are still to come, in order: by name and day.

    Whether a debt is prescribed, where nobody may ask for it then, is computed by the law of its place.
    """
    found = {*_held(case, at)}
    if case.opt_outs:
        found.add(Fact("opt_out", channels=tuple(sorted(CHANNELS[channel].law for channel in case.opt_outs))))
    found |= {Fact(k.name, k.since, k.until, tuple(sorted(k.channels))) for k in case.known}
    found |= {*_prescribed(case, at, law)}
    return tuple(sorted(found, key=lambda fact: (fact.name, fact.since or date.min, fact.channels)))


def first_contact(account: str, log: Iterable[Contact], zone: str) -> Fact | None:
    """Since when the debtor knows of this debt from us: the first contact about it that told them something."""
    told = [contact.at for contact in log if contact.account == account and contact.level not in NOTHING_TOLD]
    return Fact("contacted", debtor_day(min(told), zone)) if told else None


def _prescribed(case: Case, at: datetime, law: Jurisdiction) -> Iterator[Fact]:
    """Where nobody asks for a barred debt any more: from the day on which the oldest open part may be barred."""
    if law.charges is None or not ends_contact(law.charges):
        return  # The ledger is not swept for an answer that is known.
    barred = barred_after(case, position(case, debtor_day(at, case.zone)), law)
    if barred and barred.effect == "stop_contact":
        yield Fact("prescribed", barred.last_day + timedelta(days=1))


def personal(fact: Fact) -> bool:
    """Whether a fact is the person's: then it holds on every account of theirs."""
    return fact.name not in OF_THE_DEBT


def _held(case: Case, at: datetime) -> Iterator[Fact]:
    for hold in case.holds:
        end = over(hold)
        # A dispute about a part lets the rest be asked for: what is disputed is left out of it.
        if hold.reason not in FACT_NAMES or hold.disputed or (end is not None and end <= at):
            continue
        last = debtor_day(end - timedelta(microseconds=1), case.zone) if end else None
        yield Fact(hold.reason, debtor_day(hold.since, case.zone), last)
