"""Demo articles: they follow the outline, hit the asked length and vary from one to the next."""

import random
from collections.abc import Callable
from functools import cache
from typing import Any

from slugify import slugify

from pipeline.demo import asides
from pipeline.demo import fragments as stock
from pipeline.demo.phrases import capital, number_of, shortened, topic_of, words_of
from pipeline.demo.wording import Part, parts_of, worded
from pipeline.words import count_words

Sentence = Callable[[], str]

CLOSE_ENOUGH = 4
"""Words by which a section may stay below what was asked."""

LONG_SENTENCE = 25
"""Words that few sentences are longer than."""

_NOT_IN_NAMES = """
what where when why how who which is are do does can should the a an and key next signs questions
part section glance step
"""
_NO_NAME = frozenset(_NOT_IN_NAMES.split())
"""Words of headings that are no name of a thing to write about."""

OFTEN, SELDOM = 0.02, 0.008
"""Shares of the words between which the keyword is kept."""

OTHERWISE = ("the subject", "the whole matter", "the task at hand", "this kind of work")
"""What the topic is called when its keyword has been named often enough."""


class Writer:
    """Puts sentences together for one article, going through each stock of phrases in turn."""

    def __init__(self, seed: str, keyword: str, terms: list[str]) -> None:
        self._chance = random.Random(number_of(seed))  # noqa: S311 - variety, not secrecy
        self._decks: dict[int, list[tuple[Part, ...]]] = {}
        self.keyword, self.topic = keyword, topic_of(keyword)
        self._folded = keyword.casefold()
        self.terms = [topic_of(term) for term in terms] or ["the alternatives", "other options"]
        self.focus = self.topic
        self._words = self._named = 0
        self._kinds: tuple[Sentence, ...] = (
            self._led,
            self._led,
            self._reasoned,
            self._reasoned,
            self._ordered,
            self._noun,
            self._noun,
            self._asked,
        )

    def about(self, heading: str) -> None:
        """What the next sentences are about: the heading where it names a thing, else the topic."""
        text = heading.casefold().strip(" .?!:")
        words = words_of(text)
        names = 0 < len(words) <= 4 and not _NO_NAME.intersection(words)
        self.focus = text if names and self.topic not in text else self.topic

    def sentence(self) -> str:
        """One sentence, with a capital and a full stop."""
        if self._named < SELDOM * self._words:
            return self.draw(asides.MENTIONS)
        return capital(self._chance.choice(self._kinds)())

    def opening(self) -> str:
        """A first sentence that holds the keyword as it is searched for."""
        return self.draw(asides.OPENINGS)

    def paragraph(self, words: int) -> str:
        """Three to five sentences, fewer when `words` are used up."""
        found: list[str] = []
        for _ in range(self._chance.randint(3, 5)):
            found.append(self._fitting(words))
            words -= count_words(found[-1])
            if words <= CLOSE_ENOUGH:
                break
        return " ".join(found)

    def _fitting(self, words: int) -> str:
        """A sentence; near the end the one of several that comes closest to `words`."""
        if words > LONG_SENTENCE:
            return self.sentence()
        some = [self.sentence() for _ in range(6)]
        return min(some, key=lambda sentence: abs(words - count_words(sentence)))

    def listing(self) -> str:
        """A bulleted or numbered list with a line that leads to it."""
        if self._chance.random() < 0.5:
            points = [self.draw(asides.POINTS) for _ in range(self._chance.randint(3, 5))]
            lines = "\n".join(f"- {capital(point)}" for point in points)
            return f"{self.draw(asides.HELPS)}\n\n{lines}"
        steps = [self.draw(asides.STEPS) for _ in range(self._chance.randint(3, 5))]
        lines = "\n".join(f"{n}. {capital(step)}" for n, step in enumerate(steps, 1))
        return f"{self.draw(asides.ORDERLY)}\n\n{lines}"

    def wants_list(self) -> bool:
        """Whether this section gets a list."""
        return self._chance.random() < 0.4

    def draw(self, pile: tuple[str, ...]) -> str:
        """The next phrase of a shuffled pile, its slots filled."""
        deck = self._decks.get(id(pile))
        if not deck:
            deck = self._decks[id(pile)] = self._chance.sample(_parts(pile), len(pile))
        topic, focus = self.topic, self.focus
        if self._named > OFTEN * self._words + 1:
            topic = self._chance.choice(OTHERWISE)
            focus = topic if focus == self.topic else focus
        phrase = worded(deck.pop(), self._chance).format(
            topic=topic,
            term=self._chance.choice(self.terms),
            focus=focus,
            Focus=capital(focus),
            keyword=self.keyword,
            Keyword=capital(self.keyword),
        )
        self._words += phrase.count(" ") + 1
        self._named += phrase.casefold().count(self._folded)
        return phrase

    def _led(self) -> str:
        return f"{self.draw(stock.LEADS)}, {self.draw(stock.CLAUSES)}."

    def _reasoned(self) -> str:
        link = self._chance.choice(("because", "since", "as", "for"))
        return f"{self.draw(stock.CLAUSES)}, {link} {self.draw(stock.REASONS)}."

    def _ordered(self) -> str:
        return f"{self.draw(stock.ORDERS)}, {self.draw(stock.ORDER_ENDS)}."

    def _noun(self) -> str:
        noun = self.draw(stock.NOUNS)
        article = "An" if noun[0] in "aeiou" else "A"
        return f"{article} {noun} {self.draw(stock.VERBS)}."

    def _asked(self) -> str:
        return f"{self.draw(asides.QUESTIONS)} {self.draw(asides.ANSWERS)}."


@cache
def _parts(pile: tuple[str, ...]) -> list[tuple[Part, ...]]:
    return [parts_of(phrase) for phrase in pile]


def section(writer: Writer, heading: str, words: int) -> str:
    """The text of a section without its heading, of `words` words or a few more."""
    writer.about(heading)
    blocks: list[str] = []
    left = words
    listed = not writer.wants_list()
    while left > CLOSE_ENOUGH or not blocks:
        if not listed and blocks and left > 40:
            block, listed = writer.listing(), True
        else:
            block = writer.paragraph(left)
        blocks.append(block)
        left -= count_words(block)
    return "\n\n".join(blocks)


def article(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to Article: within a few words of `target_words`, the closing line included."""
    keyword, title = str(data["primary_keyword"]), str(data["title"])
    writer = Writer(title + keyword, keyword, list(data.get("secondary_keywords") or []))
    headings = [str(part["heading"]) for part in data["outline"]]
    target = int(data["target_words"])
    opening = writer.opening()
    fixed = count_words(" ".join([opening, asides.CLOSING_LINE, *headings]))
    left = max(0, target - fixed)
    intro = f"{opening} {writer.paragraph(max(20, left // (len(headings) + 3)))}"
    left -= count_words(intro) - count_words(opening)
    parts = [intro]
    for index, heading in enumerate(headings):
        text = section(writer, heading, round(left / (len(headings) - index)))
        left -= count_words(text)
        parts.append(f"## {heading}\n\n{text}")
    body = "\n\n".join([*parts, asides.CLOSING_LINE])
    return {"title": title, **_about(title, writer, keyword), "body": body}


def _about(title: str, writer: Writer, keyword: str) -> dict[str, str]:
    meta_title = shortened(title, 60)
    if len(meta_title) < 15:
        meta_title = f"{meta_title}: A Practical Guide"
    description = (
        f"What to know about {keyword}: the basics, what to look for, common mistakes and the next "
        "steps to take, told in plain words."
    )
    return {
        "slug": slugify(title, max_length=60, word_boundary=True) or "demo-article",
        "meta_title": meta_title,
        "meta_description": shortened(description, 155),
        "excerpt": f"{capital(writer.topic)} in plain words: what matters, what does not, and "
        "where to begin.",
    }


def extension(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to ArticleExtension: missing sections written, short ones made longer."""
    missing = list(data.get("missing_sections") or [])
    short = list(data.get("extend_sections") or [])
    seed = str(data["title"]) + "".join(part["heading"] for part in [*missing, *short])
    writer = Writer(seed, str(data["primary_keyword"]), [])
    share = max(40, int(data.get("words_needed") or 0) // max(1, len(missing) + len(short)))
    found = [
        {"heading": part["heading"], "text": section(writer, part["heading"], share)}
        for part in missing
    ]
    for part in short:
        more = section(writer, part["heading"], share)
        found.append({"heading": part["heading"], "text": f"{part['text'].rstrip()}\n\n{more}"})
    return {"sections": found}


def image_prompts(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to ImagePrompts: one for the article, `count` for its sections."""
    title = str(data["title"])
    chance = random.Random(number_of(title))  # noqa: S311
    sections = [str(name) for name in data.get("sections") or []] or [title]
    views = chance.sample(_VIEWS, len(_VIEWS))
    featured = {
        "prompt": f"Demo illustration for “{title}”: {views[0]}",
        "alt": shortened(f"Demo image for the article {title}", 120),
    }
    in_article = []
    for index in range(int(data["count"])):
        name = sections[index % len(sections)]
        view = views[(index + 1) % len(views)]
        in_article.append(
            {
                "section": name,
                "prompt": f"Demo illustration {index + 1} for “{title}”, section “{name}”: {view}",
                "alt": shortened(f"Demo image {index + 1}: {name}", 120),
            }
        )
    return {"featured": featured, "in_article": in_article}


_VIEWS = (
    "a tidy table seen from above, soft daylight",
    "close view of hands at work, warm light",
    "a wide calm room with one clear object",
    "flat shapes in three quiet colours",
    "a shelf with a few well-used tools",
    "a window with morning light and a plant",
    "a simple diagram with large round forms",
    "an open notebook beside a cup",
    "a garden path in the evening sun",
    "a workbench with everything in its place",
    "a market stall in muted tones",
)
