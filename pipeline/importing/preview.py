"""What an import would do, before it does it: nothing is saved."""

import itertools

import msgspec

from pipeline.importing.columns import (
    Choice,
    Column,
    Layout,
    NoKeywordColumn,
    find_layout,
    reader,
)
from pipeline.importing.keywords import Import, ReadKeyword, read_rows, text_of

SAMPLE = 20
"""Rows shown."""

MAX_SHOWN_CELL = 200


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is read. `found` is None if it has no column known to hold keywords.

    `columns` has the index of each column that is understood, `cells` the first rows as they stand.
    """

    encoding: str
    delimiter: str | None
    header_line: int
    header: list[str]
    tool: str | None
    columns: dict[Column, int]
    cells: list[list[str]]
    sample: list[ReadKeyword]
    found: Import | None


def preview(data: bytes, choice: Choice | None = None) -> Preview:
    """How a file would be read; takes as long as reading it. Raises ImportRefused."""
    text, encoding = text_of(data)
    found: Import | None = None
    try:
        layout = find_layout(text, choice)
        found = read_rows(text, encoding, layout)
    except NoKeywordColumn as error:
        layout = error.layout
    return Preview(
        encoding=encoding,
        delimiter=layout.separator,
        header_line=layout.header_line,
        header=layout.header,
        tool=layout.tool,
        columns=layout.columns,
        cells=_cells(text, layout),
        sample=found.rows[:SAMPLE] if found else [],
        found=found,
    )


def _cells(text: str, layout: Layout) -> list[list[str]]:
    rows = reader(text, layout.delimiter)
    filled = (
        [cell[:MAX_SHOWN_CELL].replace("\0", "\ufffd") for cell in row]
        for row in rows
        if rows.line_num > layout.header_line and any(cell.strip() for cell in row)
    )
    return list(itertools.islice(filled, SAMPLE))
