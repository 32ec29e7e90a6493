"""Are all fields there, and is the address of the article usable?"""

import re
from collections.abc import Iterator

from pipeline.review.article import Article
from pipeline.review.report import Check, Fix, FixKind, judged, verdict

_FIELDS: tuple[tuple[str, str, FixKind], ...] = (
    ("title", "title", "edit_title"),
    ("slug", "slug", "edit_slug"),
    ("meta_title", "meta title", "edit_meta"),
    ("meta_description", "meta description", "edit_meta"),
    ("excerpt", "excerpt", "edit_meta"),
    ("body", "body", "write_again"),
    ("primary_keyword", "primary keyword", "edit_plan"),
    ("language", "language", "edit_plan"),
)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_MAX_SLUG = 60


def check(article: Article) -> Iterator[Check]:
    """One check for all fields (naming each that is empty), two for the slug."""
    for field, name, kind in _FIELDS:
        empty = not getattr(article, field).strip()
        yield judged(
            f"field_{field}",
            verdict(empty),
            value="empty" if empty else "present",
            limit="present",
            place=name,
            message=f"The {name} is empty.",
            fix=Fix(kind, "Write the article again" if field == "body" else f"Fill in the {name}"),
        )
    good = bool(_SLUG.fullmatch(article.slug)) and len(article.slug) <= _MAX_SLUG
    yield judged(
        "slug_form",
        verdict(not good and bool(article.slug)),
        value=f"{article.slug} ({len(article.slug)} characters)",
        limit=f"a-z, 0-9 and single hyphens, at most {_MAX_SLUG} characters",
        place="slug",
        message=f"The slug “{article.slug}” is too long or holds characters other than a-z, 0-9, -",
        fix=Fix("edit_slug", "Edit the slug"),
    )
    yield judged(
        "slug_unique",
        verdict(article.slug_taken),
        value="taken" if article.slug_taken else "unique",
        limit="unique in the account",
        place="slug",
        message=f"Another article has the slug “{article.slug}” too.",
        fix=Fix("edit_slug", "Edit the slug"),
    )
