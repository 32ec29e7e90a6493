"""The description of the API says enough of every operation to use it without asking anyone."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler

from api.examples import ANSWERS, BODIES
from api.openapi import FILES, GROUPS

Operation = dict[str, Any]


def operations(app: Litestar) -> Iterator[Operation]:
    for item in app.openapi_schema.to_schema()["paths"].values():
        yield from item.values()


def answers(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Media types and schemas of what succeeds."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            for kind, content in (answer.get("content") or {}).items():
                yield kind, content.get("schema")


def test_every_operation_is_named_grouped_and_explained(app: Litestar) -> None:
    for operation in operations(app):
        for part in ("operationId", "summary", "description"):
            assert operation.get(part), operation
        assert [tag for tag in operation["tags"] if tag in GROUPS] == operation["tags"]
    ids = [operation["operationId"] for operation in operations(app)]
    assert len(ids) == len(set(ids))


def test_every_answer_has_a_schema_that_says_something(app: Litestar) -> None:
    for operation in operations(app):
        for kind, schema in answers(operation):
            assert schema, f"{operation['operationId']}: {kind}"


def test_every_json_body_has_an_example(app: Litestar) -> None:
    taking = {
        operation["operationId"]
        for operation in operations(app)
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    }
    assert taking == BODIES.keys()


def handlers(app: Litestar) -> dict[str, HTTPRouteHandler]:
    return {
        handler.handler_name: handler
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if isinstance(handler, HTTPRouteHandler)
    }


@pytest.mark.parametrize("operation", BODIES)
def test_the_example_of_a_body_fits(app: Litestar, operation: str) -> None:
    field = handlers(app)[operation].parsed_data_field
    assert field is not None
    msgspec.json.decode(msgspec.json.encode(BODIES[operation]), type=field.annotation)


def test_every_json_answer_has_an_example_that_is_whole(app: Litestar) -> None:
    shown = set()
    for operation in operations(app):
        for status, answer in operation["responses"].items():
            kind = (answer.get("content") or {}).get("application/json")
            if not status.startswith("2") or kind is None or operation["operationId"] in FILES:
                continue
            example = kind["examples"]["example"]["value"]
            wanted = handlers(app)[operation["operationId"]].parsed_fn_signature.return_type
            inner = wanted.inner_types[0] if wanted.is_subclass_of(Response) else wanted
            read = msgspec.json.decode(msgspec.json.encode(example), type=inner.annotation)
            assert msgspec.to_builtins(read, str_keys=True) == example, operation["operationId"]
            shown |= {name for name in ANSWERS if ANSWERS[name] == example}
    assert shown == ANSWERS.keys()


def test_schemas_have_names_of_their_own(app: Litestar) -> None:
    names = app.openapi_schema.to_schema()["components"]["schemas"]
    assert [name for name in names if "." in name] == []


def test_every_reference_leads_somewhere(app: Litestar) -> None:
    schema = app.openapi_schema.to_schema()
    text = json.dumps(schema, default=str)
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= schema["components"]["schemas"].keys()
