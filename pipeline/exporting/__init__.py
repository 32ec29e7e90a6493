"""Articles as files: Markdown with front matter, standalone HTML, JSON, and their images.

`articles` reads them, `markdown`, `page` and `index` make texts, `files` writes safely, `export`
puts them together.
"""

from pipeline.exporting.export import (
    FORMATS,
    NOT_GENERATED,
    Exported,
    Format,
    Missing,
    export_articles,
)
from pipeline.exporting.files import ExportRefused

__all__ = [
    "FORMATS",
    "NOT_GENERATED",
    "ExportRefused",
    "Exported",
    "Format",
    "Missing",
    "export_articles",
]
