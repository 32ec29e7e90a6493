"""Keyword rows of a file: what is in each line, what is refused and why.

Nothing is guessed silently: a row that cannot be taken is listed with its line, a cell that cannot
be read counts as unknown and is listed too. Text is kept as it stands, also when it looks like a
formula: it is data here.
"""

import unicodedata
from collections.abc import Callable

import msgspec

from pipeline.importing.columns import Column, Layout, find_layout, reader
from pipeline.importing.numbers import UNKNOWN, read_amount, read_count
from pipeline.importing.refused import ImportRefused
from pipeline.importing.text import to_text
from pipeline.words import key_of

MAX_BYTES = 50_000_000
MAX_ROWS = 100_000
MAX_KEYWORD = 200
MAX_COUNTRY = 60
MAX_CELL = 10_000
"""Characters of any cell; longer ones are a broken export or an attack."""

_MAX_VOLUME = 2**31 - 1
_SHOWN = 80
_INTENTS = {
    "i": "informational",
    "c": "commercial",
    "t": "transactional",
    "n": "navigational",
}
_INTENT_WORDS = {word: word for word in _INTENTS.values()} | _INTENTS


class KeywordRow(msgspec.Struct):
    """A keyword of the file. `line` is where its record begins; None is unknown."""

    line: int
    text: str
    key: str
    country: str = ""
    volume: int | None = None
    difficulty: float | None = None
    cpc: float | None = None
    intent: str | None = None


class Rejected(msgspec.Struct, frozen=True):
    """A record that was left out: line where it begins, its text (shortened), and why."""

    line: int
    text: str
    reason: str


class Unread(msgspec.Struct, frozen=True):
    """A cell that could not be read and counts as unknown."""

    line: int
    column: Column
    text: str


class Import(msgspec.Struct):
    """What a file holds. `duplicates` counts records joined into an earlier row.

    `mapping` is the file's own header for each column that was understood; empty for a plain list.
    """

    rows: list[KeywordRow]
    rejected: list[Rejected]
    unread: list[Unread]
    duplicates: int
    encoding: str
    delimiter: str | None
    mapping: dict[Column, str]


class _Unusable(Exception):
    """A record cannot be taken; the message says why."""


def read_keywords(data: bytes) -> Import:
    """Keyword rows of a CSV file or a plain list, in file order, each keyword and country once.

    Takes some seconds for 100,000 rows: call it in a thread. Raises ImportRefused.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are allowed. Split it."
        )
    text, encoding = to_text(data)
    if not text.strip("\ufeff\0 \t\r\n,;"):
        raise ImportRefused("The file is empty: it holds no keywords. Put one on each line.")
    layout = find_layout(text)
    found = Import([], [], [], 0, encoding, layout.delimiter, layout.headers)
    if not layout.headers:
        found.delimiter = None
    _fill(found, text, layout)
    if not found.rows and not found.rejected:
        raise ImportRefused(
            f"The file holds no keywords: nothing follows the header in line {layout.header_line}."
        )
    return found


def _fill(found: Import, text: str, layout: Layout) -> None:
    rows = reader(text, layout.delimiter)
    seen: dict[tuple[str, str], KeywordRow] = {}
    count, end = 0, 0
    for record in rows:
        line, end = end + 1, rows.line_num
        if end <= layout.header_line or not any(cell.strip() for cell in record):
            continue
        count += 1
        if count > MAX_ROWS:
            raise ImportRefused(
                f"The file has more than {MAX_ROWS:,} rows: row {MAX_ROWS + 1:,} begins in line "
                f"{line:,}. Nothing was imported. Split the file."
            )
        try:
            row = _row(record, layout, line, found.unread)
        except _Unusable as reason:
            found.rejected.append(Rejected(line, _short(record), str(reason)))
            continue
        first = seen.setdefault((row.country, row.key), row)
        if first is row:
            found.rows.append(row)
        else:
            found.duplicates += 1
            _join(first, row)


def _join(first: KeywordRow, again: KeywordRow) -> None:
    """Fill what `first` does not know from `again`. Metrics are never summed."""
    first.volume = again.volume if first.volume is None else first.volume
    first.difficulty = again.difficulty if first.difficulty is None else first.difficulty
    first.cpc = again.cpc if first.cpc is None else first.cpc
    first.intent = first.intent or again.intent


def _short(record: list[str]) -> str:
    text = " | ".join(cell[:_SHOWN] for cell in record[:10]).strip()
    text = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _row(record: list[str], layout: Layout, line: int, unread: list[Unread]) -> KeywordRow:
    for index, cell in enumerate(record):
        if len(cell) > MAX_CELL:
            raise _Unusable(
                f"column {index + 1} has {len(cell):,} characters, at most {MAX_CELL:,} are allowed"
                + (" (is a quote left open?)" if "\n" in cell else "")
            )
        if "\0" in cell:
            raise _Unusable(f"column {index + 1} holds a NUL byte")

    def cell_of(column: Column) -> str:
        index = layout.columns.get(column)
        return record[index].strip() if index is not None and index < len(record) else ""

    text = cell_of("keyword").strip("\ufeff")
    key = _checked_key(text)
    country = _country(cell_of("country"))
    row = KeywordRow(line, text, key, country)
    for column, reads in _READERS.items():
        cell = cell_of(column)
        try:
            setattr(row, column, reads(cell))
        except ValueError:
            unread.append(Unread(line, column, cell[:_SHOWN]))
    return row


def _checked_key(text: str) -> str:
    if not text:
        raise _Unusable("no keyword in this row")
    key = key_of(text)
    if max(len(text), len(key)) > MAX_KEYWORD:
        raise _Unusable(
            f"the keyword has {len(text):,} characters, at most {MAX_KEYWORD} are allowed"
        )
    if "\n" in text or "\r" in text:
        raise _Unusable("the keyword runs over several lines (is a quote left open?)")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c != "\t" for c in text):
        raise _Unusable("the keyword holds control characters")
    if not any(c.isalnum() for c in text):
        raise _Unusable("the keyword has no letter and no digit")
    return key


def _country(cell: str) -> str:
    """Codes in capitals, names in folded letters, so that one market is one text."""
    if cell.casefold() in UNKNOWN:
        return ""
    country = key_of(cell)
    if len(country) > MAX_COUNTRY or any(unicodedata.category(c)[0] == "C" for c in country):
        raise _Unusable(f"the country has more than {MAX_COUNTRY} characters or odd ones")
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


_READERS: dict[Column, Callable[[str], object]] = {
    "volume": _volume,
    "difficulty": _difficulty,
    "cpc": read_amount,
    "intent": _intent,
}
