"""By which way does a message leave: which vendor for which channel, and for whom the outbox instead?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from activities.providers.channel import Message, Provider


@dataclass(frozen=True)
class Ways:
    """The outbox for all that no vendor sends. With `only` the vendors get what is for these people, nothing else."""

    outbox: Provider
    vendors: Mapping[str, Provider] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    """Numbers, addresses, and `@domain` for all addresses there; empty: everybody."""
    patience: timedelta = timedelta(minutes=15)
    """How long it is found out whether a message left before a person is asked."""

    def way(self, message: Message) -> Provider:
        """Who sends this message."""
        vendor = self.vendors.get(message.channel)
        return vendor if vendor and self._wanted(message.to) else self.outbox

    def _wanted(self, to: str) -> bool:
        address = to.casefold()
        return not self.only or address in self.only or f"@{address.partition('@')[2]}" in self.only
