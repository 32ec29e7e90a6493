"""Which delimiter a file uses and what its columns are.

To take the headers of one more tool, add its names to `NAMES`. Names are compared folded, without
a unit in brackets, points and underscores: `CPC (USD)`, `cpc` and `Avg. CPC` are written once.
"""

import csv
import io
import itertools
import re
from typing import TYPE_CHECKING, Literal

import msgspec

from pipeline.importing import tools
from pipeline.importing.refused import ImportRefused
from pipeline.words import key_of

if TYPE_CHECKING:
    import _csv

Column = Literal["keyword", "volume", "difficulty", "cpc", "intent", "country"]

NAMES: dict[str, Column] = {
    "keyword": "keyword",
    "keywords": "keyword",
    "keyword text": "keyword",
    "query": "keyword",
    "queries": "keyword",
    "top queries": "keyword",
    "search query": "keyword",
    "search term": "keyword",
    "search terms": "keyword",
    "term": "keyword",
    "phrase": "keyword",
    "keyphrase": "keyword",
    "key phrase": "keyword",
    "volume": "volume",
    "vol": "volume",
    "sv": "volume",
    "search volume": "volume",
    "searches": "volume",
    "monthly searches": "volume",
    "avg monthly searches": "volume",
    "average monthly searches": "volume",
    "monthly volume": "volume",
    "monthly search volume": "volume",
    "avg search volume": "volume",
    "difficulty": "difficulty",
    "keyword difficulty": "difficulty",
    "keyword difficulty index": "difficulty",
    "kd": "difficulty",
    "kd %": "difficulty",
    "kd%": "difficulty",
    "seo difficulty": "difficulty",
    "cpc": "cpc",
    "avg cpc": "cpc",
    "average cpc": "cpc",
    "cost per click": "cpc",
    "intent": "intent",
    "intents": "intent",
    "search intent": "intent",
    "keyword intents": "intent",
    "main intent": "intent",
    "country": "country",
    "country code": "country",
    "database": "country",
    "market": "country",
    "location": "country",
    "region": "country",
}
"""Header names and their column. Competition (of ads) and Global volume are left out on purpose."""

DELIMITERS = (",", ";", "\t")
PREAMBLE = 5
"""Lines that may stand before the header, as in exports of Google's Keyword Planner."""

_LOOK = 30
_NONE = "\x1f"
"""Delimiter of a plain list: a character that stands in no keyword."""

_UNIT = re.compile(r"\s*\([^)]*\)\s*$")


class Layout(msgspec.Struct, frozen=True):
    """How to read the file: `columns` gives each known column its index and `headers` its header.

    A plain list (no header) has `header_line` 0 and the keyword in its only column. `tool` is whose
    export it is; `flags` and `intents` are what that tool does about intents (see `tools.py`).
    """

    delimiter: str
    columns: dict[Column, int]
    headers: dict[Column, str]
    header_line: int = 0
    header: list[str] = []
    tool: str | None = None
    flags: dict[str, int] = {}
    intents: dict[str, str] = {}

    @property
    def separator(self) -> str | None:
        """The delimiter as people know it; None for a plain list."""
        return None if self.delimiter == _NONE else self.delimiter


class Choice(msgspec.Struct, frozen=True):
    """What a person says of the columns: the index of each, counted from 0.

    `header_line` is the line of the header, 0 for a file without; None: as it is found.
    """

    columns: dict[Column, int]
    header_line: int | None = None


class NoKeywordColumn(ImportRefused):
    """A table whose header names no keyword column: somebody has to say which it is."""

    def __init__(self, message: str, layout: Layout) -> None:
        super().__init__(message)
        self.layout = layout


def find_layout(text: str, choice: Choice | None = None) -> Layout:
    """The layout of a file's text, with the columns of `choice` if there is one.

    Raises NoKeywordColumn for a table without one, ImportRefused for a choice that does not fit.
    """
    if choice is None:
        return _found(text)
    try:
        found = _found(text)
    except NoKeywordColumn as error:
        found = error.layout
    wrong = [f"{name} ({index})" for name, index in choice.columns.items() if index < 0]
    rows = dict(_first_rows(text, found.delimiter))
    width = max(map(len, rows.values()), default=0)
    wrong += [f"{name} ({index})" for name, index in choice.columns.items() if index >= width]
    if "keyword" not in choice.columns or wrong:
        raise ImportRefused(
            f"The file has no such column: {', '.join(wrong)}. It has columns 0 to {width - 1}."
            if wrong
            else "Choose the column that holds the keywords."
        )
    line = found.header_line if choice.header_line is None else choice.header_line
    header = [cell.strip() for cell in rows.get(line, [])]
    headers = {name: header[i] if i < len(header) else "" for name, i in choice.columns.items()}
    return msgspec.structs.replace(
        found, columns=choice.columns, headers=headers, header_line=line, header=header
    )


def _found(text: str) -> Layout:
    best: Layout | None = None
    for delimiter in DELIMITERS:
        found = _header(text, delimiter)
        if found and (best is None or len(found.columns) > len(best.columns)):
            best = found
    if best:
        return best
    table = _table_without_keyword(text)
    if table:
        names = ", ".join(repr(name[:40]) for name in table.header[:20])
        raise NoKeywordColumn(
            f"No keyword column: line 1 holds the columns {names}. "
            'Name the column with the keywords "keyword", or send one keyword per line.',
            table,
        )
    return Layout(_NONE, {"keyword": 0}, {})


def reader(text: str, delimiter: str) -> "_csv.Reader":
    """A CSV reader whose `line_num` counts lines of the file, as `text` has them."""
    csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))  # cells are limited later
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _first_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Number of the last line and cells of the first records that are not empty."""
    rows = reader(text, delimiter)
    filled = ((rows.line_num, row) for row in rows if any(cell.strip() for cell in row))
    return list(itertools.islice(filled, _LOOK))


def _name(header: str) -> str:
    return " ".join(_UNIT.sub("", key_of(header)).replace("_", " ").replace(".", " ").split())


def _header(text: str, delimiter: str) -> Layout | None:
    """The header row, if one of the first lines is one; below line 1 it needs two known names."""
    for place, (line, row) in enumerate(_first_rows(text, delimiter)[: PREAMBLE + 1]):
        columns: dict[Column, int] = {}
        for index, cell in enumerate(row):
            column = NAMES.get(_name(cell))
            if column:
                columns.setdefault(column, index)
        if "keyword" in columns and (place == 0 or len(columns) > 1):
            headers = {column: row[index].strip() for column, index in columns.items()}
            header = [cell.strip() for cell in row]
            tool, flags, intents = tools.recognise([_name(cell) for cell in row])
            return Layout(delimiter, columns, headers, line, header, tool, flags, intents)
    return None


def _table_without_keyword(text: str) -> Layout | None:
    """A file that is plainly a table: the same cells, two or more, in each row."""
    for delimiter in DELIMITERS:
        rows = [row for _, row in _first_rows(text, delimiter)]
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows)
        if width > 1 and len(rows) > 1 and alike * 10 >= len(rows) * 9:
            return Layout(delimiter, {}, {}, 1, [cell.strip() for cell in rows[0]])
    return None
