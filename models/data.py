"""What files of the house are read into: closed and frozen models, names and ranges."""

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]


class Data(BaseModel):
    """Closed and frozen: an unknown field is a fault, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Range(Data):
    """Both ends belong to the range; an absent end is open."""

    min: Decimal | None = None
    max: Decimal | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a range needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min} is above max {self.max}")
        return self

    def holds(self, value: Decimal | int | None) -> bool:
        """Whether the value lies in the range; an unknown value does not."""
        if value is None:
            return False
        return (self.min is None or value >= self.min) and (self.max is None or value <= self.max)
