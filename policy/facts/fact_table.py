"""Which facts are there? One spec each; a fact without a spec does not import."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import get_args

from models import events as e
from models.case import Case
from policy.facts.contact_facts import CONTACT, REPORT, VISIT
from policy.facts.detail_facts import DETAILS
from policy.facts.dispute_facts import DISPUTE
from policy.facts.fact_spec import FactSpec
from policy.facts.feed_facts import UPDATE
from policy.facts.hardship_facts import HARDSHIP
from policy.facts.notice_facts import PROOF
from policy.facts.offer_facts import ANSWER, APPROVAL, OFFER, PLAN
from policy.facts.order_facts import HOLD, MOVE, RELEASE, WITHDRAWAL
from policy.facts.payment_facts import PAYMENT, REFUND, REVERSAL, WRITE_OFF
from policy.facts.promise_facts import PROMISE
from policy.facts.protection_facts import CIRCUMSTANCE, OPT_OUT, PROTECTION
from policy.phrases import money_text
from policy.procedures.procedure_table import refusal


class FactFault(RuntimeError):
    """A fact has no spec, or a spec no fact."""


Spec = (
    FactSpec[e.PaymentReceived]
    | FactSpec[e.PaymentReversed]
    | FactSpec[e.Refunded]
    | FactSpec[e.WrittenOff]
    | FactSpec[e.AccountUpdated]
    | FactSpec[e.PromiseToPay]
    | FactSpec[e.PlanAgreed]
    | FactSpec[e.OfferMade]
    | FactSpec[e.OfferApproved]
    | FactSpec[e.OfferAnswered]
    | FactSpec[e.ContactOutcome]
    | FactSpec[e.VisitOutcome]
    | FactSpec[e.DeliveryReport]
    | FactSpec[e.Dispute]
    | FactSpec[e.Hardship]
    | FactSpec[e.Protection]
    | FactSpec[e.OptOut]
    | FactSpec[e.Circumstance]
    | FactSpec[e.ContactDetails]
    | FactSpec[e.NoticeServed]
    | FactSpec[e.Hold]
    | FactSpec[e.Release]
    | FactSpec[e.Withdraw]
    | FactSpec[e.Moved]
)


def fact_table(*specs: Spec) -> Mapping[str, Spec]:
    """The specs by the name of their signal. Raises FactFault where a fact has none."""
    found = {spec.name: spec for spec in specs}
    every = {str(kind.model_fields["kind"].default) for kind in (*get_args(e.Fact), e.Moved)}
    if differ := sorted({*found} ^ every):
        raise FactFault(f"no spec in policy/facts/fact_table.py, or no fact in models/facts.py: {', '.join(differ)}")
    return MappingProxyType(found)


FACT_TABLE = fact_table(
    PAYMENT,
    REVERSAL,
    REFUND,
    WRITE_OFF,
    UPDATE,
    PROMISE,
    PLAN,
    OFFER,
    APPROVAL,
    ANSWER,
    CONTACT,
    VISIT,
    REPORT,
    DISPUTE,
    HARDSHIP,
    PROTECTION,
    OPT_OUT,
    CIRCUMSTANCE,
    DETAILS,
    PROOF,
    HOLD,
    RELEASE,
    WITHDRAWAL,
    MOVE,
)


def objection(case: Case, fact: e.Event, now: datetime) -> str | None:
    """The reason against taking a fact, by itself or by the law of the country; None: nothing speaks against it."""
    spec = FACT_TABLE.get(str(type(fact).model_fields["kind"].default))
    return (spec.against(case, fact, now) if spec else None) or refusal(case, fact, now)


def reused(case: Case, event: e.Event) -> str | None:
    """Why an event under a known `event_id` is not the one that was told before: money under it would be lost."""
    if not isinstance(event, e.PaymentReceived) or event.event_id not in case.seen:
        return None
    if (event.event_id, event.amount) in {(p.event_id, p.amount) for p in case.payments}:
        return None
    if any(flag.id == f"event:{event.event_id}" for flag in case.flags):
        return None
    return f"{event.event_id} was told before with other content: tell {money_text(event.amount, event.currency)} anew"
