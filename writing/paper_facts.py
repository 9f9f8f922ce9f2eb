"""What does every paper about an account say of it, and how does the amount that it asks for come about?"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from models.addressee import Addressee
from models.decisions import StepInput
from policy.law.may_contact import debtor_day
from writing.document_content import Computation, ComputationLine, charge_kind
from writing.rendering import Rendered


class DoesNotAddUp(Exception):
    """The lines do not make the amount: such a paper is not sent."""


def paper(asked: StepInput, to: Addressee, text: Rendered, at: datetime) -> dict[str, Any]:
    """What every paper about an account has."""
    return {
        "language": to.debtor.language,
        "made": at.astimezone(ZoneInfo(asked.zone)),
        "sender": to.sender,
        "contact": to.contact,
        "creditor": to.creditor.name,
        "reference": to.reference,
        "text": text,
    }


def computed(asked: StepInput) -> Computation:
    """How the overdue amount comes about, for the day on which the step was decided. Raises DoesNotAddUp."""
    today = debtor_day(asked.now, asked.zone)
    dues = [i for i in asked.open if i.due < today]
    lines = [
        ComputationLine(kind="instalment" if i.open == i.amount else "rest", number=i.number, day=i.due, amount=i.open)
        for i in dues
    ]
    lines += [
        ComputationLine(kind=charge_kind(charge), number=charge.instalment, day=charge.day, amount=charge.amount)
        for charge in asked.beside
        if charge.day is None or charge.day < today
    ]
    try:
        return Computation(
            currency=asked.currency,
            day=today,
            lines=tuple(lines),
            entries=asked.entries,
            not_due=tuple(i.number for i in asked.open if i not in dues),
            overdue=asked.overdue,
            outstanding=asked.outstanding,
            credit=asked.credit,
            disputed=asked.disputed,
        )
    except ValidationError as fault:
        raise DoesNotAddUp("; ".join(str(error["msg"]) for error in fault.errors())) from None
