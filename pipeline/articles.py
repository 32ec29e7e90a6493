"""An article beside its plan: what is missing, how sections are put in, how it is stored.

The plan is a task's; `Article` is what the AI service wrote from it. Everything here is plain
computing and runs once or twice per article, so it stays cheap.
"""

from typing import Any

import msgspec
from slugify import slugify

from db.articles import MOST_SLUG
from pipeline import language
from pipeline.errors import ValidationError
from pipeline.fields import find_alike, fit, fit_sentences, heading_key, one_line
from pipeline.markdown import Section, clean_body, joined, sections
from pipeline.planning import SECTION_WORDS, PlannedSection, has_keyword
from pipeline.review.article import plain
from pipeline.review.keyword import OPENING
from pipeline.words import count_words

ENOUGH = 0.85
"""Share of the target words from which an article is long enough."""

USELESS = 20
"""Words below which a body is no article but a remark."""


class Plan(msgspec.Struct, frozen=True):
    """What a task asks for: field for field the data of its question."""

    title: str
    summary: str
    content_type: str
    primary_keyword: str
    secondary_keywords: list[str]
    target_words: int
    language: str
    outline: list[PlannedSection]


class Article(msgspec.Struct):
    """The answer of stage 4. `body` is Markdown without H1."""

    title: str
    slug: str
    meta_title: str
    meta_description: str
    excerpt: str
    body: str


class Draft(msgspec.Struct, frozen=True):
    """An article kept between two attempts, with the plan it was written from."""

    plan: Plan
    article: Article


class WrittenSection(msgspec.Struct):
    """A section by its heading; `text` is its Markdown without the heading."""

    heading: str
    text: str


class ArticleExtension(msgspec.Struct):
    """The answer to the question for what an article lacks."""

    sections: list[WrittenSection]


class Lack(msgspec.Struct, frozen=True):
    """What an article is asked to be completed with: field for field the data of the question."""

    title: str
    language: str
    primary_keyword: str
    missing_sections: list[PlannedSection]
    extend_sections: list[WrittenSection]
    words_needed: int


def plan_of(task: dict[str, Any], href: str) -> Plan:
    """The plan in a task's row. Raises ValidationError where there is none to write from."""
    try:
        plan = msgspec.convert(task, Plan)
    except msgspec.ValidationError as error:
        raise ValidationError(f'The plan of the task "{task["title"]}": {error}', href) from error
    for name in ("outline", "primary_keyword", "target_words"):
        if not getattr(plan, name):
            what = name.replace("_", " ")
            raise ValidationError(f'The task "{plan.title}" has no {what}', href)
    return plan


def draft_for(plan: Plan, kept: Any) -> Article | None:
    """The article of a kept `Draft` if it was written from this very plan."""
    try:
        draft = msgspec.convert(kept, Draft)
    except msgspec.ValidationError:  # none, or one of another release
        return None
    return draft.article if draft.plan == plan else None


def faults(article: Article) -> list[str]:
    """What makes an article useless."""
    words = count_words(article.body[:1000])
    return [f"the body has only {words} words, write the whole article"] if words < USELESS else []


def shortcomings(article: Article, plan: Plan) -> list[str]:
    """What one more question may better: another language, an opening without the keyword."""
    wrong = []
    if other := language.other_language(article.body[:1000], plan.language):
        wrong.append(f'the article is in the language "{other}", "{plan.language}" is wanted')
    opening = " ".join(plain(clean_body(article.body[:1500])).split()[:OPENING])
    if not has_keyword(opening, plan.primary_keyword):
        wrong.append(
            f"the first {OPENING} words of the body do not hold the primary keyword "
            f'"{plan.primary_keyword}"'
        )
    return wrong


def lack_of(body: str, plan: Plan) -> Lack | None:
    """What `body` lacks of its plan: sections, or words; None if it lacks nothing.

    Sections too short to count are to be extended, and the shorter half of all where the missing
    ones alone will not make up for the words.
    """
    opening, *parts = sections(body)
    missing, written = _planned(parts, plan)
    lengths = {part: count_words(part.text) for part in parts}
    words = count_words(opening.text) + sum(lengths.values())
    thin = [part for part in written if lengths[part] < SECTION_WORDS]
    too_short = words < plan.target_words * ENOUGH
    if not missing and not thin and not too_short:
        return None
    share = plan.target_words // (len(plan.outline) + 1)
    needed = plan.target_words - words
    at_least = SECTION_WORDS * (len(missing) + len(thin)) - sum(lengths[part] for part in thin)
    if too_short and needed > share * len(missing):
        by_length = sorted(parts, key=lambda part: len(part.text))
        thin = thin + by_length[: (len(parts) + 1) // 2]
    return Lack(
        title=plan.title,
        language=plan.language,
        primary_keyword=plan.primary_keyword,
        missing_sections=missing,
        extend_sections=[WrittenSection(*part) for part in parts if part in thin],
        words_needed=max(needed, at_least),
    )


def _planned(parts: list[Section], plan: Plan) -> tuple[list[PlannedSection], list[Section]]:
    """Planned sections that are missing, and those that are written; each counts once."""
    left = list(parts)
    keys = [heading_key(part.heading) for part in left]
    missing = []
    written = []
    for planned in plan.outline:
        index = find_alike(planned.heading, keys)
        if index is None:
            missing.append(planned)
        else:
            written.append(left.pop(index))
            del keys[index]
    return missing, written


def unanswered(extension: ArticleExtension, lack: Lack) -> list[str]:
    """What an extension still does not give: the missing sections that it leaves out."""
    given = [heading_key(part.heading) for part in extension.sections if part.text.strip()]
    return [
        f'the section "{planned.heading}" is missing'
        for planned in lack.missing_sections
        if find_alike(planned.heading, given) is None
    ]


def merged(body: str, extension: ArticleExtension, plan: Plan) -> str:
    """`body` with new sections at their planned places and further paragraphs in the others."""
    parts = sections(body)
    for written in extension.sections:
        text = joined([Section("", part.text) for part in sections(clean_body(written.text))])
        if not text or not heading_key(written.heading):
            continue
        index = find_alike(written.heading, [heading_key(part.heading) for part in parts])
        if index is not None:
            old = parts[index]
            whole = text if text.startswith(old.text[:80]) else f"{old.text}\n\n{text}"
            parts[index] = Section(old.heading, whole)
        else:
            _insert(parts, written.heading, text, plan)
    return joined(parts)


def _insert(parts: list[Section], heading: str, text: str, plan: Plan) -> None:
    """Put a planned section behind the nearest of its predecessors; ignore one nobody planned."""
    planned = [heading_key(section.heading) for section in plan.outline]
    place = find_alike(heading, planned)
    if place is None:
        return
    present = [heading_key(part.heading) for part in parts]
    before = (find_alike(planned[index], present) for index in range(place - 1, -1, -1))
    after = next((index for index in before if index is not None), 0)
    parts.insert(after + 1, Section(plan.outline[place].heading, text))


def finished(article: Article, body: str, plan: Plan) -> dict[str, str | int]:
    """The columns of the article's row, each within its limits.

    A title without the primary keyword gives way to the planned one if that holds it.
    """
    title = fit(one_line(article.title), 200)
    if not title or (
        not has_keyword(title, plan.primary_keyword)
        and has_keyword(plan.title, plan.primary_keyword)
    ):
        title = plan.title
    description = _description(article, plan, body)
    return {
        "title": title,
        "slug": make_slug(article.slug) or make_slug(title) or make_slug(plan.primary_keyword),
        "meta_title": _meta_title(article.meta_title, title, plan.primary_keyword),
        "meta_description": description,
        "excerpt": fit_sentences(one_line(article.excerpt), 40, 400) or description,
        "body": body,
        "word_count": count_words(body),
    }


def make_slug(text: str) -> str:
    """ASCII words of `text` joined with hyphens, at most 60 characters, cut between words."""
    return str(slugify(text[:300], max_length=MOST_SLUG, word_boundary=True, save_order=True))


def _meta_title(written: str, title: str, keyword: str) -> str:
    """The meta title in 15 to 65 characters, from the title where the answer's is of no use."""
    meta = one_line(written)
    if len(meta) < 15 or (len(meta) > 65 and has_keyword(fit(title, 65), keyword)):
        meta = title
    return fit(meta, 65)


def _description(article: Article, plan: Plan, body: str) -> str:
    """The meta description in 70 to 160 characters, lengthened from what else is known."""
    text = one_line(article.meta_description)
    for more in (article.excerpt, plan.summary, body[:600]):
        if len(text) >= 70:
            break
        extra = one_line(more)
        if extra and extra not in text:
            text = f"{text.rstrip('.…')}. {extra}" if text else extra
    return fit_sentences(text, 70, 160)
