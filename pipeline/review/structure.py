"""Headings and planned sections: is the article built as it was planned, and is its HTML clean?"""

from collections.abc import Iterator
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

from pipeline.fields import find_alike, heading_key
from pipeline.markdown import Section, headings, sections
from pipeline.review.article import Article
from pipeline.review.report import Check, Fix, judged, verdict
from pipeline.words import count_words

LEAST_WORDS = 60
"""Words below which a planned section counts as not written; in a short article, below half of the
share of the target that falls to a section."""


def check(article: Article) -> Iterator[Check]:
    """Headings, planned sections with their length and order, and clean HTML."""
    yield from _headings(article)
    yield from _planned(article)
    yield _clean(article)


def _headings(article: Article) -> Iterator[Check]:
    found = headings(article.body)
    tops = [text for level, text in found if level == 1]
    yield judged(
        "single_h1",
        verdict(bool(tops)),
        value=len(tops),
        limit="0 in the body: the title is the H1",
        place=tops[0] if tops else "body",
        message=f"The body has a heading of the first level: “{tops[0] if tops else ''}”.",
        fix=Fix("edit_body", "Make it a heading of the second level"),
    )
    jump, before = "", 1
    for level, text in found:
        if level > before + 1 and not jump:
            jump = text
        before = level
    yield judged(
        "heading_levels",
        verdict(bool(jump)),
        value="a jump" if jump else "no jumps",
        limit="each level at most one below the one before",
        place=jump or "body",
        message=f"The heading “{jump}” skips a level.",
        fix=Fix("edit_body", "Edit the heading's level", jump),
    )


def _planned(article: Article) -> Iterator[Check]:
    parts = sections(article.body)[1:]
    left = {index: heading_key(part.heading) for index, part in enumerate(parts)}
    order: list[int] = []
    missing: list[str] = []
    least = min(LEAST_WORDS, article.target_words // (2 * len(article.outline) + 2))
    for planned in article.outline:
        keys = list(left)
        at = find_alike(planned.heading, [left[key] for key in keys])
        if at is None:
            missing.append(planned.heading)
            continue
        order.append(keys[at])
        del left[keys[at]]
        yield _length(parts[keys[at]], least)
    count = len(article.outline)
    first = missing[0] if missing else ""
    yield judged(
        "planned_sections",
        verdict(bool(missing)),
        value=f"{count - len(missing)} of {count}",
        limit="all, headings alike by 85 % or more",
        place=first or "body",
        message=f"Planned sections are missing: {', '.join(f'“{name}”' for name in missing)}.",
        fix=Fix("extend_section", "Write the missing section", first),
    )
    yield judged(
        "section_order",
        verdict(False, order != sorted(order)),
        value="as planned" if order == sorted(order) else "changed",
        limit="as planned",
        place="body",
        message="The sections stand in another order than planned.",
        fix=Fix("edit_body", "Edit the order"),
    )


def _length(part: Section, least: int) -> Check:
    words, heading = count_words(part.text), part.heading
    return judged(
        "section_words",
        verdict(words < least),
        value=words,
        limit=f"at least {least} words",
        place=heading,
        message=f"The section “{heading}” has only {words} words.",
        fix=Fix("extend_section", "Extend the section", heading),
    )


_RAW = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# A link that the renderer would refuse must be seen here.
_RAW.validateLink = lambda url: True  # type: ignore[method-assign,assignment]


class _Tags(HTMLParser):
    """Tags with their attributes, in order; what rendering and cleaning add is left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ours = ("rel", "class", "style") if tag in ("td", "th") else ("rel", "class")
        kept = sorted(f" {name}" for name, _ in attrs if name not in ours)
        self.found.append(f"<{tag}{''.join(kept)}>")

    def handle_comment(self, data: str) -> None:
        self.found.append("<!-- comment -->")


def _clean(article: Article) -> Check:
    """Everything that a cleaner would take out of the HTML must not be in it."""
    html = _RAW.render(article.body)
    before, after = _Tags(html).found, _Tags(nh3.clean(html)).found
    kept = list(after)
    removed = ""
    for tag in before:
        if tag in kept:
            kept.remove(tag)
        elif not removed:
            removed = tag
    return judged(
        "clean_html",
        verdict(bool(removed)),
        value=removed or "clean",
        limit="nothing that cleaning takes out",
        place="body",
        message=f"The body holds HTML that is not allowed: {removed}.",
        fix=Fix("edit_body", "Take the HTML out of the body"),
    )
