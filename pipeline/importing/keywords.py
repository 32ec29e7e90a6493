"""Keyword rows of a file: what is in each line, what is refused and why.

Nothing is guessed silently: a row that cannot be taken is listed with its line, a cell that cannot
be read counts as unknown and is listed too. Text is kept as it stands, also when it looks like a
formula: it is data here.
"""

import unicodedata

import msgspec

from pipeline.importing.cells import READERS, YES, Unusable, checked_key, country_of
from pipeline.importing.columns import Choice, Column, Layout, find_layout, reader
from pipeline.importing.refused import ImportRefused
from pipeline.importing.text import to_text

MAX_BYTES = 50_000_000
MAX_ROWS = 100_000
MAX_CELL = 10_000
"""Characters of any cell; longer ones are a broken export or an attack."""

_SHOWN = 80


class ReadKeyword(msgspec.Struct):
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
    `tool` is whose export it is, None if the header is nobody's that we know.
    """

    rows: list[ReadKeyword]
    rejected: list[Rejected]
    unread: list[Unread]
    duplicates: int
    encoding: str
    delimiter: str | None
    mapping: dict[Column, str]
    tool: str | None = None


def read_keywords(data: bytes, choice: Choice | None = None) -> Import:
    """Keyword rows of a CSV file or a plain list, in file order, each keyword and country once.

    `choice` says which columns to take if the header does not, or not as wanted. Takes some seconds
    for 100,000 rows: call it in a thread. Raises ImportRefused.
    """
    text, encoding = text_of(data)
    return read_rows(text, encoding, find_layout(text, choice))


def text_of(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding. Raises ImportRefused for one that cannot be used."""
    if len(data) > MAX_BYTES:
        raise ImportRefused(
            f"The file has {len(data):,} bytes; at most {MAX_BYTES:,} are allowed. Split it."
        )
    text, encoding = to_text(data)
    if not text.strip("\ufeff\0 \t\r\n,;"):
        raise ImportRefused("The file is empty: it holds no keywords. Put one on each line.")
    return text, encoding


def read_rows(text: str, encoding: str, layout: Layout) -> Import:
    """The keyword rows of a file's text, as its layout says. Raises ImportRefused."""
    delimiter = layout.separator
    found = Import([], [], [], 0, encoding, delimiter, layout.headers, layout.tool)
    _fill(found, text, layout)
    if not found.rows and not found.rejected:
        raise ImportRefused(
            f"The file holds no keywords: nothing follows the header in line {layout.header_line}."
        )
    return found


def _fill(found: Import, text: str, layout: Layout) -> None:
    rows = reader(text, layout.delimiter)
    seen: dict[tuple[str, str], ReadKeyword] = {}
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
        except Unusable as reason:
            found.rejected.append(Rejected(line, _short(record), str(reason)))
            continue
        first = seen.setdefault((row.country, row.key), row)
        if first is row:
            found.rows.append(row)
        else:
            found.duplicates += 1
            _join(first, row)


def _join(first: ReadKeyword, again: ReadKeyword) -> None:
    """Fill what `first` does not know from `again`. Metrics are never summed."""
    first.volume = again.volume if first.volume is None else first.volume
    first.difficulty = again.difficulty if first.difficulty is None else first.difficulty
    first.cpc = again.cpc if first.cpc is None else first.cpc
    first.intent = first.intent or again.intent


def _short(record: list[str]) -> str:
    text = " | ".join(cell[:_SHOWN] for cell in record[:10]).strip()
    text = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _row(record: list[str], layout: Layout, line: int, unread: list[Unread]) -> ReadKeyword:
    for index, cell in enumerate(record):
        if len(cell) > MAX_CELL:
            raise Unusable(
                f"column {index + 1} has {len(cell):,} characters, at most {MAX_CELL:,} are allowed"
                + (" (is a quote left open?)" if "\n" in cell else "")
            )
        if "\0" in cell:
            raise Unusable(f"column {index + 1} holds a NUL byte")

    def cell_of(column: Column) -> str:
        index = layout.columns.get(column)
        return record[index].strip() if index is not None and index < len(record) else ""

    text = cell_of("keyword").strip("\ufeff")
    key = checked_key(text)
    country = country_of(cell_of("country"))
    row = ReadKeyword(line, text, key, country)
    for column, reads in READERS.items():
        cell = cell_of(column)
        try:
            setattr(row, column, reads(layout.intents.get(cell, cell)))
        except ValueError:
            unread.append(Unread(line, column, cell[:_SHOWN]))
    if row.intent is None:
        row.intent = _flagged(record, layout)
    return row


def _flagged(record: list[str], layout: Layout) -> str | None:
    """The first intent whose own column says yes, in exports with a column for each."""
    return next(
        (
            intent
            for intent, index in layout.flags.items()
            if index < len(record) and record[index].strip().casefold() in YES
        ),
        None,
    )
