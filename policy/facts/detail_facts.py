"""Which channels can be used now."""

from datetime import datetime

from models import events as e
from models.case import Case
from policy.case.case_changes import changed
from policy.facts.fact_spec import FactSpec


def _contact_details(case: Case, event: e.ContactDetails, at: datetime) -> Case:
    usable = {*case.reach, *(c for c, ok in event.usable.items() if ok)} - {
        c for c, ok in event.usable.items() if not ok
    }
    refused = tuple(r for r in case.refused if r[2] not in event.usable)
    return changed(case, reach=tuple(sorted(usable)), refused=refused)


DETAILS = FactSpec(
    e.ContactDetails,
    about="person",
    help="Which channels can be used now.",
    words=lambda fact, _: ", ".join(f"{c} {'usable' if ok else 'not usable'}" for c, ok in fact.usable.items()),
    take=_contact_details,
)
