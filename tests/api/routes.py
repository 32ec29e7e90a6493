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
    """The OpenAPI description of the app, with the ids to ask it for.

    With `own`, the ids of who asks, every request that takes several ids comes in variants, too,
    in which one of them is of the first account and the others are the caller's own.
    """

    def __init__(self, app: Litestar, ids: Ids, own: Ids | None = None) -> None:
        self.schema = app.openapi_schema.to_schema()
        self.ids = {name: str(value) for name, value in ids.items()}
        self.own = {name: str(value) for name, value in (own or {}).items()}
        self.asked: set[str] = set()
        self.only: str | None = None
        self.admin = {
            (route.path_format, method)
            for route in app.routes
            for handler in getattr(route, "route_handlers", [])
            if isinstance(handler, HTTPRouteHandler) and admin_only in (handler.guards or ())
            for method in handler.http_methods
        }

    def calls(self) -> Iterator[Call]:
        """Every operation: as it is, with each filter that takes an id, and in its variants."""
        for path, item in self.schema["paths"].items():
            for method, operation in item.items():
                for chosen in ("", *self.filters(operation)):
                    self.asked.clear()
                    yield self.call(path, method, operation, chosen)
                    names = sorted(self.asked) if self.own and len(self.asked) > 1 else []
                    for self.only in names:
                        yield self.call(path, method, operation, chosen)
                    self.only = None

    def call(self, path: str, method: str, operation: dict[str, Any], chosen: str) -> Call:
        """One request, with the filter `chosen` if it is not empty."""
        answers = operation["responses"].values()
        names = re.findall(r"\{(\w*id)\}", path)
        query = self.query(path, operation, chosen)
        return Call(
            operation=operation["operationId"],
            method=method.upper(),
            path=path,
            url=self.url(path),
            sends={**self.body(path, operation), "params": query},
            about_a_row=self.only in names if self.only else names != [],
            streams=any("text/event-stream" in answer.get("content", {}) for answer in answers),
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
        self.asked.add(name)
        ids = self.ids if self.only in (None, name) else self.own
        kind = name.removesuffix("_id").removesuffix("_ids")
        if kind in ids:
            return ids[kind]
        word = path.removeprefix("/api/v1/").split("/")[0]
        if name in NAMES and word in KINDS:
            return ids["keyword" if name != "id" and word == "runs" else KINDS[word]]
        raise AssertionError(f"{path}: say in tests/api/routes.py what {name!r} is the id of")

    def filters(self, operation: dict[str, Any]) -> list[str]:
        """Names of the query parameters that take ids but need not be given."""
        return [
            each["name"]
            for each in operation.get("parameters", [])
            if each["in"] == "query"
            and each["name"] != "after"
            and not each.get("required")
            and takes_ids(each["schema"])
        ]

    def query(self, path: str, operation: dict[str, Any], chosen: str) -> dict[str, Any]:
        """What is required, and the filter that is chosen."""
        return {
            each["name"]: self.example(each["schema"], each["name"], path)
            for each in operation.get("parameters", [])
            if each["in"] == "query" and (each.get("required") or each["name"] == chosen)
        }

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
