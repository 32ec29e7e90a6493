"""`.env.example` and the settings stay together."""

import re
from pathlib import Path

from pipeline.settings import Settings, read_settings

LINES = (Path(__file__).parents[1] / ".env.example").read_text().splitlines()
MATCHES = [re.fullmatch(r"# ([A-Z_]+)=(.*)", line) for line in LINES]
EXAMPLES = {match[1]: match[2] for match in MATCHES if match}


def test_the_example_lists_every_setting_and_no_others() -> None:
    assert sorted(EXAMPLES) == sorted(name.upper() for name in Settings.__struct_fields__)


def test_the_values_in_the_example_are_the_defaults() -> None:
    assert read_settings(EXAMPLES) == Settings()


def test_a_sentence_stands_before_each_setting() -> None:
    places = [i for i, line in enumerate(LINES) if re.fullmatch(r"# [A-Z_]+=.*", line)]
    without = [LINES[i] for i in places if not re.fullmatch(r"# [A-Z].*\.", LINES[i - 1])]
    assert without == []
