"""Which answer belongs to a request: told by its schema's name, else by the keys of its data."""

import random
import re
from collections.abc import Callable
from typing import Any

import msgspec

from pipeline.demo import articles, grouping, ideas, sampler
from pipeline.demo.phrases import number_of

_BLOCK = re.compile(r"```json\n(.*?)\n```", re.DOTALL)
_SCHEMA = re.compile(r"JSON schema:\n(\{.*)", re.DOTALL)

Maker = Callable[[dict[str, Any]], dict[str, Any]]

MAKERS: dict[str, Maker] = {
    "ClusterGroups": grouping.groups,
    "ClusterLabels": grouping.merged_labels,
    "ClusterAssignments": grouping.assignments,
    "Ideas": ideas.ideas,
    "Article": articles.article,
    "ArticleExtension": articles.extension,
    "ImagePrompts": articles.image_prompts,
}

_BY_KEYS = (
    ({"labels", "keywords"}, "ClusterAssignments"),
    ({"labels"}, "ClusterLabels"),
    ({"keywords", "existing"}, "ClusterGroups"),
    ({"cluster", "count"}, "Ideas"),
    ({"missing_sections"}, "ArticleExtension"),
    ({"outline", "target_words"}, "Article"),
    ({"sections", "count"}, "ImagePrompts"),
)


def data_of(text: str) -> dict[str, Any] | None:
    """The data block of a prompt; None where there is none that is an object."""
    found = _BLOCK.findall(text)
    if not found:
        return None
    try:
        data = msgspec.json.decode(found[-1])
    except msgspec.DecodeError:
        return None
    return data if isinstance(data, dict) else None


def kind_of(name: str | None, data: dict[str, Any] | None) -> str:
    """Which of our answers is asked for; the schema's own name, or `text`, where it is none."""
    if data is not None and name not in MAKERS:
        keys = set(data)
        return next((kind for needed, kind in _BY_KEYS if needed <= keys), name or "text")
    return name or "text"


def answer(
    kind: str, data: dict[str, Any] | None, schema: dict[str, Any] | None, prompt: str
) -> Any:
    """The answer's value; a string where no JSON is asked for. KeyError: data of another shape."""
    if kind in MAKERS and data is not None:
        return MAKERS[kind](data)
    if schema is None and (told := _SCHEMA.search(prompt)):
        schema = _first_object(told.group(1))
    if schema is not None:
        return sampler.sample(schema, random.Random(number_of(prompt)))  # noqa: S311
    return "This is demo content, generated without an AI service."


def _first_object(text: str) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(text.partition("\n")[0])
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
