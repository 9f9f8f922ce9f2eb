"""Columns that several tables have: instants in UTC, amounts in minor units."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite would return it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def money(nullable: bool = False) -> Any:
    """A column for an amount in minor units."""
    return Field(default=None, sa_column=Column(BigInteger, nullable=nullable))


def instant(nullable: bool = False, index: bool = False) -> Any:
    """A column for an instant."""
    return Field(default=None, sa_column=Column(UtcDateTime, nullable=nullable, index=index))
