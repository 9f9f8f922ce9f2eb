"""The tables, labels and words of a paper, as the templates take them: strings and nothing else."""

from collections.abc import Iterable, Mapping, Sequence

from writing.document_content import Paper
from writing.text_files import PLACEHOLDER
from writing.texts import Texts

Cell = str | list[str]
"""Several strings: a line and, smaller, the lines below it."""
Cells = Sequence[Cell]
Data = dict[str, object]


def table(texts: Texts, paper: Paper, title: str, columns: Sequence[str], rows: Iterable[Cells]) -> Data:
    """A table with its title; the name of a column is also how its cells are set."""
    words = texts.languages[paper.language].words
    heads = [words[column] for column in columns]
    return {
        "title": words[title],
        "kinds": columns,
        "heads": heads,
        "rows": [list(row) for row in rows],
        "none": words["none"],
    }


def labelled(texts: Texts, paper: Paper, values: Mapping[str, str]) -> list[list[str]]:
    """Values under their names."""
    words = texts.languages[paper.language].words
    return [[words[label], value] for label, value in values.items()]


def word_of(texts: Texts, paper: Paper, group: str, code: str) -> str:
    """The word for one of our codes; another word is printed as it is."""
    return texts.languages[paper.language].codes[group].get(code, code)


def phrase(texts: Texts, paper: Paper, name: str, **values: str) -> str:
    """One of the phrases of the language with its values put in; a value is never looked at for placeholders."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], texts.languages[paper.language].phrases[name])
