"""Structs as strict schemas."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from pipeline.provider.schema import response_format, strict_schema
from tests.provider.asks import Article, ClusterGroups


class Inner(msgspec.Struct):
    name: Annotated[str, Meta(min_length=3, max_length=9)]
    kind: Literal["a", "b"] | None = None


class Outer(msgspec.Struct):
    """Described."""

    title: str
    description: str
    inner: Inner
    more: list[Inner]
    number: int | float | None = 3


class Open(msgspec.Struct):
    anything: dict[str, int]


def objects(node: Any) -> list[dict[str, Any]]:
    found = []
    if isinstance(node, dict):
        if node.get("type") == "object":
            found.append(node)
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            found.extend(objects(part))
    return found


@pytest.mark.parametrize("answer", [Outer, ClusterGroups, Article])
def test_every_object_is_closed_and_every_property_required(answer: type) -> None:
    found = objects(strict_schema(answer))
    assert found
    for node in found:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])


def test_a_field_may_be_called_title_or_description() -> None:
    assert {"title", "description"} <= set(strict_schema(Outer)["properties"])


def test_limits_are_told_in_words() -> None:
    name = strict_schema(Outer)["$defs"]["Inner"]["properties"]["name"]
    assert name == {"type": "string", "description": "at least 3 characters; at most 9 characters"}


def test_there_are_no_defaults_and_no_one_of() -> None:
    text = msgspec.json.encode(strict_schema(Outer)).decode()
    assert '"default"' not in text
    assert '"oneOf"' not in text


def test_an_open_map_is_refused() -> None:
    with pytest.raises(TypeError, match="open maps"):
        strict_schema(Open)


def test_the_format_names_the_struct() -> None:
    read = msgspec.json.decode(response_format(ClusterGroups))
    assert read["json_schema"]["name"] == "ClusterGroups"
    assert read["json_schema"]["strict"] is True
