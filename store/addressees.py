"""Who is written to about an account? Names, addresses, creditor and law, read where the step happens."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from channels.channel_table import CHANNELS
from channels.step_kind_table import STEP_KINDS
from models.addressee import Addressee, Creditor, Debtor, Writer
from models.decisions import StepInput
from models.jurisdiction import Jurisdiction
from models.tables.accounts import Account, Party, Portfolio
from store.bundles import companions
from store.contact_log import law_of
from store.database import Database


def addressee(database: Database, packs: Mapping[str, Jurisdiction], asked: StepInput, at: datetime) -> Addressee:
    """The addressee of a step: where its message goes, and the accounts that it may speak for too; all in one read."""
    with database.reading() as session:
        known = addressee_of(session, packs, session.get_one(Account, asked.account))
        channel = asked.act.channel or STEP_KINDS[asked.act.do].channel
        where = CHANNELS[channel].address(known.debtor) if channel else None
        return known._replace(address=where, companions=companions(session, asked, at))


def addressee_of(session: Session, packs: Mapping[str, Jurisdiction], account: Account) -> Addressee:
    """The debtor of an account, with who is owed, who writes and what binds where the debtor lives."""
    party, portfolio = session.get_one(Party, account.party), session.get_one(Portfolio, account.portfolio)
    return addressed(account, party, portfolio, law_of(packs, party))


def addressed(account: Account, party: Party, portfolio: Portfolio, law: Jurisdiction) -> Addressee:
    """The rows of an account as its addressee."""
    return Addressee(
        account=account.id,
        reference=account.reference,
        product=account.product,
        principal=account.principal,
        contract_on=account.contract_date,
        debtor=Debtor(
            party=party.id,
            name=party.name,
            language=party.language,
            country=party.country,
            phone=party.phone,
            email=party.email,
            street=party.street,
            city=party.city,
            postal_code=party.postal_code,
        ),
        creditor=Creditor(account.creditor, account.creditor_address, account.creditor_number),
        writer=writer(portfolio),
        law=law,
    )


def writer(portfolio: Portfolio) -> Writer:
    """Who writes for a portfolio."""
    return Writer(
        portfolio=portfolio.id,
        actor=portfolio.actor,
        name=portfolio.sender,
        address=portfolio.sender_address,
        contact=portfolio.contact,
        phone=portfolio.phone,
        licence=portfolio.licence,
        complaints=portfolio.complaints,
        pay_to=portfolio.pay_to,
        vat_reclaimable=portfolio.vat_reclaimable,
    )
