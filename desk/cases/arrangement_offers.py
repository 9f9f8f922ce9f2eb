"""What may be offered to a debtor today, with the schedules and the reasons, and how is it recorded as an offer?"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from cli.output import amount, say, show_json, show_table
from desk.engine_calls import answered, engine
from desk.portfolios.ops_orders import new_id
from desk.refused import Refused
from intake.fact_fields import money
from models.agreement_terms import Arrangement, Schedule
from models.case import Case, Offer
from models.decisions import CaseView
from models.events import OfferMade
from models.strategy import Strategy
from models.tables.accounts import Account, StrategyText
from policy.agreeing.arrangements import Proposal, Sight, Wish, offer_of, proposals
from policy.law.may_contact import debtor_day
from policy.money.position import position
from policy.parsing.pack_reading import read_strategy
from policy.phrases import day_text
from store.database import Database
from workflows.engine_names import recovery_id

BROKEN = {
    "rest": "what was due all along is due",
    "all_at_once": "everything is due at once",
    "old_terms": "the contract is as it was before",
    "full_debt": "the discount is lost",
}


async def live_case(account: Account) -> Case:
    """The case as it runs now. Refused where it has ended or does not run."""
    if account.outcome is not None:
        raise Refused(f"the case of {account.reference} ended as {account.outcome}")
    client, _ = await engine()
    handle = client.get_workflow_handle(recovery_id(account.portfolio, account.id))
    view: CaseView = await answered(handle.query("case", result_type=CaseView))
    return view.case


def strategy_of(session: Session, case: Case) -> Strategy:
    """The strategy version that the case is pinned to."""
    return read_strategy(session.get_one(StrategyText, case.strategy).text, case.strategy)


def wished(left: str | None, months: int | None, percent: float | None, currency: str) -> Wish:
    """What was written on the command line; amounts in whole units, nothing left is written as 0."""
    try:
        money_left = None if left is None else 0 if left.strip() == "0" else money(left, currency)
    except ValueError as fault:
        raise Refused(f"left: {fault}") from None
    return Wish(money_left, months, None if percent is None else Decimal(f"{percent:g}"))


def sight(database: Database, case: Case, wish: Wish) -> Sight:
    """The case on the debtor's day of now."""
    today = debtor_day(datetime.now(UTC), case.zone)
    with database.reading() as session:
        return Sight(case, strategy_of(session, case), position(case, today), today, wish)


def chosen(found: list[Proposal], what: Arrangement, schedule: Schedule | None, by: str | None) -> OfferMade:
    """The proposal that is meant, as a fact. Refused with the reasons where it cannot be offered, or is not clear."""
    mine = [p for p in found if p.what == what and schedule in (None, p.schedule)]
    possible = [p for p in mine if p.possible]
    if not possible:
        reasons = "; ".join(reason for p in mine for reason in p.reasons)
        raise Refused(f"no {what} can be offered today: {reasons or f'there is none by {schedule}'}")
    if len(possible) > 1:
        raise Refused(f"say which --schedule: {', '.join(p.schedule or '' for p in possible)}")
    if possible[0].needs and by is None:
        raise Refused("somebody else must approve it: say who makes it with --by")
    return offer_of(possible[0], new_id("offer"), by)


def find_offer(case: Case, word: str | None, states: tuple[str, ...]) -> str:
    """The id of an offer by its id, the end of it, its step or its kind; without a word the only one that waits."""
    waiting = [o for o in case.offers if o.state in states]
    meant = [o for o in case.offers if o.id == word] or [o for o in waiting if word is None or _is(o, word)]
    if len(meant) == 1:
        return meant[0].id
    known = ", ".join(f"{o.id} ({o.what})" for o in meant or waiting) or "none"
    raise Refused(f"{'several offers are meant' if meant else 'no such offer waits'}; there are: {known}")


def _is(offer: Offer, word: str) -> bool:
    return offer.what == word or offer.id.endswith(word) or f":{word}:" in (offer.step or "")


def told(view: Sight, found: list[Proposal]) -> dict[str, Any]:
    """The answer as data: minor units."""
    case = view.case
    return {
        "today": view.today,
        "currency": case.currency,
        "outstanding": view.position.outstanding,
        "overdue": view.position.overdue,
        "days_past_due": view.position.days_past_due,
        "left_a_month": view.left,
        "offers": [o.model_dump(include={"id", "what", "until", "state"}) for o in case.offers],
        "possible": [_told(p) for p in found if p.possible],
        "not_possible": [
            {"what": p.what, "schedule": p.schedule, "reasons": p.reasons} for p in found if not p.possible
        ],
    }


def _told(proposal: Proposal) -> dict[str, Any]:
    names = ("what", "schedule", "reasons", "waived", "if_broken", "until", "needs")
    total = sum(row.amount for row in proposal.instalments)
    instalments = [row._asdict() for row in proposal.instalments]
    return {name: getattr(proposal, name) for name in names} | {"total": total, "instalments": instalments}


def show(view: Sight, found: list[Proposal], as_json: bool) -> None:
    """What may be offered, what not, and why; each schedule before anything is agreed."""
    if as_json:
        show_json(told(view, found))
        return
    currency = view.case.currency
    rows = [[_name(p), "yes" if p.possible else "no", _sum(p, currency), "; ".join(p.reasons)] for p in found]
    show_table("What may be offered today", ("what", "possible", "comes to", "why"), rows)
    for proposal in found:
        if len(proposal.instalments) > 1:
            _show_schedule(proposal, currency)
    for offer in view.case.offers:
        if offer.state in ("made", "to_approve"):
            say(f"open: {offer.id} ({offer.what}), {offer.state.replace('_', ' ')}, until {day_text(offer.until)}")


def _show_schedule(proposal: Proposal, currency: str) -> None:
    rows = [
        [n, day_text(row.due), amount(row.amount, currency), amount(row.interest, currency)]
        for n, row in enumerate(proposal.instalments, 1)
    ]
    total, interest = (sum(getattr(row, name) for row in proposal.instalments) for name in ("amount", "interest"))
    rows.append(["", "in all", amount(total, currency), amount(interest, currency)])
    names = ("no.", "due", "amount", "interest in it")
    show_table(f"{_name(proposal)}; if broken: {BROKEN[proposal.if_broken]}", names, rows, right=names[2:])


def _name(proposal: Proposal) -> str:
    return f"{proposal.what}, {proposal.schedule.replace('_', ' ')}" if proposal.schedule else proposal.what


def _sum(proposal: Proposal, currency: str) -> str:
    if not proposal.possible:
        return ""
    first, last = proposal.instalments[0], proposal.instalments[-1]
    if first is last:
        return f"{amount(first.amount, currency)} by {day_text(first.due)}"
    return f"{len(proposal.instalments)} x {amount(first.amount, currency)} until {day_text(last.due)}"


def listed(view: Sight) -> list[Proposal]:
    """Every arrangement, the possible ones first."""
    return sorted(proposals(view), key=lambda p: not p.possible)
