"""Any question that Hypothesis can ask of the law: places, layers, clocks, logs, facts."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from intake.pack_files import law_packs
from models.contact import FACT_NAMES, LAW_CHANNELS, LEVELS, Contact, Fact, Facts, Party, Quiet
from models.jurisdiction import Jurisdiction, Pack
from models.rules import DAYS
from policy.law.may_contact import Allow, Answer, Defer, may_contact
from policy.parsing.pack_reading import Read, jurisdiction

PACKS = law_packs()
PLACES = sorted(name for name, read in PACKS.items() if read.pack.kind in ("country", "region"))
STEADY = ("Europe/Moscow", "Asia/Kolkata", "Asia/Kathmandu", "America/Manaus", "America/Phoenix", "Asia/Vladivostok")
"""Their clocks never jump in these years; two are off by half an hour or a quarter."""
JUMPING = (
    "Europe/Amsterdam",
    "Europe/Lisbon",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "America/Nuuk",
    "America/St_Johns",
)
NEVER = datetime.max.replace(tzinfo=UTC)


class Asked(NamedTuple):
    """The arguments of `may_contact`, and what was layered."""

    party: Party
    channel: str
    at: datetime
    log: list[Contact]
    facts: Facts
    names: tuple[str, ...]

    def answer(self, law: Jurisdiction | None = None) -> Answer:
        return may_contact(self.party, self.channel, self.at, self.log, self.facts, law or self.law)

    @property
    def law(self) -> Jurisdiction:
        return LAWS[self.names]


OFTEN = ("US", "RU", "US-MA", "NL", "US-WA", "PT", "US-NYC", "IT", "RO", "BR", "BR-SP", "GB", "RU", "US-FL", "GB-SCT")
LAWS: dict[tuple[str, ...], Jurisdiction] = {
    names: jurisdiction(PACKS, *names) for place in PLACES for names in ((place,), (place, "HOUSE"))
}
accounts = st.sampled_from(["a1", "a1", "a2", ""])
days = st.dates(date(2026, 1, 1), date(2027, 11, 30))
nights = st.datetimes(datetime(2026, 1, 1), datetime(2027, 10, 31), timezones=st.just(UTC))  # noqa: DTZ001
channels = st.sampled_from(("call", "sms", "email", "call", *LAW_CHANNELS))
MODES: Any = st.sampled_from
facts_known = st.builds(
    Fact,
    st.sampled_from(FACT_NAMES),
    since=st.none() | days,
    until=st.none() | days,
    channels=st.sampled_from([(), ("call",), ("sms", "email")]),
)
wishes = st.builds(
    Quiet,
    days=st.lists(st.sampled_from(DAYS), max_size=3).map(tuple),
    opens=st.sampled_from([time(), time(9), time(12, 30)]),
    closes=st.sampled_from([None, time(13), time(15, 45)]),
)
facts = st.builds(
    Facts,
    account=accounts,
    actor=MODES([None, "creditor", "agency", "servicer", "buyer"]),
    demand=st.booleans(),
    place=MODES([*["home"] * 9, "work"]),
    contract_on=st.none() | days,
    known=st.lists(facts_known, max_size=2).map(tuple),
    quiet=st.just(()) | st.lists(wishes, max_size=1).map(tuple),
)


@st.composite
def daytimes(draw: st.DrawFn) -> datetime:
    """An hour at which the debtor of the first zone is likely to be awake."""
    return draw(nights).replace(hour=draw(st.integers(0, 23)), minute=draw(st.sampled_from([0, 1, 29, 30, 59])))


def contacts(around: datetime, back: int = 40, ways: st.SearchStrategy[str] = channels) -> st.SearchStrategy[Contact]:
    """Entries of a log from so many days before to five days after."""
    return st.builds(
        Contact,
        account=accounts,
        party=st.just("d1"),
        channel=ways,
        at=st.integers(-back * 24 * 6, 5 * 24 * 6).map(lambda n: around + timedelta(minutes=10 * n)),
        level=MODES((*LEVELS, "attempt", "connected")),
        demand=st.booleans(),
        inbound=st.booleans(),
        consent=st.sampled_from([False, False, True]),
        place=MODES(["home", "home", "work"]),
    )


@st.composite
def questions(draw: st.DrawFn, zones: tuple[str, ...] = (*STEADY, *JUMPING)) -> Asked:
    """A question with at least one known clock."""
    clocks = tuple(draw(st.lists(st.sampled_from(zones), min_size=1, max_size=2)))
    at = draw(st.one_of(nights, daytimes()))
    if draw(st.booleans()):
        at = (at.replace(hour=14, tzinfo=ZoneInfo(clocks[0]))).astimezone(UTC)
    channel = draw(channels)
    # Half of the logs are bursts on one channel in a few days, so that caps are met.
    many = contacts(at, 7, st.just(channel)) if draw(st.booleans()) else contacts(at)
    log = draw(st.lists(many, max_size=10))
    names = (draw(st.sampled_from(OFTEN)), "HOUSE")
    party = Party("d1", clocks, draw(roles))
    return Asked(party, channel, at, log, draw(facts), names[: draw(st.integers(1, 2))])


roles: Any = st.sampled_from([*["debtor"] * 9, "third_party"])
DATED = {"article": "contract", "source": "contract", "checked": date(2026, 11, 21), "conf": "H", "level": "policy"}


@st.composite
def clients(draw: st.DrawFn) -> Read:
    """A client's layer: some hours, a cap, perhaps a ban."""
    opens, length = draw(st.integers(0, 15)), draw(st.integers(1, 8))
    window = {"days": list(DAYS), "from": f"{opens:02}:00", "to": f"{opens + length:02}:30"}
    hours = {"id": "CL-H1", "channels": "timed", "windows": [window], **DATED}
    limit: dict[str, Any] = {"max": draw(st.integers(0, 4))}
    limit |= draw(
        st.sampled_from([{"calendar": "day"}, {"calendar": "week"}, {"calendar": "month"}, {"rolling_days": 9}])
    )
    counter = {
        "id": "CL-F1", "says": "cap", "channels": "all", "key": draw(st.sampled_from(["party", "party_debt"])),
        "event": draw(st.sampled_from(LEVELS)), "limits": [limit], **DATED,
    }  # fmt: skip
    ban = {"id": "CL-B1", "says": "no", "channels": ["visit"], "when": [{"fact": draw(st.sampled_from(FACT_NAMES))}]}
    pack = Pack.model_validate(
        {"format": "1", "place": "CLIENT", "kind": "client", "title": "c", "sign_off": "none"}
        | {"hours": draw(st.sampled_from([[], [hours]])), "counters": [counter], "bans": [ban | DATED]}
    )
    return Read(pack, "CLIENT@0", "client.yaml")


def layered(names: tuple[str, ...], client: Read) -> Jurisdiction:
    return jurisdiction(PACKS | {"CLIENT": client}, *names, "CLIENT")


def when_allowed(answer: Answer, at: datetime) -> datetime:
    """The instant from which it is allowed; never is the latest of all."""
    if isinstance(answer, Allow):
        return at
    return answer.until if isinstance(answer, Defer) else NEVER
