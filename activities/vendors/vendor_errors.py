"""What does a vendor's error mean? The answer is data: errors.yaml in the vendor's folder.

transient      surely not sent: again later, as the vendor asks
unknown        it may have left: looked up, never sent again
address        this number or mailbox never works: the case loses the channel and falls back
opt_out        the person said stop: kept for the party and the channel, told to the case
configuration  our account or sender: the channel stops, ops are alerted, no attempt is used up
ours           our text or request is wrong: a person decides
review         unknown refusal: a person decides
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from activities.vendors.vendor import MayHaveLeft, NotSent, Rejected
from models.message import Fault

_VENDORS = Path(__file__).parent
_LONGEST_WAIT_SECONDS = 3600.0
"""However long a vendor asks us to wait."""


class Errors(BaseModel):
    """One vendor's map: by its own code, else by the status of its reply."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    codes: dict[str, Fault]
    statuses: dict[str, Fault]

    def meaning(self, status: int, code: str | None = None) -> Fault:
        """What the error means; what is no refusal at all may have left."""
        by_status = self.statuses.get(str(status)) or self.statuses.get(f"{status // 100}xx", "unknown")
        return self.codes.get(code or "", by_status)


@cache
def errors(vendor: str) -> Errors:
    """The map of a vendor, by its folder's name."""
    read: Any = yaml.load((_VENDORS / vendor / "errors.yaml").read_text(), Loader=yaml.BaseLoader)
    return Errors.model_validate(read)


def refusal(
    vendor: str, status: int, code: str | None = None, retry_after: str | None = None
) -> NotSent | MayHaveLeft | Rejected:
    """A vendor's answer that is no yes, as what it means for the message."""
    fault = errors(vendor).meaning(status, code)
    said = f"{vendor} {code or status}"
    if fault == "transient":
        return NotSent(said, seconds(retry_after))
    return MayHaveLeft(said) if fault == "unknown" else Rejected(fault, said)


def seconds(retry_after: str | None) -> float | None:
    """A Retry-After header, seconds or a date, as seconds from now; None when it says nothing."""
    if not retry_after:
        return None
    try:
        wait = float(retry_after)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(retry_after).astimezone(UTC) - datetime.now(UTC)).total_seconds()
        except ValueError:
            return None
    return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS) if wait == wait else None
