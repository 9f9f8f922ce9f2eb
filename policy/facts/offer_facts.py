"""A plan that was agreed, an offer, an approval, an answer: why not, and what follows."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Case, Offer
from policy.agreeing.arrangement_events import offer_answered, offer_approved, offered, plan_agreed
from policy.agreeing.arrangements import discount
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day
from policy.money.position import position
from policy.phrases import day_text, money_text

LONGEST_OFFER_DAYS = 180


ONLY = {"old_terms": "restructuring", "full_debt": "settlement"}
"""What can be owed only after one kind of arrangement is broken."""


STATES = {
    "made": "was made and waits for the debtor",
    "to_approve": "waits for approval",
    "accepted": "was accepted",
    "refused": "was refused",
    "expired": "has expired",
    "fulfilled": "was fulfilled",
    "broken": "was broken",
    "replaced": "was replaced by what was agreed since",
}


def _against_plan(case: Case, event: e.PlanAgreed, now: datetime) -> str | None:
    if case.closed:
        return f"the case ended as {case.outcome}"
    made = debtor_day(event.at or now, case.zone)
    owed = position(case, made).outstanding
    total = sum(i.amount for i in event.instalments)
    if min(i.due for i in event.instalments) < made:
        return "the plan begins in the past"
    if total != owed:
        return f"the plan sums to {money_text(total, case.currency)}, {money_text(owed, case.currency)} is owed"
    return None


def _against_offer(case: Case, event: e.OfferMade | e.OfferApproved | e.OfferAnswered, now: datetime) -> str | None:
    return f"the case ended as {case.outcome}" if case.closed else _against(case, event, now)


def _against(case: Case, event: e.OfferMade | e.OfferApproved | e.OfferAnswered, now: datetime) -> str | None:
    if isinstance(event, e.OfferMade):
        return _against_days(case, event, now) or _against_terms(case, event) or _against_sum(case, event, now)
    offer = next((o for o in case.offers if o.id == event.offer), None)
    if offer is None:
        known = ", ".join(o.id for o in case.offers if o.state in ("made", "to_approve")) or "none"
        return f"there is no offer {event.offer}; open: {known}"
    if isinstance(event, e.OfferApproved):
        return _against_approval(offer, event) or _too_late(case, offer, event, now)
    if offer.state != "made":
        return f"the offer {offer.id} {STATES[offer.state]}"
    return _too_late(case, offer, event, now)


def _too_late(case: Case, offer: Offer, event: e.OfferApproved | e.OfferAnswered, now: datetime) -> str | None:
    late = debtor_day(event.at or now, case.zone) > offer.until
    return f"the offer {offer.id} was good until {day_text(offer.until)}" if late else None


def _against_approval(offer: Offer, event: e.OfferApproved) -> str | None:
    if offer.state != "to_approve":
        return f"the offer {offer.id} {STATES[offer.state]}"
    if event.granted and event.by.casefold() == (offer.by or "").casefold():
        return f"{event.by} made the offer: somebody else must approve it"
    if event.granted and event.by.casefold() in {by.casefold() for by in offer.approvals}:
        return f"{event.by} has approved it already: somebody else must too"
    return None


def _against_days(case: Case, event: e.OfferMade, now: datetime) -> str | None:
    today = debtor_day(event.at or now, case.zone)
    if event.until < today:
        return f"it would be good until {day_text(event.until)}, which is past"
    if event.until > today + timedelta(days=LONGEST_OFFER_DAYS):
        return f"an offer is open for {LONGEST_OFFER_DAYS} days at most"
    if min(i.due for i in event.instalments) < today:
        return "its first instalment is due in the past"
    days = [i.due for i in event.instalments]
    if len(set(days)) < len(days):
        return "two instalments are due on one day"
    if event.what == "deferral" and len(days) > 1:
        return "a deferral has one new day"
    return None


def _against_terms(case: Case, event: e.OfferMade) -> str | None:
    if case.terms and event.what not in case.terms.offers:
        return f"the strategy offers no {event.what}; it offers {', '.join(case.terms.offers) or 'nothing'}"
    wanted = ONLY.get(event.if_broken, event.what)
    if event.what != wanted:
        return f"if_broken {event.if_broken} is for a {wanted} only"
    if (event.waived > 0) != (event.what == "settlement"):
        return "a settlement waives something" if event.what == "settlement" else f"a {event.what} waives nothing"
    if event.what != "restructuring" and any(i.interest for i in event.instalments):
        return f"a {event.what} adds no interest"
    if any(i.interest > i.amount for i in event.instalments):
        return "an instalment has more interest than it amounts to"
    return _against_discount(case, event)


def _against_sum(case: Case, event: e.OfferMade, now: datetime) -> str | None:
    owed = position(case, debtor_day(event.at or now, case.zone)).outstanding
    total = sum(i.amount - i.interest for i in event.instalments) + event.waived
    if total > owed or (total < owed and event.what != "deferral"):
        with_waived = " with what it waives" if event.waived else ""
        with_waived = " without interest" if event.what == "restructuring" else with_waived
        told, known = money_text(total, case.currency), money_text(owed, case.currency)
        return f"the {event.what} sums to {told}{with_waived}, {known} is owed"
    return None


def _against_discount(case: Case, event: e.OfferMade) -> str | None:
    needs = event.needs
    if event.what == "settlement" and case.terms:
        owed = event.waived + sum(i.amount for i in event.instalments)
        most = discount(owed, case.terms.waive_at_most)
        if event.waived > most:
            return f"it waives {money_text(event.waived, case.currency)}, {money_text(most, case.currency)} at most"
        if event.waived > discount(owed, case.terms.approve_above):
            needs = max(needs, case.terms.people)
    if needs and event.by is None:
        return "somebody else must approve it: say who makes it (by)"
    return None


def _plan(fact: e.PlanAgreed | e.OfferMade, money: str) -> str:
    total = sum(i.amount for i in fact.instalments)
    return f"{len(fact.instalments)} instalments, {money_text(total, money)} in all"


def _offer(event: e.OfferMade, money: str) -> str:
    waived = f", {money_text(event.waived, money)} waived" if event.waived else ""
    return (
        f"{event.what}, {_plan(event, money)}{waived}, open until {day_text(event.until)}, if broken: {event.if_broken}"
    )


PLAN = FactSpec(
    e.PlanAgreed,
    about="debt",
    help="A repayment plan was agreed.",
    words=_plan,
    take=plan_agreed,
    refuse=_against_plan,
)
OFFER = FactSpec(
    e.OfferMade,
    about="debt",
    help="An arrangement was offered.",
    words=_offer,
    take=offered,
    refuse=_against_offer,
)
APPROVAL = FactSpec(
    e.OfferApproved,
    about="debt",
    help="Somebody else approved an offer, or did not.",
    words=lambda fact, _: f"{fact.offer} {'approved' if fact.granted else 'refused'} by {fact.by}",
    take=offer_approved,
    refuse=_against_offer,
)
ANSWER = FactSpec(
    e.OfferAnswered,
    about="debt",
    help="The debtor accepted an offer, or refused it.",
    words=lambda fact, _: f"{fact.offer} {'accepted' if fact.accepted else 'refused'}",
    take=offer_answered,
    refuse=_against_offer,
)
