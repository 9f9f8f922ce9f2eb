"""What the lender's own file says differently from before."""

from datetime import datetime

from models import events as e
from models.case import Adjustment, Case, Charge, Instalment
from policy.agreeing.arrangement_events import restructured
from policy.case.case_changes import changed, flagged
from policy.facts.fact_spec import FactSpec
from policy.facts.payment_facts import certified
from policy.law.days import zone_known
from policy.phrases import day_text, money_text

MOST_TOLD = 3


def _against_update(case: Case, event: e.AccountUpdated, now: datetime) -> str | None:
    return None if event.zone is None or zone_known(event.zone) else f"{event.zone} is no time zone"


def _account_updated(case: Case, event: e.AccountUpdated, at: datetime) -> Case:
    about_money = event.instalments or event.charges or event.adjustments
    if about_money and case.closed and case.outcome not in ("paid", "cured"):
        case = flagged(case, "late", event.event_id, f"the lender changed a debt that ended as {case.outcome}")
    elif about_money and certified(case):
        why = "the lender changed the debt after the certificate or the legal package"
        case = flagged(case, "late", event.event_id, why)
    due = {i.number: i for i in case.instalments}
    if event.instalments and restructured(case):
        why = "the lender changed instalments of a contract that was restructured: not taken, change the debt by hand"
        case = flagged(case, "schedule", event.event_id, why)
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


def _updated(event: e.AccountUpdated, money: str) -> str:
    """What the lender's feed changed: amounts, and the names of what is not money."""
    told = [f"instalment {n}: {money_text(i.amount, money)} due {day_text(i.due)}" for n, i in event.instalments]
    if len(told) > MOST_TOLD:
        told = [f"{len(told)} instalments"]
    told += [f"{c.what.replace('_', ' ')} {money_text(c.amount, money)}" for c in event.charges]
    told += [f"{a.reason.replace('_', ' ')} {money_text(a.amount, money)}" for a in event.adjustments]
    told += [f"{channel} {'usable' if ok else 'not usable'}" for channel, ok in event.usable.items()]
    plain = ("score", "profile", "legal_status", "contract_date", "zone")
    told += [f"{n.replace('_', ' ')} {value}" for n in plain if (value := getattr(event, n)) is not None]
    return ", ".join(told + ([f"tariff {event.tariff.name}"] if event.tariff else []))


UPDATE = FactSpec(
    e.AccountUpdated,
    about="debt",
    help="The lender's file says something differently from before.",
    words=_updated,
    take=_account_updated,
    refuse=_against_update,
)
