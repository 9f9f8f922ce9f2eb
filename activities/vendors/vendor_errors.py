"""What does a vendor's error mean? The answer is data: errors.yaml."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from activities.vendors.vendor import Fault, MayHaveLeft, NotSent, Rejected

FILE = Path(__file__).with_name("errors.yaml")
LONGEST_WAIT_SECONDS = 3600.0
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
def errors() -> Mapping[str, Errors]:
    """The maps of all vendors."""
    read: Any = yaml.load(FILE.read_text(), Loader=yaml.BaseLoader)
    return TypeAdapter(dict[str, Errors]).validate_python(read)


def refusal(
    vendor: str, status: int, code: str | None = None, retry_after: str | None = None
) -> NotSent | MayHaveLeft | Rejected:
    """A vendor's answer that is no yes, as what it means for the message."""
    fault = errors()[vendor].meaning(status, code)
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
    return min(max(wait, 0.0), LONGEST_WAIT_SECONDS) if wait == wait else None
