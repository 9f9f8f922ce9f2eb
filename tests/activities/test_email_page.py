"""Does an e-mail's page say what its plain text says, and can a name or a reference put anything else into it?"""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from activities.vendors.outbox.outbox_send import Outbox
from models.message import Message
from tests.activities.letter_facts import LETTERS, TEXTS, facts, spaced
from tests.activities.test_texts import copy as copy  # a fixture
from writing.local_formats import LOCALES, money
from writing.rendering import render
from writing.texts import TextFault, load_texts, text_channels, text_names

EMAILS = [(language, name) for language in LOCALES for name in sorted(text_names()) if "email" in text_channels(name)]
TAGS = {"html", "head", "meta", "title", "body", "div", "p", "table", "tr", "th", "td", "strong"}
HOSTILE = [
    "<script>alert(1)</script>",
    "</p></div><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' style='background:url(javascript:alert(1))",
    "{{ 7 * 7 }} {% for x in y %} {# note #}",
    "&lt;b&gt; &amp;",
    "]]><!-- <a href='https://evil.example'>pay here</a> -->",
    "<plaintext><textarea><title>",
]


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")


def reminder(**changes: str) -> Page:
    html = render(TEXTS, "en", "first_reminder", "email", facts(**changes)).html
    assert html is not None
    return Page(html)


@pytest.mark.parametrize(("language", "name"), EMAILS)
def test_the_page_says_all_that_the_plain_text_says(language: str, name: str) -> None:
    written = render(TEXTS, language, name, "email", facts(language))
    assert written.html is not None
    words = " ".join(Page(written.html).words.split())
    assert [line for line in written.body.splitlines() if " ".join(line.split()) not in words] == []
    assert f'<html lang="{language}">' in written.html


@pytest.mark.parametrize(("language", "name"), EMAILS)
def test_the_table_names_creditor_account_and_amounts(language: str, name: str) -> None:
    known = facts(language)
    first = known.due_amount if name in {"reminder_before_due", "due_today"} else known.overdue
    html = render(TEXTS, language, name, "email", known).html or ""
    cells = Page(html[html.index("<table") : html.index("</table>")]).words
    amounts = [spaced(money(amount or 0, known.currency, language)) for amount in (first, known.outstanding)]
    assert [w for w in (known.creditor, known.reference, *amounts) if w not in cells] == []


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("field", ["name", "creditor", "sender", "reference", "contact", "pay_to"])
def test_no_fact_can_put_anything_into_the_page_but_itself(field: str, value: str) -> None:
    plain, hostile = reminder(), reminder(**{field: value})
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes
    assert set(hostile.tags) <= TAGS
    assert value in hostile.words, "it is read as it is written"


def test_letters_and_sms_have_no_page() -> None:
    assert render(TEXTS, "it", "first_reminder", "sms", facts()).html is None
    assert render(TEXTS, "it", "first_reminder", "letter", facts()).html is None


def test_the_outbox_keeps_the_page_beside_the_text(tmp_path: Path) -> None:
    written = render(TEXTS, "nl", "first_reminder", "email", facts("nl"))
    message = Message("k", facts().today, "email", "a@example.org", written.subject, written.body, html=written.html)
    Outbox(tmp_path).send(message)
    [page] = tmp_path.glob("*/*.html")
    assert page.read_text("utf-8") == written.html
    assert page.with_suffix(".txt").exists()


def test_a_template_that_cannot_be_read_is_refused_at_loading(copy: Path) -> None:
    (copy / "email.html").write_text((LETTERS / "email.html").read_text() + "{% for %}")
    with pytest.raises(TextFault, match=r"email\.html: "):
        load_texts(copy)
