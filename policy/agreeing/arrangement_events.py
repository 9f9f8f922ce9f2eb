"""How a case changes when an arrangement is offered, approved, agreed, fulfilled or broken."""

from datetime import date, datetime
from typing import Any

from models import events as e
from models.case import Adjustment, Case, Instalment, Offer, Plan
from policy.agreeing.arrangements import OPEN, discount
from policy.agreeing.promises import told_after
from policy.case.case_changes import changed, flagged, recorded, settled
from policy.law.may_contact import debtor_day
from policy.money.position import position


def offered(case: Case, event: e.OfferMade, at: datetime, step: str | None = None) -> Case:
    """The case with an offer; `step` is the key of the step that made it, if a step did."""
    needs = event.needs if step else max(event.needs, _needed(case, event))
    instalments = sorted(event.instalments, key=lambda i: i.due)
    offer = Offer(
        id=event.event_id,
        what=event.what,
        instalments=tuple((i.due, i.amount) for i in instalments),
        interest=tuple(i.interest for i in instalments) if event.what == "restructuring" else (),
        waived=event.waived,
        if_broken=event.if_broken,
        until=event.until,
        at=event.at or at,
        by=event.by,
        step=step,
        known_payments=len(case.payments),
        needs=needs,
        state="to_approve" if needs else "made",
    )
    case = changed(case, offers=(*case.offers, offer))
    if not needs:
        return case
    who = "another person" if needs == 1 else f"{needs} other people"
    return flagged(case, "approve", offer.id, f"offer {offer.id} ({offer.what}) waits for the yes of {who}")


def _needed(case: Case, event: e.OfferMade) -> int:
    """How many others must say yes: by the strategy, whatever the one who offers says."""
    if event.what != "settlement" or case.terms is None:
        return 0
    owed = event.waived + sum(i.amount for i in event.instalments)
    return case.terms.people if event.waived > discount(owed, case.terms.approve_above) else 0


def offer_approved(case: Case, event: e.OfferApproved, at: datetime) -> Case:
    """A yes counts once for each person; one no ends the offer."""
    offer = known_offer(case, event.offer)
    if not event.granted:
        return _unasked(_offer(case, offer, state="refused", settled=debtor_day(at, case.zone)), offer)
    approvals = (*offer.approvals, event.by)
    if len(approvals) < offer.needs:
        return _offer(case, offer, approvals=approvals)
    return _unasked(_offer(case, offer, approvals=approvals, state="made"), offer)


def offer_answered(case: Case, event: e.OfferAnswered, at: datetime) -> Case:
    """The debtor's answer."""
    offer = known_offer(case, event.offer)
    if event.accepted:
        return accepted(case, offer, event.event_id, event.at or at, at)
    case = _offer(case, offer, state="refused", settled=debtor_day(at, case.zone))
    if case.pending and case.pending.key == offer.step:
        case = recorded(case, "refused", at)
    return case


def accepted(case: Case, offer: Offer, plan_id: str, made: datetime, at: datetime) -> Case:
    """The offer becomes what was agreed, and takes the place of all else that was."""
    today = debtor_day(at, case.zone)
    plan = Plan(
        event_id=plan_id,
        instalments=offer.instalments,
        made=made,
        what=offer.what,
        offer=offer.id,
        waived=offer.waived,
        if_broken=offer.if_broken,
        known_payments=offer.known_payments,
        before=case.instalments if offer.what == "restructuring" else (),
    )
    case = _offer(case, offer, state="accepted", settled=today)
    case = agreed(case, plan, at)
    return _restructured(case, plan, offer, today) if offer.what == "restructuring" else case


def agreed(case: Case, plan: Plan, at: datetime) -> Case:
    """The case with an arrangement that runs: another one and other open offers are no more, a step's wait is over."""
    over = {"settled": debtor_day(at, case.zone)}
    replaced = {p.offer for p in case.plans if p.verdict == "running" and p.offer}
    replaced |= {offer.id for offer in case.offers if offer.state in OPEN}
    gone = {"state": "replaced", **over}
    offers = tuple(o.model_copy(update=gone) if o.id in replaced else o for o in case.offers)
    stopped = {"verdict": "replaced", **over}
    plans = tuple(p.model_copy(update=stopped) if p.verdict == "running" else p for p in case.plans)
    case = settled(changed(case, offers=offers, plans=(*plans, plan)), "approve")
    if case.pending and case.pending.waits_for == "answer":
        case = recorded(case, "accepted", at)
    return case


def plan_agreed(case: Case, event: e.PlanAgreed, at: datetime) -> Case:
    """A plan that nobody offered before."""
    instalments = tuple(sorted((i.due, i.amount) for i in event.instalments))
    return agreed(case, Plan(event_id=event.event_id, instalments=instalments, made=event.at or at), at)


def offer_expired(case: Case, event: e.OfferExpired, at: datetime) -> Case:
    """Nobody answered in time."""
    offer = known_offer(case, event.offer)
    return _unasked(_offer(case, offer, state="expired", settled=event.ended), offer)


def offer_taken(case: Case, event: e.OfferTaken, at: datetime) -> Case:
    """A settlement was paid without a word."""
    return accepted(case, known_offer(case, event.offer), event.event_id, at, at)


def plan_settled(case: Case, event: e.PlanSettled, at: datetime) -> Case:
    """An arrangement was fulfilled, broken, or (after a reversal) neither any more: what follows is done here."""
    plan = next(p for p in case.plans if p.event_id == event.plan)
    over = None if event.verdict == "running" else event.ended
    now = plan.model_copy(update={"verdict": event.verdict, "settled": over})
    case = changed(case, plans=tuple(now if p is plan else p for p in case.plans))
    if plan.offer:
        state = "accepted" if event.verdict == "running" else event.verdict
        case = _offer(case, known_offer(case, plan.offer), state=state, settled=over)
    today = debtor_day(at, case.zone)
    if plan.what == "settlement" and event.verdict == "fulfilled":
        return _adjust(case, plan, -position(case, today).outstanding, today, "settled")
    if plan.what == "settlement":
        # What was waived is owed again once the money for it is taken back.
        return _undone(case, plan, "settlement_broken")
    if event.verdict != "broken":
        return case
    if plan.if_broken == "old_terms" and plan.before:
        return _old_terms(case, plan)
    return _at_once(case, today) if plan.if_broken == "all_at_once" else case


def known_offer(case: Case, offer: str) -> Offer:
    """The offer by its id."""
    return next(o for o in case.offers if o.id == offer)


def _offer(case: Case, offer: Offer, **changes: Any) -> Case:
    now = offer.model_copy(update=changes)
    return changed(case, offers=tuple(now if o.id == offer.id else o for o in case.offers))


def _unasked(case: Case, offer: Offer) -> Case:
    return settled(case, "approve", offer.id)


# --- what it does to the debt ----------------------------------------------------------------------------------------


def _is_of(adjustment: Adjustment, plan: Plan) -> bool:
    return adjustment.plan == plan.event_id


def _adjust(case: Case, plan: Plan, amount: int, day: date, reason: str, undoes: str = "") -> Case:
    """The case with an entry that the arrangement brings, so that the amount can be explained."""
    if amount == 0:
        return case
    number = sum(_is_of(a, plan) for a in case.adjustments) + 1
    entry = Adjustment(
        id=f"{plan.event_id}/{number}", amount=amount, day=day, reason=reason, undoes=undoes, plan=plan.event_id
    )
    return changed(case, adjustments=(*case.adjustments, entry))


def _undone(case: Case, plan: Plan, reason: str) -> Case:
    """The case as if the entries of the arrangement had never been: interest, fees and days past due run as before."""
    undone = {a.undoes for a in case.adjustments}
    for entry in case.adjustments:
        if _is_of(entry, plan) and not entry.undoes and entry.id not in undone:
            case = _adjust(case, plan, -entry.amount, entry.day, reason, undoes=entry.id)
    return case


def _restructured(case: Case, plan: Plan, offer: Offer, today: date) -> Case:
    """What is open moves into the new schedule: out of the instalments to come, and by an entry out of those past."""
    owed = position(case, today)
    coming = {i.number: rest for i, rest in owed.open if i.due > today}
    kept = tuple(_cut(i, coming.get(i.number, 0), today) for i in case.instalments)
    first = max(i.number for i in case.instalments) + 1
    new = tuple(
        Instalment(number=n, due=due, amount=amount, interest=interest)
        for n, ((due, amount), interest) in enumerate(zip(offer.instalments, offer.interest, strict=True), first)
    )
    # Money since the offer is for the new schedule, not for what it replaces.
    since = sum(p.amount for p in told_after(case, offer.known_payments))
    case = changed(case, instalments=(*(i for i in kept if i.amount), *new))
    return _adjust(case, plan, -(owed.outstanding - sum(coming.values()) + since), today, "restructured")


def restructured(case: Case) -> bool:
    """Whether the instalments are those of a new schedule: the lender's file knows others by the same numbers."""
    return any(p.before and (p.verdict, p.if_broken) != ("broken", "old_terms") for p in case.plans)


def _cut(instalment: Instalment, rest: int, today: date) -> Instalment:
    """An instalment to come without what is open on it: what is left of it was paid ahead."""
    if not rest:
        return instalment
    amount = instalment.amount - rest
    changes = {"amount": amount, "interest": min(instalment.interest, amount), "due": min(instalment.due, today)}
    return instalment.model_copy(update=changes)


def _old_terms(case: Case, plan: Plan) -> Case:
    """The contract as it was before: its schedule, and what was taken out of it; what was paid since stays paid."""
    first = max(i.number for i in plan.before) + 1
    new = range(first, first + len(plan.instalments))
    known = {i.number for i in plan.before} | set(new)
    later = (i for i in case.instalments if i.number not in known)
    case = changed(case, instalments=(*plan.before, *later))
    return _undone(case, plan, "old_terms")


def _at_once(case: Case, day: date) -> Case:
    """Everything that is open falls due; interest of months that have not begun is not asked for."""
    coming = sorted((i.due, i.number) for i, _ in position(case, day).open if i.due > day)
    begun = coming[0] if coming else None

    def due(instalment: Instalment) -> Instalment:
        place = (instalment.due, instalment.number)
        if place not in coming:
            return instalment
        unearned = 0 if place == begun else instalment.interest
        changes = {"due": day, "amount": instalment.amount - unearned, "interest": instalment.interest - unearned}
        return instalment.model_copy(update=changes)

    return changed(case, instalments=tuple(map(due, case.instalments)))
