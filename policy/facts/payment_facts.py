"""Money that came, that was taken back or paid back, and debt that was given up: why not, and what follows."""

from datetime import datetime, timedelta

from models import events as e
from models.case import Adjustment, Case, Payment, Refund
from policy.case.case_changes import changed, flagged, without_refund
from policy.facts.fact_spec import FactSpec
from policy.law.days import debtor_day
from policy.money.position import position
from policy.phrases import day_text, money_text

VALUE_DAYS_AHEAD = 3
"""Banks tell of money a day or two before it counts."""


def _against_payment(case: Case, event: e.PaymentReceived, now: datetime) -> str | None:
    if event.currency != case.currency:
        return f"{money_text(event.amount, event.currency)} received, the account is in {case.currency}"
    counts = event.value_date or debtor_day(event.at or now, case.zone)
    if counts > debtor_day(now, case.zone) + timedelta(days=VALUE_DAYS_AHEAD):
        return f"it counts from {day_text(counts)} only, which is still to come"
    return None


def _against_refund(case: Case, event: e.Refunded, now: datetime) -> str | None:
    credit = position(case, debtor_day(now, case.zone)).credit
    if event.amount > credit:
        return f"{money_text(event.amount, case.currency)} paid back, {money_text(credit, case.currency)} was overpaid"
    return None


def _against_write_off(case: Case, event: e.WrittenOff, now: datetime) -> str | None:
    owed = position(case, debtor_day(now, case.zone)).outstanding
    if owed == 0 or (event.amount or 0) > owed:
        return f"{money_text(owed, case.currency)} is owed, no more can be written off"
    return None


def _payment_received(case: Case, event: e.PaymentReceived, at: datetime) -> Case:
    if case.closed and case.outcome not in (None, "paid", "cured"):
        case = flagged(case, "late", event.event_id, f"payment for a case that ended as {case.outcome}")
    elif case.closed:
        case = flagged(case, "late", event.event_id, "payment for a closed case")
    elif certified(case):
        case = flagged(case, "late", event.event_id, "payment after the certificate or the legal package")
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
        case = flagged(case, "late", event.event_id, f"payment reversed after the case ended as {case.outcome}")
    elif certified(case):
        case = flagged(case, "late", event.event_id, "payment reversed after the certificate or the legal package")
    if event.payment not in {p.event_id for p in case.payments}:
        case = flagged(case, "unknown", event.event_id, f"reversal of a payment that is not known: {event.payment}")
    return changed(without_refund(case), reversed=(*case.reversed, event.payment))


def certified(case: Case) -> bool:
    """Whether a paper that says what is owed has left the house."""
    return any(r.result == "issued" for r in case.records)


def _refunded(case: Case, event: e.Refunded, at: datetime) -> Case:
    refund = Refund(id=event.event_id, amount=event.amount, day=debtor_day(event.at or at, case.zone))
    return changed(without_refund(case), refunds=(*case.refunds, refund))


def _written_off(case: Case, event: e.WrittenOff, at: datetime) -> Case:
    day = debtor_day(event.at or at, case.zone)
    amount = event.amount or position(case, day).outstanding
    entry = Adjustment(id=event.event_id, amount=-amount, day=day, reason=event.reason, write_off=True)
    return changed(case, adjustments=(*case.adjustments, entry))


PAYMENT = FactSpec(
    e.PaymentReceived,
    about="debt",
    help="Money came.",
    words=lambda fact, _: money_text(fact.amount, fact.currency),
    take=_payment_received,
    refuse=_against_payment,
    kept=True,
)
REVERSAL = FactSpec(
    e.PaymentReversed,
    about="debt",
    help="A payment was taken back.",
    words=lambda fact, _: f"payment {fact.payment} was taken back",
    take=_payment_reversed,
)
REFUND = FactSpec(
    e.Refunded,
    about="debt",
    help="What was paid too much was paid back.",
    words=lambda fact, money: f"{money_text(fact.amount, money)} paid back",
    take=_refunded,
    refuse=_against_refund,
)
WRITE_OFF = FactSpec(
    e.WrittenOff,
    about="debt",
    help="The creditor gives the debt up, or a part of it.",
    words=lambda fact, money: f"{money_text(fact.amount, money) if fact.amount else 'all that is open'}, {fact.reason}",
    take=_written_off,
    refuse=_against_write_off,
)
