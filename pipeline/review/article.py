"""An article with its plan and images, as the checks see it."""

import re
from uuid import UUID

import msgspec

from db.status import ImageKind


class PlannedSection(msgspec.Struct, frozen=True):
    """One section of the plan that the article was written from."""

    heading: str
    notes: str = ""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An image of the article. `path` is its file in the media store, None before it is drawn."""

    id: UUID
    kind: ImageKind
    position: int
    section: str
    alt: str
    path: str | None
    width: int | None
    height: int | None

    @property
    def name(self) -> str:
        """What people call this image: "the featured image", "in-article image 2"."""
        if self.kind is ImageKind.FEATURED:
            return "the featured image"
        return f"in-article image {self.position}"


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """What is checked. `in_article` is how many images the plan asks for, None if not known.

    `fingerprint` tells this state of the article from others (db/articles.py); `slug_taken` and
    `same_keyword` (titles of articles with the same primary keyword) are about the other articles
    of the account.
    """

    id: UUID
    title: str
    slug: str
    meta_title: str
    meta_description: str
    excerpt: str
    body: str
    language: str
    primary_keyword: str
    target_words: int
    outline: list[PlannedSection]
    in_article: int | None
    pictures: list[Picture]
    slug_taken: bool = False
    same_keyword: list[str] = []
    fingerprint: str = ""


_CODE = re.compile(r"^ {0,3}(`{3,9}|~{3,9}).*?(?:^ {0,3}\1|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\n]*\)")  # nothing that opens anew: linear time
_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]+|[*_`|]+", re.MULTILINE)


def without_code(markdown: str) -> str:
    """`markdown` with code blocks and inline code taken out."""
    if "`" not in markdown and "~~~" not in markdown:
        return markdown
    return _CODE.sub(" ", markdown)


def plain(markdown: str) -> str:
    """The words of `markdown` as a reader sees them: no marks, link targets or code."""
    return _MARKS.sub(" ", _LINK.sub(r"\1", without_code(markdown)))
