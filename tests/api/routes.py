"""Every operation of the app, read from its own OpenAPI description, as requests ready to send.

Bodies and ids are made from the schemas: wherever a UUID is asked for, the id of a row of the
first account stands. What cannot be made fails loudly, so that no new endpoint stays unasked.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from api.auth import admin_only

Ids = dict[str, UUID]
"""A row of the first account of each kind: `keyword`, `cluster` ... `run`, `user`, `token`."""

BODIES: dict[str, Any] = {}
"""By operation id, what to send where a request made from the schema would not be right."""

KINDS = {
    "keywords": "keyword",
    "clusters": "cluster",
    "ideas": "idea",
    "tasks": "task",
    "content": "content",
    "images": "image",
    "runs": "run",
    "users": "user",
    "tokens": "token",
}
"""Kinds of rows by the first word of a path."""

PLAIN = {"stage": "1", "number": "1", "n": "1"}
"""Path parameters that are not ids."""

NAMES = {"into", "ids", "id", "items", "selection", "rows"}
"""Fields with ids of the kind that the path is about."""

CSV = b"keyword,volume\ngreen tea,100\n"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request that would be right, but for who asks."""

    operation: str
    method: str
    path: str
    url: str
    sends: dict[str, Any]
    about_a_row: bool
    streams: bool
    admin: bool
    needs_caller: bool


class Description:
    """The OpenAPI description of the app, with the ids to ask it for."""

    def __init__(self, app: Litestar, ids: Ids) -> None:
        self.schema = app.openapi_schema.to_schema()
        self.ids = {name: str(value) for name, value in ids.items()}
        self.admin = {
            (route.path_format, method)
            for route in app.routes
            for handler in getattr(route, "route_handlers", [])
            if isinstance(handler, HTTPRouteHandler) and admin_only in (handler.guards or ())
            for method in handler.http_methods
        }

    def calls(self) -> Iterator[Call]:
        """Every operation, once."""
        for path, item in self.schema["paths"].items():
            for method, operation in item.items():
                contents = [
                    kind
                    for answer in operation["responses"].values()
                    for kind in answer.get("content", {})
                ]
                yield Call(
                    operation=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    url=self.url(path),
                    sends={**self.body(path, operation), "params": self.query(path, operation)},
                    about_a_row=re.search(r"\{\w*id\}", path) is not None,
                    streams="text/event-stream" in contents,
                    admin=(path, method.upper()) in self.admin,
                    needs_caller=operation.get("security") != [{}],
                )

    def url(self, path: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            return PLAIN.get(name) or self.id_for(name, path[: match.start()])

        return re.sub(r"\{(\w+)\}", value, path)

    def id_for(self, name: str, path: str) -> str:
        """The id that a parameter or field of this name asks for."""
        kind = name.removesuffix("_id").removesuffix("_ids")
        if kind in self.ids:
            return self.ids[kind]
        words = path.removeprefix("/api/v1/").split("/")
        if name in NAMES and KINDS.get(words[0]) in self.ids:
            return self.ids["keyword" if name != "id" and words[0] == "runs" else KINDS[words[0]]]
        raise AssertionError(f"{path}: say in tests/api/routes.py what {name!r} is the id of")

    def query(self, path: str, operation: dict[str, Any]) -> dict[str, Any]:
        """Every filter that takes an id, and what is required."""
        made = {}
        for parameter in operation.get("parameters", []):
            name, schema = parameter["name"], parameter["schema"]
            if parameter["in"] != "query" or name == "after":
                continue
            if parameter.get("required") or takes_ids(schema):
                made[name] = self.example(schema, name, path)
        return made

    def body(self, path: str, operation: dict[str, Any]) -> dict[str, Any]:
        """What httpx takes to send the body."""
        content = operation.get("requestBody", {}).get("content", {})
        if operation["operationId"] in BODIES:
            return {"json": BODIES[operation["operationId"]]}
        if "application/json" in content:
            return {"json": self.example(content["application/json"]["schema"], "", path)}
        if "multipart/form-data" in content:
            return {"files": {"file": ("keywords.csv", CSV, "text/csv")}}
        return {"content": CSV} if content else {}

    def example(self, schema: dict[str, Any], name: str, path: str) -> Any:
        """The smallest value that fits, with an id wherever one may stand."""
        if "$ref" in schema:
            part = schema["$ref"].rsplit("/", 1)[1]
            return self.example(self.schema["components"]["schemas"][part], name, path)
        if "const" in schema:
            return schema["const"]
        for given in ("enum", "examples"):
            if given in schema:
                return next(iter(schema[given]))
        for either in ("anyOf", "oneOf", "allOf"):
            if either in schema:
                parts = [part for part in schema[either] if part.get("type") != "null"]
                return self.example(parts[0], name, path)
        kinds = schema.get("type", "object")
        several = [kinds] if isinstance(kinds, str) else kinds
        kind = next(each for each in several if each != "null")
        match kind:
            case "object":
                return self.an_object(schema, path)
            case "array":
                item = schema.get("items", {})
                few = schema.get("minItems") or takes_ids(item)
                return [self.example(item, name, path)] if few else []
            case "string":
                return self.a_text(schema, name, path)
            case "boolean":
                return False
        return schema.get("minimum", 1)

    def an_object(self, schema: dict[str, Any], path: str) -> dict[str, Any]:
        required = schema.get("required", [])
        return {
            name: self.example(inner, name, path)
            for name, inner in schema.get("properties", {}).items()
            if name in required or takes_ids(inner)
        }

    def a_text(self, schema: dict[str, Any], name: str, path: str) -> str:
        if schema.get("format") == "uuid":
            return self.id_for(name, path)
        made: str = "a" * max(1, schema.get("minLength", 1))
        assert re.search(schema.get("pattern", ""), made), f"{path}: give {name!r} an example"
        return made


def takes_ids(schema: dict[str, Any]) -> bool:
    """Whether a UUID, or a list of them, may stand here."""
    inside = [schema.get("items", {}), *schema.get("anyOf", []), *schema.get("oneOf", [])]
    return schema.get("format") == "uuid" or any(takes_ids(part) for part in inside if part)
