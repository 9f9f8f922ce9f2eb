"""Can everything that we write to people be looked at, as a sample account would get it?"""

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.activities.letter_facts import spaced
from tests.activities.test_texts import segments as by_the_standard
from tests.commands.conftest import Command
from writing.local_formats import LOCALES
from writing.sms_segments import budget, segments
from writing.texts import text_channels, text_names


def test_every_text_is_listed_with_its_channels_its_languages_and_the_segments_of_its_sms(command: Command) -> None:
    listed = json.loads(command("starter", "letters", "--json").stdout)
    assert {text["text"]: tuple(text["channels"]) for text in listed} == {n: text_channels(n) for n in text_names()}
    for text in listed:
        assert text["languages"] == list(LOCALES)
        assert set(text["segments"]) == (set(LOCALES) if "sms" in text["channels"] else set())
        assert all(0 < size <= budget(language, text["text"]) for language, size in text["segments"].items())
    assert "first_reminder" in command("starter", "letters").stdout


@pytest.mark.parametrize("name", sorted(text_names()))
def test_every_text_is_rendered_for_the_sample_account_on_each_of_its_channels(command: Command, name: str) -> None:
    shown = json.loads(command("starter", "letters", name, "--json").stdout)
    assert {(one["language"], one["channel"]) for one in shown} == {
        (language, channel) for language in LOCALES for channel in text_channels(name)
    }
    for one in shown:
        assert "A-2026-0042" in one["body"]
        assert (one["html"] is not None) == (one["channel"] == "email")
        if one["channel"] == "sms":
            assert one["segments"] == by_the_standard(one["body"]) <= one["budget"]


def test_an_sms_is_shown_with_its_size_and_says_stop_only_where_a_reply_can_come(command: Command) -> None:
    words = ("letters", "first_reminder", "--language", "en", "--channel", "sms")
    at_home, abroad = command("starter", *words).stdout, command("starter", *words, "--country", "RO").stdout
    assert at_home.startswith("--- first_reminder, sms, en, 2 segments of 2\n")
    assert "reply STOP" in at_home
    assert "reply STOP" not in abroad


def test_for_a_country_a_text_says_what_its_law_wants_named(command: Command) -> None:
    words = ("letters", "first_letter", "--language", "en", "--channel", "letter")
    assert "Our licence or registration: DEMO-0001" not in command("starter", *words).stdout
    italian = command("starter", *words, "--country", "IT").stdout
    assert "Our licence or registration: DEMO-0001" in italian
    assert "What it is made of: principal" in italian


def test_for_a_region_too_and_one_without_a_pack_is_refused(command: Command) -> None:
    words = ("letters", "first_reminder", "--language", "en", "--channel", "sms", "--country")
    city = command("starter", *words, "US-NYC").stdout
    assert "DEMO-0001" in city
    assert "reply STOP" in city
    refused = command("starter", *words, "US-TX")
    assert (refused.exit_code, "there is no pack 'US-TX'" in refused.stderr) == (1, True)


def test_letters_go_out_as_pdf_and_emails_as_html(command: Command, here: Path) -> None:
    command("starter", "letters", "formal_notice", "--language", "ro", "--out", "seen")
    assert sorted(file.name for file in Path("seen").iterdir()) == ["formal_notice.ro.html", "formal_notice.ro.pdf"]
    paper = spaced(PdfReader(io.BytesIO(Path("seen/formal_notice.ro.pdf").read_bytes())).pages[0].extract_text())
    page = Path("seen/formal_notice.ro.html").read_text("utf-8")
    assert "Ștefan Țuțuianu" in paper
    assert "Ștefan Țuțuianu" in page


@pytest.mark.parametrize("name", sorted(n for n in text_names() if "letter" in text_channels(n)))
def test_every_paper_can_be_made_for_the_sample_account(command: Command, here: Path, name: str) -> None:
    answer = command("starter", "letters", name, "--language", "ru", "--channel", "letter", "--out", "seen")
    assert answer.exit_code == 0, answer.output
    assert Path(f"seen/{name}.ru.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["threat"], "there is no text 'threat'; there are: account_update, "),
        (["first_reminder", "--language", "de"], "there is no language 'de'; there are: en, it, "),
        (["first_reminder", "--channel", "fax"], "there is no channel 'fax'; there are: email, letter, sms"),
        (["certificate", "--channel", "sms"], "the text 'certificate' has no sms; it has: letter"),
    ],
)
def test_what_does_not_exist_is_named(command: Command, words: list[str], said: str) -> None:
    answer = command("starter", "letters", *words)
    assert answer.exit_code == 1
    assert said in answer.stderr


@pytest.mark.parametrize(("text", "size"), [("a" * 152 + "€" + "a" * 7, 2), ("😀" * 35, 1), ("ж" * 67 + "😀" * 2, 2)])
def test_a_letter_of_two_places_counts_twice(text: str, size: int) -> None:
    assert segments(text) == size


def test_a_letter_of_two_places_is_not_cut_by_the_end_of_a_segment() -> None:
    assert segments("a" * 152 + "€" + "a" * 151) == 2
    assert segments("a" * 152 + "€" + "a" * 152) == 3, "306 places, but one of the first segment stays empty"
