"""Which account, portfolio or task does a word on the command line mean?"""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from desk.refused import Refused
from models.tables.accounts import Account, Party, Portfolio
from models.tables.trail import FOR_A_PERSON, Attempt, Task

MOST_NAMED = 5


def find_account(session: Session, word: str) -> Account:
    """The account by id, by reference, or by `portfolio/reference`."""
    found = _accounts(session, word)
    if not found:
        raise Refused(f"no account {word!r} was handed over")
    if len(found) > 1:
        raise Refused(
            f"{word!r} is in several portfolios: write {_some([f'{a.portfolio}/{a.reference}' for a in found])}"
        )
    return found[0]


def _accounts(session: Session, word: str) -> Sequence[Account]:
    direct = session.exec(select(Account).where((Account.id == word) | (Account.reference == word))).all()
    portfolio, slash, reference = word.partition("/")
    if direct or not slash:
        return direct
    return session.exec(select(Account).where(Account.portfolio == portfolio, Account.reference == reference)).all()


def find_portfolio(session: Session, word: str) -> Portfolio:
    """The portfolio by its name."""
    found = session.get(Portfolio, word)
    if found is None:
        known = session.exec(select(Portfolio.id).order_by(Portfolio.id)).all()
        raise Refused(f"there is no portfolio {word!r}; there are: {_some(known) or 'none'}")
    return found


def find_target(session: Session, word: str) -> Account | Portfolio:
    """A portfolio or an account; one word that means both must be written out."""
    portfolio, accounts = session.get(Portfolio, word), _accounts(session, word)
    if portfolio is None and not accounts:
        raise Refused(f"{word!r} is neither a portfolio nor an account")
    if portfolio is not None and accounts:
        raise Refused(f"{word!r} is a portfolio and an account: write the account as {accounts[0].portfolio}/{word}")
    return portfolio or find_account(session, word)


def party_of(session: Session, account: Account) -> Party:
    """The debtor of an account."""
    return session.get_one(Party, account.party)


def short_key(key: str, account: Account) -> str:
    """The key of a task or an attempt as it is written on a screen: what is special to it within the account."""
    for prefix in (f"{account.id}:{account.strategy}:", f"{account.id}:"):
        if key.startswith(prefix):
            return key.removeprefix(prefix)
    return key


def find_key(session: Session, account: Account, word: str) -> str:
    """The full key of a task or attempt of the account, from its end, or from the name of its step."""
    tasks = session.exec(select(Task).where(Task.account == account.id)).all()
    attempts = session.exec(select(Attempt).where(Attempt.account == account.id)).all()
    known = {t.key: t.step for t in tasks} | {a.key: a.step for a in attempts}
    if word in known:
        return word
    meant = [k for k, step in known.items() if k.endswith(f":{word}")] or [k for k, s in known.items() if s == word]
    standing = {t.key for t in tasks if t.status == "open"}
    meant = [k for k in meant if k in standing] or meant
    if not meant:
        raise Refused(
            f"account {account.reference} has no task or message {word!r}; there are: {_shorts(known, account)}"
        )
    if len(meant) > 1:
        raise Refused(f"{word!r} may be one of {_shorts(meant, account)}")
    return meant[0]


def _shorts(keys: Sequence[str] | dict[str, str | None], account: Account) -> str:
    return _some([short_key(key, account) for key in keys]) or "none"


def find_attention(session: Session, word: str, account: Account | None) -> Task:
    """The open task that only a person can settle, by its key or the end of it; of one account or of any."""
    wanted = select(Task).where(col(Task.kind).in_(FOR_A_PERSON), Task.status == "open")
    if account is not None:
        wanted = wanted.where(Task.account == account.id)
    tasks = session.exec(wanted.where(col(Task.key).endswith(word, autoescape=True))).all()
    meant = [t for t in tasks if t.key == word] or [t for t in tasks if t.key.endswith(f":{word}")]
    if not meant:
        raise Refused(f"nothing that waits for a person ends in {word!r}: see `agent.py worklist`")
    if len(meant) > 1:
        raise Refused(f"{word!r} may be one of {_some([t.key for t in meant])}")
    return meant[0]


def _some(names: Sequence[str]) -> str:
    more = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
