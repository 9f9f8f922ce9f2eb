"""Does every text name what the law of any place demands, in every language, and nothing twice?"""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from channels.channel_spec import TextForm
from intake.pack_files import law_packs, places
from models.contact import Facts
from models.rules import TEXT_FIELDS
from policy.law.required_content import NOT_TO_DEBTOR, demands
from policy.parsing.pack_reading import PackFault
from tests.activities.letter_facts import LETTERS, PARTICULARS, TEXTS, facts, spaced
from tests.activities.test_tone import COURT, THREATS
from writing.disclosures import SENTENCES
from writing.local_formats import LOCALES, money
from writing.rendering import render
from writing.safe_lines import gsm
from writing.sms_segments import segments
from writing.text_facts import TextFacts
from writing.text_files import PARTICULARS as NAMES
from writing.texts import TextFault, load_texts, text_channels, text_names

PLACES = places()
DAY = date(2026, 11, 24)
OWN_WORDS = ("validation_notice", "transfer_notice")
"""Texts that name in their own words what a law wants of them alone."""
WAYS: list[tuple[str, TextForm]] = [(name, channel) for name in sorted(text_names()) for channel in text_channels(name)]


def said(language: str, field: str, known: TextFacts, name: str) -> list[str]:
    """How the values of a field stand in a text of the language."""
    file = TEXTS.languages[language]
    if field in SENTENCES:
        return []
    if field == "reference" and name == "several_accounts":
        return [line.reference for line in known.accounts]
    if field == "overdue" and name in ("reminder_before_due", "due_today"):
        return [spaced(money(known.due_amount or 0, known.currency, language))]
    found = []
    for placeholder in NAMES[field]:
        value = getattr(known, placeholder)
        shown = spaced(money(value, known.currency, language)) if isinstance(value, int) else str(value)
        found.append(file.codes["product"].get(shown, shown))
    return found


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_whatever_the_law_of_a_place_demands_stands_in_the_text(place: str, language: str) -> None:
    law, known = PLACES[place], facts(language, country=place[:2], **PARTICULARS)
    demanding = 0
    for name, channel in WAYS:
        wanted = [demand.field for demand in demands(law, name, channel, Facts(), DAY)]
        body = spaced(render(TEXTS, language, name, channel, known, wanted).body)
        for field in wanted:
            values = said(language, field, known, name)
            assert [v for v in values if v not in body and gsm(v) not in body] == [], (name, channel, field)
            demanding += 1
    assert demanding


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(("name", "channel"), WAYS)
def test_any_field_can_be_demanded_of_any_text(language: str, name: str, channel: TextForm) -> None:
    known = facts(language, **PARTICULARS)
    body = spaced(render(TEXTS, language, name, channel, known, TEXT_FIELDS).body)
    missing = [
        (field, value)
        for field in TEXT_FIELDS
        for value in said(language, field, known, name)
        if value not in body and gsm(value) not in body
    ]
    assert missing == []
    assert ".." not in body


@pytest.mark.parametrize("language", LOCALES)
def test_without_a_law_that_demands_it_a_text_stays_as_it_was(language: str) -> None:
    for name, channel in WAYS:
        if name in OWN_WORDS:
            continue
        body = render(TEXTS, language, name, channel, facts(language)).body
        assert body == render(TEXTS, language, name, channel, facts(language, **dict.fromkeys(PARTICULARS))).body
        assert "Lic. 115/2026" not in body


@pytest.mark.parametrize("channel", ["sms", "email", "letter"])
def test_what_the_words_say_already_is_not_said_again(channel: TextForm) -> None:
    known = facts("it", **(PARTICULARS | {"sender": "Banca Esempio", "creditor": "Banca Esempio", "phone": "0800 123"}))
    known = known.model_copy(update={"contact": "0800 123, aiuto.example", "sender_address": known.creditor_address})
    once = render(TEXTS, "it", "first_reminder", channel, known)
    fields = ["creditor", "sender", "contact", "phone", "overdue", "outstanding", "reference"]
    assert render(TEXTS, "it", "first_reminder", channel, known, fields) == once
    both = render(TEXTS, "it", "first_reminder", channel, known, ["creditor_address", "sender_address"])
    assert both.body.count("Piazza del Credito 1") == 1


def test_an_email_shows_it_on_its_page_and_a_paper_for_a_court_among_the_people() -> None:
    known = facts("nl", **PARTICULARS)
    page = render(TEXTS, "nl", "first_reminder", "email", known, ["complaints"]).html or ""
    assert "Een klacht over ons:</strong> Die kunt u hier kwijt: reclami@agenzia.example.org" in page
    paper = render(TEXTS, "nl", "certificate", "letter", known, ["licence"])
    assert paper.closing == (("Onze registratie", "Lic. 115/2026"),)


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_a_law_adds_to_an_sms_costs_two_segments_more_at_most(place: str, language: str) -> None:
    law, known = PLACES[place], facts(language, country=place[:2], **PARTICULARS)
    for name in (name for name, channel in WAYS if channel == "sms"):
        fields = [demand.field for demand in demands(law, name, "sms", Facts(), DAY)]
        with_them, without = (render(TEXTS, language, name, "sms", known, more).body for more in (fields, ()))
        assert segments(with_them) - segments(without) <= (2 if language == "ru" else 1), with_them


@pytest.mark.parametrize("language", LOCALES)
def test_no_particular_threatens_or_names_a_court(language: str) -> None:
    words = " ".join(f"{p.label} {p.text} {p.sms}" for p in TEXTS.languages[language].particulars.values()).casefold()
    assert re.findall(rf"\b(?:{THREATS[language]})\w*", words) == []
    assert re.findall(COURT[language], words) == []


# --- a file that could not say it does not load ----------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LETTERS, tmp_path / "letters"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  licence: {label:", "  license: {label:", "particulars: licence is missing\nit.yaml: particulars: license"),
        ('text: "{licence}"', 'text: "numero"', "particulars.licence.text does not name: licence"),
        ('sms: "Licenza: {licence}."', 'sms: "Licenza."', "particulars.licence.sms does not name: licence"),
        ('sms: "Licenza: {licence}."', 'sms: "Licenza: {licence}"', "particulars.licence.sms: expected a full stop"),
        ('sms: "Licenza: {licence}."', 'sms: "{licence} {lice}."', "particulars.licence.sms: no placeholder {lice}"),
        (
            'text: "{licence}", sms: "Licenza: {licence}."',
            'text: "{licence}"',
            "particulars.licence.sms: Field required",
        ),
    ],
)
def test_a_language_that_cannot_say_a_field_is_refused_at_loading(copy: Path, old: str, new: str, fault: str) -> None:
    file = copy / "it.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(TextFault) as caught:
        load_texts(copy)
    assert f"it.yaml: {fault}" in str(caught.value)


def test_papers_for_others_are_bound_only_where_a_rule_names_them() -> None:
    law = PLACES["IT"]
    assert {name: [d.rule for d in demands(law, name, "letter", Facts(), DAY)] for name in sorted(NOT_TO_DEBTOR)} == {
        "certificate": ["IT-R1"],
        "legal_package": ["IT-R1"],
    }


def test_every_pack_names_texts_that_exist() -> None:
    assert len(law_packs(texts=text_names())) > 20
    with pytest.raises(PackFault, match="there is no text 'first_letter'"):
        law_packs(texts=text_names() - {"first_letter"})
