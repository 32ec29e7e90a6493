"""Small rules for text: counting things in words, and keys under which texts are the same."""

import re
import unicodedata


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """`1 keyword`, `3 clusters`, `1,245 words`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def key_of(text: str) -> str:
    """The form under which two texts count as the same: NFKC, folded case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def count_words(text: str) -> int:
    """Words of a text, Markdown marks not counted."""
    parts = text.split()
    odd = [part for part in parts if not part.isalnum()]  # only these need the slower look
    return len(parts) - len(odd) + len(_WORD.findall(" ".join(odd)))
