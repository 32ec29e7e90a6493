"""What a planned article is, and the rules an AI service's plan must keep to be written from."""

from typing import Literal, get_args

import msgspec

from pipeline import language
from pipeline.fields import distinct, fit, heading_key, one_line
from pipeline.review.keyword import holds, words_of
from pipeline.words import key_of, plural

ContentType = Literal["how-to", "guide", "list", "comparison", "review", "explainer", "faq"]
CONTENT_TYPES: tuple[str, ...] = get_args(ContentType)

LEAST_SECTIONS, MOST_SECTIONS = 3, 10
SECTION_WORDS = 60
"""Words below which a section counts as not written, here and in the final review."""
LEAST_TITLE, MOST_TITLE = 15, 100
LEAST_WORDS, MOST_WORDS = 200, 5000
MOST_SECONDARY = 10


class PlannedSection(msgspec.Struct):
    """One H2 of a planned article, and what it must contain."""

    heading: str
    notes: str


class Idea(msgspec.Struct):
    """One planned article. `target_words` is the length of its body."""

    title: str
    summary: str
    content_type: ContentType
    primary_keyword: str
    secondary_keywords: list[str]
    target_words: int
    outline: list[PlannedSection]


class Ideas(msgspec.Struct):
    """The answer of stage 2."""

    ideas: list[Idea]


class Brief(msgspec.Struct, frozen=True):
    """What the ideas of a cluster are asked for with: `keywords` and `taken` titles as written."""

    keywords: list[str]
    taken: list[str]
    count: int
    target_words: int
    language: str

    @property
    def words_allowed(self) -> tuple[int, int]:
        """Least and most words of an article: half the wanted length either way."""
        least = max(LEAST_WORDS, self.target_words // 2)
        return least, min(MOST_WORDS, self.target_words * 3 // 2)

    @property
    def most_sections(self) -> int:
        """Sections for which an article of the wanted length has words enough."""
        room = self.target_words // (SECTION_WORDS + SECTION_WORDS // 2)
        return min(MOST_SECTIONS, max(LEAST_SECTIONS, room))

    def keyword(self, text: str) -> str | None:
        """The cluster's keyword that `text` is, as the cluster writes it."""
        return {key_of(keyword): keyword for keyword in self.keywords}.get(key_of(text))


def has_keyword(text: str, keyword: str) -> bool:
    """Whether `text` holds the keyword, by the rule of the final review."""
    return holds(words_of(text), words_of(keyword))


def faults(answer: Ideas, brief: Brief) -> list[str]:
    """What makes these ideas useless: number, missing fields, foreign keywords, repeated titles."""
    wrong = []
    if len(answer.ideas) < brief.count:
        wrong.append(f"{plural(len(answer.ideas), 'idea')} given, {brief.count} wanted")
    seen = {key_of(title) for title in brief.taken}
    for number, idea in enumerate(answer.ideas[: brief.count], 1):
        title = one_line(idea.title)
        if len(title) < 3:
            wrong.append(f"idea {number} has no title")
        elif key_of(title) in seen:
            wrong.append(f'idea {number}: the title "{title}" exists already, choose another one')
        seen.add(key_of(title))
        if brief.keyword(idea.primary_keyword) is None:
            wrong.append(
                f'idea {number}: primary_keyword "{idea.primary_keyword}" is none of the '
                "cluster's keywords; copy one of them exactly"
            )
        sections = len(_outline(idea.outline))
        if sections < LEAST_SECTIONS:
            wrong.append(
                f"idea {number}: the outline needs {LEAST_SECTIONS} to {brief.most_sections} "
                f"different headings, it has {sections}"
            )
    return wrong


def shortcomings(answer: Ideas, brief: Brief) -> list[str]:
    """What one more question may better: title length, keyword in the title, language."""
    wrong = []
    for number, idea in enumerate(answer.ideas[: brief.count], 1):
        title = one_line(idea.title)
        if not LEAST_TITLE <= len(title) <= MOST_TITLE:
            wrong.append(
                f"idea {number}: the title has {len(title)} characters, "
                f"it should have {LEAST_TITLE} to {MOST_TITLE}"
            )
        if not has_keyword(title, idea.primary_keyword):
            wrong.append(
                f"idea {number}: the title does not hold its primary keyword "
                f'"{idea.primary_keyword}"'
            )
    text = " ".join(f"{idea.title}. {idea.summary}" for idea in answer.ideas)
    if other := language.other_language(text, brief.language):
        wrong.append(f'the texts are in the language "{other}", "{brief.language}" is wanted')
    return wrong


def tidied(idea: Idea, brief: Brief) -> Idea:
    """`idea` as it is stored: trimmed fields, the cluster's spelling, lengths within the limits."""
    primary = brief.keyword(idea.primary_keyword) or idea.primary_keyword
    secondary = distinct([fit(one_line(text), 200) for text in idea.secondary_keywords])
    least, most = brief.words_allowed
    return Idea(
        title=fit(one_line(idea.title), 200),
        summary=idea.summary.replace("\x00", "").strip()[:2000],
        content_type=idea.content_type,
        primary_keyword=primary,
        secondary_keywords=[text for text in secondary if key_of(text) != key_of(primary)][
            :MOST_SECONDARY
        ],
        target_words=min(max(idea.target_words, least), most),
        outline=_outline(idea.outline)[: brief.most_sections],
    )


def _outline(planned: list[PlannedSection]) -> list[PlannedSection]:
    """The sections with a heading of their own, tidied."""
    kept: dict[str, PlannedSection] = {}
    for section in planned:
        heading = fit(one_line(section.heading), 150)
        if heading_key(heading):
            notes = section.notes.replace("\x00", "").strip()[:1000]
            kept.setdefault(heading_key(heading), PlannedSection(heading, notes))
    return list(kept.values())
