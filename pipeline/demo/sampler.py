"""A value that satisfies a JSON schema, for schemas that no prompt of ours has."""

import random
from typing import Any

_WORDS = [
    "calm",
    "clear",
    "early",
    "fair",
    "fresh",
    "good",
    "green",
    "kind",
    "late",
    "plain",
    "quiet",
    "ready",
    "simple",
    "warm",
]


def sample(schema: dict[str, Any], chance: random.Random) -> Any:
    """A made-up value; `chance` decides what is open."""
    return _sample(schema, schema.get("$defs") or {}, chance, 0)


def _sample(node: dict[str, Any], names: dict[str, Any], chance: random.Random, depth: int) -> Any:
    if "$ref" in node:
        return _sample(names[node["$ref"].rsplit("/", 1)[1]], names, chance, depth + 1)
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return chance.choice(node["enum"])
    options = node.get("anyOf") or node.get("oneOf")
    if options:
        simple = [option for option in options if option.get("type") == "null"]
        return _sample(simple[0] if simple and depth > 6 else options[0], names, chance, depth + 1)
    kind = node.get("type", "string")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if kind == "object":
        properties = node.get("properties") or {}
        return {name: _sample(part, names, chance, depth + 1) for name, part in properties.items()}
    if kind == "array":
        fewest = node.get("minItems", 0 if depth > 6 else 2)
        count = min(max(fewest, 2 if depth <= 6 else fewest), node.get("maxItems", 99))
        return [_sample(node.get("items") or {}, names, chance, depth + 1) for _ in range(count)]
    return _scalar(node, kind, chance)


def _scalar(node: dict[str, Any], kind: str, chance: random.Random) -> Any:
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "number"):
        low = node.get("minimum", node.get("exclusiveMinimum", -1) + 1)
        high = node.get("maximum", low + 9)
        return int(low) + chance.randint(0, max(0, int(high) - int(low)))
    if kind == "null":
        return None
    text = " ".join(chance.choices(_WORDS, k=3))
    while len(text) < node.get("minLength", 0):
        text += " " + chance.choice(_WORDS)
    return text[: node.get("maxLength", 10_000)]
