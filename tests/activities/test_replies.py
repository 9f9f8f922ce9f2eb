"""Is a stop heard in every language, however it is typed, and is nothing else taken for one?"""

from pathlib import Path

import pytest

from tests.activities.letter_facts import LETTERS
from writing.replies import RepliesFault, load_replies

REPLIES = load_replies(LETTERS / "answers.yaml")


@pytest.mark.parametrize(
    "body",
    [
        *(
            "STOP",
            "stop",
            " Stop. ",
            "STOP!!!",
            "«stop»",
            "stop\n",
            "S\u200btop",
            "STOPALL",
            "Unsubscribe",
            "cancel",
            "end",
            "QUIT",
        ),
        *("FERMA", "basta", "Basta sms.", "OPRIRE", "oprește", "Dezabonează", "STOPP", "stoppen", "afmelden"),
        *("СТОП", "стоп.", "Отписаться", "PARAR", "pare", "Sair", "Arrêt"),
    ],
)
def test_a_stop_is_a_stop(body: str) -> None:
    assert REPLIES.meaning(body) == "stopped"


@pytest.mark.parametrize("body", ["START", "yes", "Unstop", "СТАРТ", "iniciar"])
def test_a_start_is_a_start(body: str) -> None:
    assert REPLIES.meaning(body) == "lifted"


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ",
        ".",
        "stop calling my mother",
        "I will stop by tomorrow",
        "ho già pagato",
        "STOPX",
        "не стоп",
        "help",
        "да",
    ],
)
def test_anything_else_is_for_a_person(body: str) -> None:
    assert REPLIES.meaning(body) is None


@pytest.mark.parametrize(
    ("country", "sender", "possible"),
    [
        ("IT", None, True),
        ("IT", "+393471234567", True),
        ("BR", "28123", True),
        ("IT", "Rientro", False),
        ("RO", None, False),
        ("RO", "+40712034567", False),
        ("XX", None, False),
    ],
)
def test_an_answer_can_come_where_the_country_and_the_sender_allow_it(
    country: str, sender: str | None, possible: bool
) -> None:
    assert REPLIES.possible(country, sender) is possible


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = (LETTERS / "answers.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "answers.yaml").write_text(text.replace(old, new, 1), "utf-8")
    return tmp_path / "answers.yaml"


def test_a_word_that_stops_and_starts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RepliesFault, match="stops and starts: СТОП"):
        load_replies(changed(tmp_path, "[СТАРТ,", "[Стоп, СТАРТ,"))


def test_a_country_written_wrongly_is_refused_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(RepliesFault, match=r"answers\.yaml"):
        load_replies(changed(tmp_path, "{possible: true}", "{possibly: true}"))
