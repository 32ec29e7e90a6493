"""Articles as files: Markdown with front matter, standalone HTML, JSON, and their images.

`articles` reads them, `markdown` and `page` make texts, `files` writes safely; `export` puts them
together in a folder, `archive` in a ZIP file, `single` makes one file of one article.
"""

from pipeline.exporting.archive import zip_articles
from pipeline.exporting.export import (
    FORMATS,
    NOT_GENERATED,
    Exported,
    Format,
    Missing,
    export_articles,
)
from pipeline.exporting.files import ExportRefused
from pipeline.exporting.single import ArticleFile, body_with_images, export_article, read_article

__all__ = [
    "FORMATS",
    "NOT_GENERATED",
    "ArticleFile",
    "ExportRefused",
    "Exported",
    "Format",
    "Missing",
    "body_with_images",
    "export_article",
    "export_articles",
    "read_article",
    "zip_articles",
]
