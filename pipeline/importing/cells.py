"""What a cell of each column may hold. A person's own entry keeps the same rules as a file's."""

import unicodedata
from collections.abc import Callable

from pipeline.importing.columns import Column
from pipeline.importing.numbers import UNKNOWN, read_amount, read_count
from pipeline.words import key_of

MAX_KEYWORD = 200
MAX_COUNTRY = 60
YES = frozenset(("true", "yes", "1", "x"))

_MAX_VOLUME = 2**31 - 1
_INTENTS = {
    "i": "informational",
    "c": "commercial",
    "t": "transactional",
    "n": "navigational",
}
_INTENT_WORDS = {word: word for word in _INTENTS.values()} | _INTENTS


class Unusable(Exception):
    """A record cannot be taken; the message says why."""


def checked_key(text: str) -> str:
    """The key of a keyword. Raises Unusable, whose message says why, for what is none."""
    if not text:
        raise Unusable("no keyword in this row")
    key = key_of(text)
    if max(len(text), len(key)) > MAX_KEYWORD:
        raise Unusable(
            f"the keyword has {len(text):,} characters, at most {MAX_KEYWORD} are allowed"
        )
    if "\n" in text or "\r" in text:
        raise Unusable("the keyword runs over several lines (is a quote left open?)")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c != "\t" for c in text):
        raise Unusable("the keyword holds control characters")
    if not any(c.isalnum() for c in text):
        raise Unusable("the keyword has no letter and no digit")
    return key


def country_of(cell: str) -> str:
    """Codes in capitals, names in folded letters, so that one market is one text.

    Raises Unusable.
    """
    if cell.casefold() in UNKNOWN:
        return ""
    country = key_of(cell)
    if len(country) > MAX_COUNTRY or any(unicodedata.category(c)[0] == "C" for c in country):
        raise Unusable(f"the country has more than {MAX_COUNTRY} characters or odd ones")
    return country.upper() if len(country) <= 3 else country


def _volume(cell: str) -> int | None:
    value = read_count(cell)
    if value is not None and value > _MAX_VOLUME:
        raise ValueError("too large")
    return value


def _difficulty(cell: str) -> float | None:
    value = read_amount(cell)
    if value is not None and value > 100:
        raise ValueError("difficulty is a percentage")
    return value


def _intent(cell: str) -> str | None:
    """The first known intent of a cell such as `Informational, Commercial` or `I`."""
    folded = cell.casefold()
    if folded in UNKNOWN:
        return None
    for word in folded.replace("/", ",").replace(";", ",").replace("|", ",").split(","):
        if word.strip() in _INTENT_WORDS:
            return _INTENT_WORDS[word.strip()]
    raise ValueError("no known intent")


READERS: dict[Column, Callable[[str], object]] = {
    "volume": _volume,
    "difficulty": _difficulty,
    "cpc": read_amount,
    "intent": _intent,
}
"""How the cell of each column is read; ValueError says that it cannot be."""
