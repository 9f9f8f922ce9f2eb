"""Do the texts say what they must, in every language and on every channel, whatever a debtor is called?"""

import shutil
from pathlib import Path

import pytest

from tests.activities.letter_facts import HOSTILE, LETTERS, TEXTS, facts, spaced
from writing.local_formats import LOCALES, money
from writing.rendering import render
from writing.texts import TextFault, Texts, load_texts, text_channels, text_names, text_version

ALL = [(language, name) for language in LOCALES for name in sorted(text_names())]
GSM_BASIC = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà") | set(
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
GSM_DOUBLE = set("^{}\\[~]|€")


def segments(text: str) -> int:
    """How many SMS a text is sent as: GSM-7 160, or 153 each; UCS-2 70, or 67 each."""
    if set(text) <= GSM_BASIC | GSM_DOUBLE:
        size, single, part = sum(2 if c in GSM_DOUBLE else 1 for c in text), 160, 153
    else:
        size, single, part = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= single else -(-size // part)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LETTERS, tmp_path / "letters"))


def change(directory: Path, old: str, new: str) -> None:
    file = directory / "it.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def fault_of(directory: Path) -> str:
    with pytest.raises(TextFault) as caught:
        load_texts(directory)
    return str(caught.value)


@pytest.mark.parametrize(("language", "name"), ALL)
def test_every_text_names_the_creditor_the_account_and_the_amounts(language: str, name: str) -> None:
    known = facts(language)
    first = known.due_amount if name in {"reminder_before_due", "due_today"} else known.overdue
    assert first is not None
    wanted = [known.reference, *(spaced(money(m, known.currency, language)) for m in (first, known.outstanding))]
    for channel in text_channels(name):
        body = spaced(render(TEXTS, language, name, channel, known).body)
        assert [w for w in wanted if w not in body] == []
        assert known.creditor in body or channel == "sms"


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_message_says_how_to_pay_whom_to_ask_and_calls_the_reader_by_the_name_as_it_is(
    language: str, name: str
) -> None:
    if name in {"certificate", "legal_package"}:
        return
    known = facts(language)
    for channel in text_channels(name):
        body = render(TEXTS, language, name, channel, known).body
        assert known.contact in body
        assert channel == "sms" or (known.pay_to in body and HOSTILE in body)


@pytest.mark.parametrize("country", ["IT", "RO"])
@pytest.mark.parametrize(("language", "name"), [(la, na) for la, na in ALL if "sms" in text_channels(na)])
def test_an_sms_fits_in_two_segments_or_in_three_in_cyrillic(language: str, name: str, country: str) -> None:
    body = render(TEXTS, language, name, "sms", facts(language, country=country)).body
    most = (3 if language == "ru" else 2) + (name == "several_accounts")
    assert segments(body) <= most, f"{len(body)}: {body}"


@pytest.mark.parametrize("language", LOCALES)
def test_an_sms_says_reply_with_a_word_that_stops_it_only_where_a_reply_can_come(language: str) -> None:
    two_way = render(TEXTS, language, "first_reminder", "sms", facts(language, country="IT")).body
    words = {w for w in two_way.replace(".", " ").split() if w.isupper() and TEXTS.replies.meaning(w) == "stopped"}
    assert len(words) == 1
    for country in ("RO", "RU", "XX", ""):
        one_way = render(TEXTS, language, "first_reminder", "sms", facts(language, country=country)).body
        assert facts(language).contact in one_way
        assert not words & set(one_way.replace(".", " ").split())


@pytest.mark.parametrize(("length", "letter", "parts"), [(160, "a", 1), (161, "a", 2), (80, "€", 1), (81, "€", 2)])
def test_gsm_letters_are_counted_by_the_standard(length: int, letter: str, parts: int) -> None:
    assert segments(letter * length) == parts


@pytest.mark.parametrize(("length", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_cyrillic_letters_are_counted_by_the_standard(length: int, parts: int) -> None:
    assert segments("ж" * length) == parts


@pytest.mark.parametrize(("language", "name"), ALL)
def test_sms_and_email_hold_no_unbreakable_spaces(language: str, name: str) -> None:
    for channel in set(text_channels(name)) - {"letter"}:
        written = render(TEXTS, language, name, channel, facts(language))
        assert not set("\u00a0\u202f") & set(written.body + (written.subject or ""))


@pytest.mark.parametrize("language", LOCALES)
def test_an_email_says_in_words_how_to_get_no_more(language: str) -> None:
    body = render(TEXTS, language, "first_reminder", "email", facts(language)).body
    assert any(word in body for word in ("STOP", "SAIR", "СТОП"))


def test_a_name_cannot_break_out_of_its_line() -> None:
    body = render(TEXTS, "en", "first_reminder", "email", facts(name="Ann\r\nBcc: x\u2028y\u202e\x00z")).body
    assert body.startswith("Dear Ann Bcc: x y z,\n\n")


@pytest.mark.parametrize("name", ["", "\n", "\u200b"])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        facts(name=name)


@pytest.mark.parametrize(
    ("language", "term"),
    [
        ("it", "21 giorni"),
        ("ro", "21 de zile"),
        ("nl", "21 dagen"),
        ("ru", "21 день"),
        ("pt", "21 dias"),
        ("en", "21 days"),
    ],
)
def test_the_term_of_the_formal_notice_is_counted_as_the_language_counts(language: str, term: str) -> None:
    assert term in render(TEXTS, language, "formal_notice", "letter", facts(language)).body


@pytest.mark.parametrize(("language", "name"), ALL)
def test_a_sentence_ends_with_one_full_stop(language: str, name: str) -> None:
    for channel in text_channels(name):
        assert ".." not in render(TEXTS, language, name, channel, facts(language)).body


def test_a_currency_without_cents_has_none() -> None:
    assert money(1250, "JPY", "en") == "JP¥1,250"


def test_a_romanian_sms_loses_its_accents_and_a_romanian_letter_keeps_them() -> None:
    assert "Plata, intrebari" in render(TEXTS, "ro", "due_today", "sms", facts("ro")).body
    assert "mulțumim" in render(TEXTS, "ro", "due_today", "letter", facts("ro")).body


def test_a_fact_that_a_text_needs_and_that_is_not_given_is_named() -> None:
    with pytest.raises(TextFault, match=r"offer_plan\.sms needs the fact 'offer_instalment'"):
        render(TEXTS, "it", "offer_plan", "sms", facts(offer_instalment=None))


def test_a_language_without_texts_is_named() -> None:
    with pytest.raises(TextFault, match="no texts in language 'de'"):
        render(TEXTS, "de", "due_today", "sms", facts())


def test_an_unknown_text_and_a_channel_a_text_does_not_have_are_named() -> None:
    with pytest.raises(TextFault, match="no text 'threat'"):
        render(TEXTS, "it", "threat", "sms", facts())
    with pytest.raises(TextFault, match="'formal_notice' has no sms"):
        render(TEXTS, "it", "formal_notice", "sms", facts())


def test_an_unknown_placeholder_is_refused_at_loading_with_its_place(copy: Path) -> None:
    change(copy, "scade il {due};", "scade il {duo};")
    assert "it.yaml: texts.reminder_before_due.sms: no placeholder {duo}" in fault_of(copy)


def test_a_brace_of_no_placeholder_is_refused(copy: Path) -> None:
    change(copy, "scade il {due};", "scade il {due;")
    assert "texts.reminder_before_due.sms: a brace that belongs to no placeholder" in fault_of(copy)


def test_a_missing_text_is_refused(copy: Path) -> None:
    change(copy, "  due_today:", "  due_tomorrow:")
    assert "it.yaml: texts: due_today is missing\nit.yaml: texts: due_tomorrow is not known" in fault_of(copy)


def test_a_missing_channel_is_refused(copy: Path) -> None:
    change(copy, "    letter: [*before, *before2]\n", "")
    assert fault_of(copy) == "it.yaml: texts.reminder_before_due: letter is missing"


def test_a_text_that_does_not_name_the_amount_is_refused(copy: Path) -> None:
    change(copy, "in tutto restano {outstanding}", "in tutto resta molto")
    assert fault_of(copy) == "it.yaml: texts.reminder_before_due.sms does not name: outstanding"


def test_a_closing_without_a_way_to_object_or_to_say_stop_is_refused(copy: Path) -> None:
    change(copy, "Per pagare, chiedere o contestare: {contact}. Basta", "Basta")
    change(copy, "oppure ce lo dica: {contact}.", "grazie.")
    assert fault_of(copy) == (
        "it.yaml: closing.sms does not name: contact\nit.yaml: closing.opt_out does not name: contact"
    )


def test_a_word_that_is_missing_is_refused(copy: Path) -> None:
    change(copy, "{amount: Importo, ", "{")
    assert fault_of(copy) == "it.yaml: words: amount is missing"


def test_a_key_given_twice_is_refused(copy: Path) -> None:
    change(copy, "texts:\n", "greeting: Ciao\ntexts:\n")
    assert "'greeting' is given twice" in fault_of(copy)


def test_a_missing_file_is_refused(copy: Path) -> None:
    (copy / "it.yaml").unlink()
    assert fault_of(copy).startswith("it.yaml: ")


def versions(directory: Path) -> dict[str, str]:
    texts: Texts = load_texts(directory)
    return {language: text_version(texts, language) for language in LOCALES}


def test_the_version_changes_with_the_words_of_that_language_only(copy: Path) -> None:
    before = versions(copy)
    change(copy, "Gentile", "Cara o caro")
    after = versions(copy)
    assert [la for la in LOCALES if before[la] != after[la]] == ["it"]


def test_the_version_changes_with_the_template_in_every_language(copy: Path) -> None:
    before = versions(copy)
    (copy / "house.typ").write_text((copy / "house.typ").read_text("utf-8") + "\n", "utf-8")
    assert not set(before.values()) & set(versions(copy).values())


def test_a_fourteen_day_letter_without_the_cost_is_refused_at_loading(copy: Path) -> None:
    change(copy, "per legge sono dovuti {collection_fee} di", "per legge sono dovute")
    assert (
        fault_of(copy) == "it.yaml: texts.fourteen_day_letter.letter does not name: the collection_fee, or the 14 days"
    )


def test_a_fourteen_day_letter_that_names_a_day_for_its_end_is_refused_at_loading(copy: Path) -> None:
    change(copy, "entro 14 giorni dal giorno successivo", "entro il {offer_until}, 14 giorni dal giorno successivo")
    says = "no day may stand for the end of its term, but {offer_until} does"
    assert fault_of(copy) == f"it.yaml: texts.fourteen_day_letter.letter: {says}"
