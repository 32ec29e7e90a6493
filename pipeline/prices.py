"""What work costs, in credits. Prices per function are settings (spec §8)."""

from pipeline.settings import settings


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
