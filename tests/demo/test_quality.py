"""What the demo writes for the sample keywords holds against the checks of the final review."""

import csv
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest

from pipeline.demo.articles import article
from pipeline.demo.ideas import ideas
from pipeline.review import Article, inspect

SAMPLE = Path(__file__).parents[2] / "examples" / "keywords.csv"


def sample() -> list[str]:
    with SAMPLE.open(newline="") as file:
        return [row["keyword"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("target", [300, 1000])
def test_an_article_on_each_sample_keyword_passes_every_check(target: int) -> None:
    for keyword in sample()[::4]:
        cluster = {"name": keyword, "intent": None, "keywords": [{"text": keyword, "volume": 1}]}
        asked = {"cluster": cluster, "count": 1, "target_words": target, "language": "en"}
        (plan,) = ideas(asked)["ideas"]
        written = msgspec.convert(
            {
                **article(plan),
                "id": uuid4(),
                "language": "en",
                "primary_keyword": keyword,
                "target_words": target,
                "outline": plan["outline"],
                "in_article": None,
                "pictures": [],
            },
            Article,
        )
        checks = inspect(written, lambda _: b"")
        failed = [c.message for c in checks if c.verdict == "block" and "image" not in c.name]
        assert failed == []
