"""America's word to cease: in which form does it stop all contact (15 USC 1692c(c))?"""

from datetime import datetime

from models import events as e
from models.case import Case
from models.facts import Form
from policy.procedures.procedure import Procedure, wrong_form

FORMS: tuple[Form, ...] = ("message", "written", "statutory")
SAYS = "to cease everything is told in writing (15 USC 1692c(c)); a stop on a channel may be said: tell an opt_out"


def against_form(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why a word to cease does not count as it was said, or None."""
    if not isinstance(event, e.Circumstance) or event.name != "cease":
        return None
    return wrong_form(event, FORMS, SAYS)


CEASE = Procedure(name="cease", country="US", refuses=against_form)
