"""Small repairs of text fields that an AI service wrote, so that a length costs no second call."""

import re

from rapidfuzz import fuzz, process

from pipeline.words import key_of

ALIKE = 85.0
"""From this rapidfuzz ratio on, two headings are the same heading."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MARKS = re.compile(r"[*_`#]+")
_NUMBER = re.compile(r"^(?:\d{1,2}[.):]|[ivx]{1,4}[.)])\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)")


def one_line(text: str) -> str:
    """`text` as one line: no control characters, Markdown marks or quotes around it."""
    return " ".join(_MARKS.sub("", _CONTROL.sub(" ", text)).split()).strip("\"“”' ")


def fit(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, cut between words, an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if not text[limit - 1].isspace():
        head, space, _ = cut.rpartition(" ")
        cut = head if space and len(head) >= limit // 2 else cut
    return cut.rstrip(" ,;:–—-(") + "…"


def fit_sentences(text: str, least: int, limit: int) -> str:
    """`text` in at most `limit` characters, ended at a sentence if `least` characters remain."""
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text[:limit])]
    return text[: ends[-1]] if ends and ends[-1] >= least else fit(text, limit)


def heading_key(heading: str) -> str:
    """The form under which headings are compared: no marks, no number before it, folded."""
    return key_of(_NUMBER.sub("", one_line(heading)))


def find_alike(heading: str, among: list[str]) -> int | None:
    """Index of the heading in `among` that is this one, exactly or nearly; None if there is none.

    `among` holds heading keys (see `heading_key`).
    """
    key = heading_key(heading)
    if key in among:
        return among.index(key)
    best = process.extractOne(key, among, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return best[2] if best else None


def distinct(texts: list[str]) -> list[str]:
    """`texts` without blanks and repetitions, in order; the first of each kind stays."""
    seen: dict[str, str] = {}
    for text in texts:
        if key_of(text):
            seen.setdefault(key_of(text), text)
    return list(seen.values())
