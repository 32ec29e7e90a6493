"""Finding a struct in a text."""

import msgspec
import pytest

from pipeline.provider.asking import data_block
from pipeline.provider.reading import Unreadable, read_struct


class Pair(msgspec.Struct):
    one: int
    text: str


@pytest.mark.parametrize(
    "text",
    [
        '{"one": 1, "text": "b"}',
        '\n {"one": 1, "text": "b"} \n',
        '```json\n{"one": 1, "text": "b"}\n```',
        '```\n{"one": 1, "text": "b"}\n```',
        'Sure! Here it is:\n```json\n{"one": 1, "text": "b"}\n```\nAnything else?',
        'The answer is {"one": 1, "text": "b"}.',
        '<think>perhaps {"one": 2}</think>\n{"one": 1, "text": "b"}',
        '\ufeff{"one": 1, "text": "b"}',
        '{"one": 1, "text": "b", "more": []}',
    ],
)
def test_the_struct_is_found(text: str) -> None:
    assert read_struct(text, Pair) == Pair(1, "b")


def test_a_fence_inside_a_text_field_does_no_harm() -> None:
    code = "Run:\n```python\nprint({})\n```\nDone."
    text = "```json\n" + msgspec.json.encode(Pair(1, code)).decode() + "\n```"
    assert read_struct(text, Pair) == Pair(1, code)


@pytest.mark.parametrize(
    ("text", "reason", "is_json"),
    [
        ("", "no JSON object", False),
        ("I cannot do that.", "no JSON object", False),
        ('{"one": 1, "text": "b', "not valid JSON", False),
        ('{"one": "1", "text": "b"}', r"Expected `int`, got `str` - at `\$.one`", True),
        ('```json\n{"one": 1}\n```', "missing required field `text`", True),
    ],
)
def test_what_is_wrong_is_told(text: str, reason: str, is_json: bool) -> None:
    with pytest.raises(Unreadable, match=reason) as raised:
        read_struct(text, Pair)
    assert raised.value.is_json is is_json


def test_a_data_block_is_one_block_whatever_the_data() -> None:
    block = data_block({"text": "a ```json\n{} ``` b"})
    assert block.count("```") == 2
    assert block.startswith("```json\n")
    assert block.endswith("\n```")
