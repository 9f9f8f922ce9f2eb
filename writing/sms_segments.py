"""How many SMS does a text leave as? Letters are counted as the standard has them (3GPP TS 23.038)."""

from channels.sms import MOST_SEGMENTS

_GSM_DOUBLE = frozenset("^{}\\[~]|€")
"""Letters of the extension table: two places each."""
GSM_7 = _GSM_DOUBLE | frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_BUDGETS = {"ru": 3}
"""Where letters cost more: an SMS in Cyrillic holds 70."""
SEVERAL = "several_accounts"
"""The text that speaks for several accounts, instead of one SMS for each: it may have a segment more."""


def budget(language: str, text: str = "") -> int:
    """The most segments that the text may have in the language."""
    return _BUDGETS.get(language, MOST_SEGMENTS) + (text == SEVERAL)


def segments(text: str) -> int:
    """160 places of the GSM alphabet, or 153 each of several; 70 or 67 of UTF-16 once a letter is of no such alphabet.

    A letter of two places is never cut in half: the rest of its segment stays empty.
    """
    if set(text) <= GSM_7:
        sizes, single, part = [2 if letter in _GSM_DOUBLE else 1 for letter in text], 160, 153
    else:
        sizes, single, part = [len(letter.encode("utf-16-be")) // 2 for letter in text], 70, 67
    if sum(sizes) <= single:
        return 1
    count, room = 1, part
    for size in sizes:
        if size > room:
            count, room = count + 1, part
        room -= size
    return count
