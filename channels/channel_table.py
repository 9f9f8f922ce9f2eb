"""Which channels are there? The only list; a channel without a spec, or a spec without its channel, does not import."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from channels.call import CALL
from channels.channel_spec import HOW_FAR, ChannelFault, ChannelSpec, Reachable
from channels.email import EMAIL
from channels.letter import LETTER
from channels.sms import SMS
from channels.visit import VISIT
from models.agreement_terms import Written
from models.contact import Level
from models.event import Channel, Outcome


def channel_table(*specs: ChannelSpec) -> Mapping[Channel, ChannelSpec]:
    """The specs by channel. Raises ChannelFault where a channel has none, or a text may go where nothing is written."""
    found = {spec.name: spec for spec in specs}
    if without := [channel.value for channel in Channel if channel not in found]:
        raise ChannelFault(f"no spec in channels/channel_table.py for: {', '.join(without)}")
    written = {spec.name.value for spec in specs if spec.written}
    if differ := sorted(written ^ {*get_args(Written)}):
        raise ChannelFault(f"written by its spec or by the strategies' words alone: {', '.join(differ)}")
    return MappingProxyType(found)


CHANNELS = channel_table(SMS, CALL, EMAIL, LETTER, VISIT)
BY_PERSON = frozenset(spec.name for spec in CHANNELS.values() if spec.by_person)
"""Contacts that people make, as tasks."""
WRITTEN = frozenset(spec.name for spec in CHANNELS.values() if spec.written)
PRINTED = frozenset(spec.name for spec in CHANNELS.values() if spec.written and spec.written.texts == "letter")
SEGMENTED = frozenset(spec.name for spec in CHANNELS.values() if spec.written and spec.written.most_segments)
"""Where a text leaves in pieces that are counted."""
ANSWERED = frozenset(spec.name for spec in CHANNELS.values() if spec.written and spec.written.replies)
"""Where a person can answer, or say stop."""
FOR_SEVERAL = frozenset(spec.name for spec in CHANNELS.values() if spec.written and spec.written.several)
"""Where one text may speak for several accounts of a person."""


def reach(person: Reachable) -> tuple[Channel, ...]:
    """The channels that a person's details allow. Whether the law allows them is another question."""
    return tuple(spec.name for spec in CHANNELS.values() if spec.address(person))


def opened_by(detail: str) -> tuple[Channel, ...]:
    """The channels that a detail of a person opens or closes."""
    return tuple(spec.name for spec in CHANNELS.values() if detail in spec.details)


def lost_by(outcome: Outcome) -> tuple[Channel, ...]:
    """The channels that the outcome of a contact says lead to nobody."""
    return tuple(spec.name for spec in CHANNELS.values() if spec.lost_by is outcome)


def level_of(word: str, outcome: str | None = None) -> Level:
    """How far a contact came that the law calls so; one that is none of our channels, as far as any can have come."""
    spec = next((spec for spec in CHANNELS.values() if spec.law == word), None)
    return spec.level(outcome) if spec else HOW_FAR.get(outcome or "", "conversation")
