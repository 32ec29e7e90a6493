"""Do title and description fit where search engines show them?"""

from collections.abc import Iterator

from pipeline.review.article import Article
from pipeline.review.report import Check, Fix, judged, verdict

TITLE = (15, 65)
DESCRIPTION = (70, 160)
IDEAL = (121, 156)
"""Characters: outside TITLE or DESCRIPTION blocks, a description outside IDEAL warns."""


def check(article: Article) -> Iterator[Check]:
    """Lengths of meta title and meta description, in characters."""
    yield _length("meta title", article.meta_title, TITLE, TITLE)
    yield _length("meta description", article.meta_description, DESCRIPTION, IDEAL)


def _length(name: str, text: str, limits: tuple[int, int], ideal: tuple[int, int]) -> Check:
    size = len(text.strip())
    blocks = not limits[0] <= size <= limits[1]
    low, high = limits if blocks else ideal
    return judged(
        f"{name.replace(' ', '_')}_length",
        verdict(blocks, not ideal[0] <= size <= ideal[1]),
        value=size,
        limit=f"{limits[0]} to {limits[1]} characters"
        + (f", best {ideal[0]} to {ideal[1]}" if ideal != limits else ""),
        place=name,
        message=f"The {name} has {size} characters; it should have {low} to {high}.",
        fix=Fix("edit_meta", f"Edit the {name}"),
    )
