"""How does a reference of others stand in a history: as a code without blanks, so that it is nobody's name?"""

import hashlib
import re

CODE = re.compile(r"(?!sha256:)[A-Za-z0-9][A-Za-z0-9_.:@-]{0,139}")


def bank_code(reference: str) -> str:
    """The reference as an identifier that may stand in a history: a text with blanks may be somebody's name."""
    if CODE.fullmatch(reference):
        return reference
    return f"sha256:{hashlib.sha256(reference.encode()).hexdigest()[:32]}"
