"""msgspec structs as the strict JSON schemas that structured outputs take.

Strict means: every object closed, every property required, unions as anyOf, no defaults, no open
maps. Limits of length and range become part of the description, because not every server takes
them as keywords; msgspec checks them on the answer.
"""

from functools import cache
from typing import Any

import msgspec

_DROPPED = {"default", "title", "examples", "discriminator", "description"}
_SPOKEN = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
    "format": "as {}",
}


@cache
def strict_schema(answer: type) -> dict[str, Any]:
    """The schema of a struct. Raises TypeError for a field that strict mode cannot say."""
    (root,), parts = msgspec.json.schema_components([answer], ref_template="#/$defs/{name}")
    names = {name: _strict(part, name) for name, part in parts.items()}
    top = _strict(root, answer.__name__)
    if "$ref" in top:  # the root has to be an object, not a reference to one
        top = dict(names[top["$ref"].rsplit("/", 1)[1]])
    needed = _reached(top, names)
    return {**top, "$defs": needed} if needed else top


@cache
def response_format(answer: type) -> msgspec.Raw:
    """The `response_format` of a call that asks for this struct, encoded once."""
    body = {"name": answer.__name__, "strict": True, "schema": strict_schema(answer)}
    return msgspec.Raw(msgspec.json.encode({"type": "json_schema", "json_schema": body}))


@cache
def schema_text(answer: type) -> str:
    """The schema as text, for servers that take it only in the prompt."""
    return msgspec.json.encode(strict_schema(answer)).decode()


def _strict(node: Any, path: str) -> Any:
    if isinstance(node, list):
        return [_strict(part, path) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    out: dict[str, Any] = {}
    for key, value in node.items():
        if key in _DROPPED or key in _SPOKEN:
            continue
        if key == "properties":
            out[key] = {name: _strict(part, f"{path}.{name}") for name, part in value.items()}
        elif key in ("enum", "const", "required", "type"):
            out[key] = value
        else:
            out["anyOf" if key == "oneOf" else key] = _strict(value, path)
    if out.get("type") == "object":
        _close(out, path)
    if "enum" in out and "type" not in out:
        out["type"] = "integer" if all(isinstance(v, int) for v in out["enum"]) else "string"
    spoken = [text.format(node[key]) for key, text in _SPOKEN.items() if key in node]
    told = [node["description"]] if "description" in node else []
    if spoken or told:
        out["description"] = "; ".join([*told, *spoken])
    return out


def _close(out: dict[str, Any], path: str) -> None:
    if "properties" not in out:
        raise TypeError(f"{path}: strict schemas have no open maps, use a list of structs")
    out["additionalProperties"] = False
    out["required"] = list(out["properties"])


def _reached(top: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The definitions that `top` needs, itself or through others."""
    found: dict[str, Any] = {}
    waiting: list[Any] = [top]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rsplit("/", 1)[-1]
            if name and name not in found:
                found[name] = names[name]
                waiting.append(names[name])
            waiting.extend(value for value in node.values() if isinstance(value, (dict, list)))
    return found
