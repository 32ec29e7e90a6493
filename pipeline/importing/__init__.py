"""Keywords from a CSV file: read it, say what was wrong with it, save the rest.

`text` makes text of bytes, `columns` finds delimiter and header, `numbers` reads the cells,
`keywords` makes rows of them, `save` puts the rows into the database.
"""

from pipeline.importing.columns import Column
from pipeline.importing.keywords import (
    MAX_BYTES,
    MAX_ROWS,
    Import,
    KeywordRow,
    Rejected,
    Unread,
    read_keywords,
)
from pipeline.importing.refused import ImportRefused
from pipeline.importing.save import Saved, save_keywords

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "Column",
    "Import",
    "ImportRefused",
    "KeywordRow",
    "Rejected",
    "Saved",
    "Unread",
    "read_keywords",
    "save_keywords",
]
