"""Does the article say what it is found by, early and often enough, and not too often?

A text holds a keyword when it holds its words side by side, or, as people write titles, all of its
words that carry meaning in any order. Singular and plural with -s count as the same.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipeline.review.article import Article, plain
from pipeline.review.report import Check, Fix, judged, verdict

OPENING = 100
"""Words within which the keyword must stand."""

LEAST, MOST, TOO_MUCH = 0.5, 3.0, 4.0
"""Density in percent: below the first and above the second warns, above the third blocks."""

_WORD = re.compile(r"[^\W_]+")
_SMALL_WORDS = (
    "a an and are as at be by do for from how in into is it of on or the to vs with without your "
    "der die das ein eine für im mit und von zu de des du en et la le les pour un une el los las "
    "para por y il lo per di da het een van voor"
)
_SMALL = frozenset(_SMALL_WORDS.split())


def words_of(text: str) -> list[str]:
    """Folded words of `text`, plural -s taken off."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return [_stem(word) for word in _WORD.findall(folded)]


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def occurrences(words: list[str], phrase: list[str]) -> int:
    """How often `phrase` stands in `words`, side by side, without overlaps."""
    if not phrase:
        return 0
    count, at, size = 0, 0, len(phrase)
    while at <= len(words) - size:
        if words[at] == phrase[0] and words[at : at + size] == phrase:
            count, at = count + 1, at + size
        else:
            at += 1
    return count


def holds(words: list[str], keyword: list[str]) -> bool:
    """Whether `words` hold the keyword: side by side, or all words of it that carry meaning."""
    if not keyword:
        return False
    meaning = [word for word in keyword if word not in _SMALL] or keyword
    return occurrences(words, keyword) > 0 or set(meaning) <= set(words)


def check(article: Article) -> Iterator[Check]:
    """Keyword in title, opening and meta description; density; the same keyword elsewhere."""
    name, keyword = article.primary_keyword, words_of(article.primary_keyword)
    body = words_of(plain(article.body))
    yield judged(
        "keyword_in_title",
        verdict(not holds(words_of(article.title), keyword)),
        value=article.title,
        limit="holds the primary keyword",
        place="title",
        message=f"The title does not hold the primary keyword “{name}”.",
        fix=Fix("edit_title", "Edit the title"),
    )
    yield judged(
        "keyword_in_opening",
        verdict(not holds(body[:OPENING], keyword)),
        value=" ".join(body[:12]) + " …",
        limit=f"within the first {OPENING} words",
        place="introduction",
        message=f"The first {OPENING} words do not hold the primary keyword “{name}”.",
        fix=Fix("edit_body", "Edit the opening"),
    )
    yield judged(
        "keyword_in_meta",
        verdict(False, not holds(words_of(article.meta_description), keyword)),
        value=article.meta_description[:80],
        limit="holds the primary keyword",
        place="meta description",
        message=f"The meta description does not hold the primary keyword “{name}”.",
        fix=Fix("edit_meta", "Edit the meta description"),
    )
    yield _density(name, body, keyword)
    same = article.same_keyword
    yield judged(
        "keyword_unique",
        verdict(False, bool(same)),
        value=len(same),
        limit="no other article of the account",
        place="primary keyword",
        message=f"Another article has the primary keyword “{name}” too: “{(same or [''])[0]}”.",
        fix=Fix("compare", "Compare the articles"),
    )


def _density(name: str, body: list[str], keyword: list[str]) -> Check:
    percent = round(occurrences(body, keyword) / max(len(body), 1) * 100, 2)
    rare = percent < LEAST
    return judged(
        "keyword_density",
        verdict(percent > TOO_MUCH, rare or percent > MOST),
        value=percent,
        limit=f"{LEAST} to {MOST:g} %, never above {TOO_MUCH:g} %",
        place="body",
        message=f"The primary keyword “{name}” stands too {'rarely' if rare else 'often'} "
        f"({percent} % of the words).",
        fix=Fix("edit_body", "Use it more often" if rare else "Use it less often"),
    )
