"""How is a call of a vendor refused, and where do the meanings of its words stand?"""

from pathlib import Path
from typing import Any

import yaml

from models.webhook import VendorWords
from writing.text_files import OnceLoader

FORGED = "the signature does not fit"


class Refusal(Exception):
    """A webhook that is not taken: the HTTP status, and why, without a word of what it holds."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def vendor_words(folder: Path) -> VendorWords:
    """The meanings of a vendor's words, which lie beside its code."""
    read: Any = yaml.load((folder / "words.yaml").read_text("utf-8"), OnceLoader)
    return VendorWords(vendor=folder.name, **read)
