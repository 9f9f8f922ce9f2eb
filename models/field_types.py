"""What may stand in a field of a fact: one value or several, of which type, of which words?"""

from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo


def plain_type(field: FieldInfo) -> Any:
    """The field's type without `| None`."""
    if get_origin(field.annotation) in (Union, UnionType):
        return next(a for a in get_args(field.annotation) if a is not type(None))
    return field.annotation


def several(field: FieldInfo) -> bool:
    """Whether the option may be repeated."""
    return get_origin(plain_type(field)) is tuple


def choices(field: FieldInfo) -> tuple[str, ...]:
    """The words that may stand there, where they are few."""
    kind = plain_type(field)
    if get_origin(kind) is Literal:
        return get_args(kind)
    return tuple(str(member) for member in kind) if hasattr(kind, "__members__") else ()
