"""Which account, portfolio or task does a word of a person mean?"""

from collections.abc import Sequence

from desk.refused import Refused
from store.account_lookup import (
    KnownAccount,
    KnownPortfolio,
    accounts_meant,
    keys_of,
    portfolio_named,
    portfolio_names,
)
from store.database import Database

MOST_NAMED = 5


def find_account(database: Database, word: str) -> KnownAccount:
    """The account by id, by reference, or by `portfolio/reference`."""
    found = accounts_meant(database, word)
    if not found:
        raise Refused(f"no account {word!r} was handed over")
    if len(found) > 1:
        names = some([f"{account.portfolio}/{account.reference}" for account in found])
        raise Refused(f"{word!r} is in several portfolios: write {names}")
    return found[0]


def find_portfolio(database: Database, word: str) -> KnownPortfolio:
    """The portfolio by its name."""
    found = portfolio_named(database, word)
    if found is None:
        raise Refused(f"there is no portfolio {word!r}; there are: {some(portfolio_names(database)) or 'none'}")
    return found


def find_target(database: Database, word: str) -> KnownAccount | KnownPortfolio:
    """A portfolio or an account; one word that means both must be written out."""
    portfolio, accounts = portfolio_named(database, word), accounts_meant(database, word)
    if portfolio is None and not accounts:
        raise Refused(f"{word!r} is neither a portfolio nor an account")
    if portfolio is not None and accounts:
        raise Refused(f"{word!r} is a portfolio and an account: write the account as {accounts[0].portfolio}/{word}")
    return portfolio or find_account(database, word)


def short_key(key: str, account: str, strategy: str) -> str:
    """The key of a task or an attempt as it is written on a screen: what is special to it within the account."""
    for prefix in (f"{account}:{strategy}:", f"{account}:"):
        if key.startswith(prefix):
            return key.removeprefix(prefix)
    return key


def find_key(database: Database, account: KnownAccount, word: str) -> str:
    """The full key of a task or attempt of the account, from its end, or from the name of its step."""
    known = keys_of(database, account.id)
    if any(k.key == word for k in known):
        return word
    meant = [k for k in known if k.key.endswith(f":{word}")] or [k for k in known if k.step == word]
    meant = [k for k in meant if k.waits] or meant
    if not meant:
        there = _shorts([k.key for k in known], account) or "none"
        raise Refused(f"account {account.reference} has no task or message {word!r}; there are: {there}")
    if len(meant) > 1:
        raise Refused(f"{word!r} may be one of {_shorts([k.key for k in meant], account)}")
    return meant[0].key


def _shorts(keys: Sequence[str], account: KnownAccount) -> str:
    return some([short_key(key, account.id, account.strategy) for key in keys])


def some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
