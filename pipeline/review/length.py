"""Is the article as long as planned, and in the language it was ordered in?"""

from collections.abc import Iterator

from pipeline.language import other_language
from pipeline.markdown import sections
from pipeline.review.article import Article, plain
from pipeline.review.report import Check, Fix, judged, verdict
from pipeline.words import count_words

BLOCKS, WARNS = 0.15, 0.10
"""Shares of the target by which the number of words may differ."""

FOREIGN = 0.3
"""Share of the text in another language from which the article is in that language."""


def check(article: Article) -> Iterator[Check]:
    """Words of the body against the target, language of body and meta description."""
    words, target = count_words(article.body), max(article.target_words, 1)
    off = abs(words - target) / target
    low, high = round(target * (1 - BLOCKS)), round(target * (1 + BLOCKS))
    short = words < target
    yield judged(
        "words",
        verdict(off > BLOCKS, off > WARNS),
        value=words,
        limit=f"{low:,} to {high:,} words (target {target:,}, ±15 %)",
        place="body",
        message=f"The article has {words:,} words, {off:.0%} {'below' if short else 'above'} "
        f"its target of {target:,}.",
        fix=Fix("write_again", "Extend the article")
        if short
        else Fix("edit_body", "Shorten the article"),
    )
    yield _body_language(article)
    other = other_language(article.meta_description, article.language)
    yield judged(
        "meta_language",
        verdict(False, bool(other)),
        value=other or article.language,
        limit=article.language,
        place="meta description",
        message=f"The meta description seems to be in another language ({other}).",
        fix=Fix("edit_meta", "Edit the meta description"),
    )


def _body_language(article: Article) -> Check:
    """Each paragraph is judged by itself, so that a foreign one does not hide in the rest."""
    total, foreign, place, other = 0, 0, "body", ""
    for part in sections(article.body):
        for paragraph in plain(part.text).split("\n\n"):
            text = " ".join(paragraph.split())
            found = other_language(text, article.language)
            total += len(text)
            if found:
                foreign += len(text)
                place, other = part.heading or "introduction", found
    share = foreign / total if total else 0.0
    return judged(
        "language",
        verdict(share > FOREIGN, share > 0),
        value=f"{share:.0%} in {other}" if other else article.language,
        limit=f"{article.language}, other languages at most {FOREIGN:.0%}",
        place=place,
        message=f"{share:.0%} of the article is in another language ({other}).",
        fix=Fix("write_again", "Write the article again"),
    )
