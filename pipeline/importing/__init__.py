"""Keywords from a CSV file: read it, say what was wrong with it, save the rest.

`text` makes text of bytes, `columns` finds delimiter and header, `tools` tells whose export it is,
`cells` and `numbers` read the cells, `keywords` makes rows of them, `preview` shows what would
come, `save` puts the rows into the database.
"""

from pipeline.importing.cells import MAX_COUNTRY, Unusable, checked_key, country_of
from pipeline.importing.columns import Choice, Column
from pipeline.importing.keywords import (
    MAX_BYTES,
    MAX_ROWS,
    Import,
    ReadKeyword,
    Rejected,
    Unread,
    read_keywords,
)
from pipeline.importing.preview import Preview, preview
from pipeline.importing.refused import ImportRefused
from pipeline.importing.save import Saved, count_known, save_keywords

__all__ = [
    "MAX_BYTES",
    "MAX_COUNTRY",
    "MAX_ROWS",
    "Choice",
    "Column",
    "Import",
    "ImportRefused",
    "Preview",
    "ReadKeyword",
    "Rejected",
    "Saved",
    "Unread",
    "Unusable",
    "checked_key",
    "count_known",
    "country_of",
    "preview",
    "read_keywords",
    "save_keywords",
]
