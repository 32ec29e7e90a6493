"""What work costs, in credits. Prices per function are settings (spec §8)."""

from pipeline.settings import settings

UNITS = {
    1: "keyword",
    2: "idea",
    3: "task",
    4: "100 words",
    5: "article",
    6: "image",
    7: "article",
}
"""What each stage's price is for."""

ASKING = (1, 2, 4, 5, 6)
"""Stages that ask the AI service."""


def price_per_unit(stage: int) -> int:
    """Credits for one unit of a stage: a keyword, an idea, 100 words, an article, an image."""
    s = settings()
    return {
        1: s.price_keyword,
        2: s.price_idea,
        3: s.price_task,
        4: s.price_hundred_words,
        5: s.price_image_prompts,
        6: s.price_image,
        7: s.price_review,
    }[stage]
