"""How a case changes by what it is told about money: payments, promises, offers and plans, the lender's changes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from models import events as e
from models.case import Adjustment, Case, Charge, Instalment, Payment, Promise, Refund
from policy.agreeing.arrangement_events import offer_answered, offer_approved, offered, plan_agreed, restructured
from policy.changes import changed, flagged, without_refund
from policy.law.may_contact import debtor_day
from policy.money.position import position


def _payment_received(case: Case, event: e.PaymentReceived, at: datetime) -> Case:
    if case.closed and case.outcome not in (None, "paid", "cured"):
        case = flagged(case, f"late:{event.event_id}", f"payment for a case that ended as {case.outcome}")
    elif case.closed:
        case = flagged(case, f"late:{event.event_id}", "payment for a closed case")
    elif _certified(case):
        case = flagged(case, f"late:{event.event_id}", "payment after the certificate or the legal package")
    payment = Payment(
        event_id=event.event_id,
        amount=event.amount,
        value_date=event.value_date or debtor_day(event.at or at, case.zone),
        heard=at,
        instalment=event.instalment,
    )
    return changed(case, payments=(*case.payments, payment))


def _payment_reversed(case: Case, event: e.PaymentReversed, at: datetime) -> Case:
    if case.closed and case.outcome not in ("paid", "cured"):
        case = flagged(case, f"late:{event.event_id}", f"payment reversed after the case ended as {case.outcome}")
    elif _certified(case):
        case = flagged(case, f"late:{event.event_id}", "payment reversed after the certificate or the legal package")
    if event.payment not in {p.event_id for p in case.payments}:
        case = flagged(case, f"unknown:{event.event_id}", f"reversal of a payment that is not known: {event.payment}")
    return changed(without_refund(case), reversed=(*case.reversed, event.payment))


def _certified(case: Case) -> bool:
    return any(r.result == "issued" for r in case.records)


def _promise(case: Case, event: e.PromiseToPay, at: datetime) -> Case:
    promise = Promise(
        event_id=event.event_id,
        amount=event.amount,
        due=event.due,
        made=event.at or at,
        channel=event.channel,
        by=event.by,
    )
    return changed(case, promises=(*case.promises, promise))


def _refunded(case: Case, event: e.Refunded, at: datetime) -> Case:
    refund = Refund(id=event.event_id, amount=event.amount, day=debtor_day(event.at or at, case.zone))
    return changed(without_refund(case), refunds=(*case.refunds, refund))


def _written_off(case: Case, event: e.WrittenOff, at: datetime) -> Case:
    day = debtor_day(event.at or at, case.zone)
    amount = event.amount or position(case, day).outstanding
    entry = Adjustment(id=event.event_id, amount=-amount, day=day, reason=event.reason, write_off=True)
    return changed(case, adjustments=(*case.adjustments, entry))


def _account_updated(case: Case, event: e.AccountUpdated, at: datetime) -> Case:
    about_money = event.instalments or event.charges or event.adjustments
    if about_money and case.closed and case.outcome not in ("paid", "cured"):
        case = flagged(case, f"late:{event.event_id}", f"the lender changed a debt that ended as {case.outcome}")
    elif about_money and _certified(case):
        why = "the lender changed the debt after the certificate or the legal package"
        case = flagged(case, f"late:{event.event_id}", why)
    due = {i.number: i for i in case.instalments}
    if event.instalments and restructured(case):
        why = "the lender changed instalments of a contract that was restructured: not taken, change the debt by hand"
        case = flagged(case, f"schedule:{event.event_id}", why)
    for number, told in () if restructured(case) else event.instalments:
        due[number] = Instalment(number=number, due=told.due, amount=told.amount, interest=told.interest)
    charges = {c.id: c for c in case.charges} | {c.id: Charge(**c.model_dump()) for c in event.charges}
    known = {a.id for a in case.adjustments}
    adjusted = tuple(Adjustment(**a.model_dump()) for a in event.adjustments if a.id not in known)
    usable = {*case.reach, *(c for c, ok in event.usable.items() if ok)}
    return changed(
        case,
        instalments=tuple(due[number] for number in sorted(due)),
        charges=tuple(charges.values()),
        adjustments=(*case.adjustments, *adjusted),
        reach=tuple(sorted(usable - {c for c, ok in event.usable.items() if not ok})),
        refused=tuple(r for r in case.refused if r[2] not in event.usable),
        score=case.score if event.score is None else event.score,
        profile=event.profile or case.profile,
        legal_status=event.legal_status or case.legal_status,
        tariff=event.tariff or case.tariff,
        contract_date=event.contract_date or case.contract_date,
        zone=event.zone or case.zone,
    )


ON_MONEY: dict[str, Callable[[Case, Any, datetime], Case]] = {
    "payment_received": _payment_received,
    "payment_reversed": _payment_reversed,
    "refunded": _refunded,
    "written_off": _written_off,
    "account_updated": _account_updated,
    "promise_to_pay": _promise,
    "plan_agreed": plan_agreed,
    "offer_made": offered,
    "offer_approved": offer_approved,
    "offer_answered": offer_answered,
}
