"""Russia's refusal of contact and consents to third parties: in which form do they count (230-FZ 4(5), 8(5))?"""

from datetime import datetime

from models import events as e
from models.case import Case
from models.facts import Form
from policy.procedures.procedure import Procedure, wrong_form

CONSENT: tuple[tuple[Form, ...], str] = (
    ("written", "statutory"),
    "a consent to third parties is written (230-FZ 4(5))",
)
FORMS: dict[str, tuple[tuple[Form, ...], str]] = {
    "refusal": (
        ("statutory",),
        "a refusal of contact goes through a notary, by registered letter or by hand (230-FZ art. 8(5)); "
        "a stop on a channel is an opt_out",
    ),
    "third_party_consent": CONSENT,
    "debtor_consent_to_third_party": CONSENT,
}
"""The forms in which a word of the debtor counts, and what to tell instead."""


def against_form(case: Case, event: e.Event, now: datetime) -> str | None:
    """Why a refusal or a consent does not count as it was said, or None."""
    if not isinstance(event, e.Circumstance) or event.name not in FORMS:
        return None
    return wrong_form(event, *FORMS[event.name])


REFUSAL = Procedure(name="refusal", country="RU", refuses=against_form)
