from collections import Counter
from pathlib import Path

from pipeline.importing import read_keywords

SAMPLE = Path(__file__).parents[2] / "examples" / "keywords.csv"


def test_the_sample_is_read_without_a_single_complaint() -> None:
    found = read_keywords(SAMPLE.read_bytes())
    assert len(found.rows) >= 120
    assert (found.rejected, found.unread, found.duplicates) == ([], [], 0)
    assert set(found.mapping) == {"keyword", "volume", "difficulty", "cpc", "intent"}
    assert len(Counter(row.intent for row in found.rows)) >= 3
