"""Who is written to about which debt, and by whom? Read once where a step happens, given to all that writes."""

from datetime import date
from typing import NamedTuple

from models.contact import Capacity
from models.jurisdiction import Jurisdiction


class Debtor(NamedTuple):
    """A person and where they can be reached."""

    party: str
    name: str
    language: str
    country: str
    phone: str | None = None
    email: str | None = None
    street: str | None = None
    city: str | None = None
    postal_code: str | None = None

    @property
    def postal(self) -> str | None:
        """The address in one line, or None when it is not complete."""
        if not (self.street and self.city):
            return None
        return ", ".join(part for part in (self.street, self.postal_code, self.city, self.country) if part)

    @property
    def window(self) -> tuple[str, ...]:
        """Name and address as the lines of an envelope's window."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return tuple(line for line in (self.name, self.street, town, self.country) if line)


class Creditor(NamedTuple):
    """Who is owed: name, address in one line, number in the tax or trade register."""

    name: str
    address: str | None = None
    number: str | None = None


class Writer(NamedTuple):
    """Who writes for a portfolio, as far as it was said; without a name it is the creditor."""

    portfolio: str
    actor: Capacity
    name: str | None = None
    address: str | None = None
    contact: str | None = None
    phone: str | None = None
    licence: str | None = None
    complaints: str | None = None
    pay_to: str | None = None
    vat_reclaimable: bool | None = None


class Companion(NamedTuple):
    """Another account of the debtor of which a message may speak too, with the key of its own step; minor units."""

    key: str
    account: str
    reference: str
    overdue: int
    outstanding: int


class Addressee(NamedTuple):
    """A debtor as one debt's addressee: who is owed, who writes, and the law that binds where the debtor lives."""

    account: str
    reference: str
    product: str
    principal: int
    contract_on: date | None
    debtor: Debtor
    creditor: Creditor
    writer: Writer
    law: Jurisdiction
    address: str | None = None
    """Where the step's message goes; None: nowhere."""
    companions: tuple[Companion, ...] = ()
    """The accounts that the step's message may speak for too."""

    @property
    def sender(self) -> str:
        """Who writes."""
        return self.writer.name or self.creditor.name

    @property
    def contact(self) -> str:
        """Whom the debtor may ask."""
        return self.writer.contact or self.sender
