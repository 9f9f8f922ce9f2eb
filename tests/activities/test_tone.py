"""Has every step of every strategy its words in every language, and are they words that one may say to a person?"""

import re

import pytest

from intake.pack_files import strategies
from models.agreement_terms import FollowUp, PromiseRules
from models.strategy import Strategy
from store.bundles import KINDS
from tests.activities.letter_facts import TEXTS, facts
from writing.local_formats import LOCALES
from writing.rendering import render
from writing.sms_segments import SEVERAL
from writing.text_files import PAPERS
from writing.texts import text_channels

THREATS = {
    "it": r"minacc|pignora|ufficiale giudiziario|galera|carcere|denunci|vergogn|subito|immediatamente|ultimatum|"
    r"cattivo pagatore|lista nera|datore di lavoro|conseguenze",
    "ro": r"amenin|execut[aă]r|executor|popri|închisoare|poliți|rușin|imediat|ultimatum|rău[- ]platnic|lista neagră|"
    r"angajator|consecinț",
    "nl": r"dreig|deurwaarder|beslag|gevangenis|politie|schaam|schande|onmiddellijk|ultimatum|wanbetaler|zwarte lijst|"
    r"werkgever|gevolgen|sommer",
    "ru": r"угро|пристав|арест|тюрьм|полици|стыд|позор|немедленно|ультиматум|должник|злостн|чёрный список|"
    r"работодател|последстви|взыщ|взыскива|коллектор",
    "pt": r"ameaç|penhora|oficial de justiça|prisão|cadeia|polícia|vergonh|imediatamente|ultimato|caloteiro|"
    r"mau pagador|lista negra|empregador|consequênci|negativ",
    "en": r"threat|bailiff|seiz|garnish|prison|jail|police|arrest|shame|immediately|ultimatum|deadbeat|blacklist|"
    r"employer|consequence|failure to pay|enforce",
}
"""What a message to a debtor never says, in the plain words of each language; beginnings of words."""
COURT = {
    "it": r"giudic|tribunal|legal[ei]\b",
    "ro": r"instanț|tribunal|judec[aă]t",
    "nl": r"rechter|rechtbank|dagvaard",
    "ru": r"\bсуд",
    "pt": r"justiça|judicial|tribunal",
    "en": r"court|lawsuit|legal action|\bsue\b",
}
"""Said only where it is so: by the formal notice, which has to say what may follow."""
TO_DEBTORS = [
    (language, name)
    for language in LOCALES
    for name in sorted(set(TEXTS.languages[language].texts) - PAPERS - {"statement"})
]


def said(language: str, name: str) -> str:
    """All that a text says on all its channels, without what is the account's own."""
    known = facts(language, name="X", creditor="Y", sender="Y")
    written = [render(TEXTS, language, name, channel, known) for channel in text_channels(name)]
    return " ".join(f"{text.subject or ''} {text.body}" for text in written).casefold()


def uses(strategy: Strategy) -> set[tuple[str, str]]:
    """Each text with each channel on which a step may send it."""
    rules: list[PromiseRules | FollowUp] = [strategy.promise, strategy.plan]
    found: set[tuple[str, str]] = set()
    for reminder in (rule.reminder for rule in rules if rule.reminder):
        found |= {("agreed_reminder", channel) for channel in (reminder.channel, *reminder.fallback)}
    steps = [step for cycle in strategy.cycles for stage in cycle.stages for step in stage.steps]
    for step in [*steps, *(step for cycle in strategy.cycles for step in cycle.on_broken_promise)]:
        text = getattr(step, "text", None)
        if text is None:
            continue
        first = {"offer": getattr(step, "channel", "letter"), "sms": "sms", "email": "email"}.get(step.do, "letter")
        found |= {(text, channel) for channel in (first, *getattr(step, "fallback", []))}
    return found


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", sorted(strategies()))
def test_every_step_of_a_strategy_has_its_text_on_each_of_its_channels(name: str, language: str) -> None:
    wanted = uses(strategies()[name].strategy)
    assert len(wanted) > 5
    for text, channel in wanted:
        assert channel in text_channels(text), f"{text} has no {channel}"
        assert render(TEXTS, language, text, channel, facts(language)).body


def test_two_strategies_write_to_a_person_once_and_what_they_join_has_its_text() -> None:
    joining = [pack.strategy for pack in strategies().values() if pack.strategy.one_message]
    assert sorted(strategy.strategy for strategy in joining) == ["crecerto", "kruk"]
    for strategy in joining:
        joined = {(text, channel) for text, channel in uses(strategy) if text in KINDS} & {
            (text, channel) for text in KINDS for channel in text_channels(SEVERAL)
        }
        assert joined


@pytest.mark.parametrize(("language", "name"), TO_DEBTORS)
def test_no_text_threatens(language: str, name: str) -> None:
    assert re.findall(rf"\b(?:{THREATS[language]})\w*", said(language, name)) == []


@pytest.mark.parametrize(("language", "name"), TO_DEBTORS)
def test_a_court_is_named_by_the_formal_notice_only(language: str, name: str) -> None:
    found = re.findall(COURT[language], said(language, name))
    assert bool(found) == (name == "formal_notice"), found


@pytest.mark.parametrize("language", LOCALES)
def test_the_list_of_a_language_finds_what_it_is_for(language: str) -> None:
    threats = {
        "it": "pagate subito o procederemo al pignoramento",
        "ro": "vom trimite executorul",
        "nl": "wij sturen de deurwaarder",
        "ru": "немедленно оплатите",
        "pt": "haverá penhora",
        "en": "pay immediately or face arrest",
    }
    assert re.search(rf"\b(?:{THREATS[language]})", threats[language])


@pytest.mark.parametrize(("language", "name"), TO_DEBTORS)
def test_a_text_says_how_to_pay_whom_to_ask_how_to_object_and_in_messages_how_to_get_no_more(
    language: str, name: str
) -> None:
    file, known = TEXTS.languages[language], facts(language)
    for channel in set(text_channels(name)) - {"sms"}:
        text = render(TEXTS, language, name, channel, known)
        labels = [*file.closing.answers, *(file.closing.opt_out if channel == "email" else ())]
        assert len(file.closing.answers) == 3
        assert [label for label in labels if f"{label}: " not in text.body] == []
