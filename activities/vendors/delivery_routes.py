"""By which way does a message leave: which vendor for which channel, and for whom the outbox instead?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import phonenumbers

from activities.vendors.vendor import Provider
from models.message import Message

_EVERYWHERE = "*"


@dataclass(frozen=True)
class Ways:
    """The outbox for all that no vendor sends. With `only` the vendors get what is for these people, nothing else."""

    outbox: Provider
    vendors: Mapping[str, Provider] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    """Numbers, addresses, and `@domain` for all addresses there; empty: everybody."""
    patience: timedelta = timedelta(minutes=15)
    """How long it is found out whether a message left before a person is asked."""
    senders: Mapping[str, str] = field(default_factory=dict)
    """Who an SMS comes from, by the number's country, `*` for the others; empty where a messaging service picks."""

    def way(self, message: Message) -> Provider:
        """Who sends this message."""
        vendor = self.vendors.get(message.channel)
        return vendor if vendor and self._wanted(message.to) else self.outbox

    def sender(self, number: str) -> str | None:
        """Who an SMS to the number comes from: a name, to which nobody can reply, or a number; None: not known."""
        return sender_of(self.senders, country_of(number))

    def _wanted(self, to: str) -> bool:
        address = to.casefold()
        return not self.only or address in self.only or f"@{address.partition('@')[2]}" in self.only


def country_of(number: str) -> str | None:
    """The country of a number; None: of none, or no number at all."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def sender_of(senders: Mapping[str, str], country: str | None) -> str | None:
    """The sender for a country."""
    return senders.get(country or _EVERYWHERE, senders.get(_EVERYWHERE))
