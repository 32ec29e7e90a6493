"""The final review: deterministic checks of an article, each with value, limit and verdict.

One file per family of checks; `report.py` says what a check and a report are. To add a check, yield
it from its family; to add a family, list it in `inspect`; raise `report.VERSION` in both cases.
"""

from pipeline.review import chatter, duplicates, fields, images, keyword, length, meta, structure
from pipeline.review.article import Article, Picture, PlannedSection
from pipeline.review.report import Check, Fix, Reason, Report, make_report

__all__ = [
    "Article",
    "Check",
    "Fix",
    "Picture",
    "PlannedSection",
    "Reason",
    "Report",
    "duplicates",
    "inspect",
    "make_report",
]


def inspect(article: Article, read: images.Read) -> list[Check]:
    """All checks of one article but the comparison with others. Decodes images: run in a thread."""
    return [
        *fields.check(article),
        *chatter.check(article),
        *structure.check(article),
        *length.check(article),
        *keyword.check(article),
        *meta.check(article),
        *images.check(article, read),
    ]
