"""The OpenAPI description, made exact.

Litestar's own schemas drop limits of list items and closed objects and know nothing of our
problems: here msgspec's schemas take their place, and every operation gets its problems.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import (
    Example,
    OpenAPIMediaType,
    OpenAPIResponse,
    Operation,
    Reference,
    RequestBody,
    Schema,
    Tag,
)

from api.examples import ANSWERS, BODIES
from api.problems import MEDIA_TYPE, ProblemBody

BARE = {"414": "The address is too long", "431": "The headers are too long"}
"""What `api/protocol.py` answers without a body, before the app hears of a request."""

INTRODUCTION = """
Send an API token as `Authorization: Bearer TOKEN`; `igny8 user token EMAIL` prints one.

- **The way of a run**: `POST /keywords/import` a CSV file, `POST /runs/estimate`, `POST /runs`,
  then `GET /runs/{run_id}/progress` each second or follow `GET /events`; at the end
  `POST /content/export`.
- **Errors** are `application/problem+json`: `detail` says what is wrong and `hint` what to do,
  `errors` names every field, `code` is for programs, and `error` is what went wrong in the work.
- **Pages**: send `next` of a page as `after` to get the one behind it; null says it was the last.
- **Versions**: a change names the `version` of the row that was read; 409 `changed_meanwhile` says
  that somebody else was faster.
- **Sent twice**: with an `Idempotency-Key`, what makes something is done once.
"""
"""What stands above the operations, for somebody who begins here."""

REFERENCE = "#/components/schemas/{name}"


BYTES = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
FILES: dict[str, dict[str, dict[str, Any]]] = {
    "show_file": {"image/jpeg": BYTES, "image/png": BYTES, "image/webp": BYTES},
    "export_content": {
        "text/markdown": TEXT,
        "text/html": TEXT,
        "application/json": {"type": "object"},
    },
    "export_many": {"application/zip": BYTES},
}
"""By operation id, the kinds of files that an operation answers with, and their schemas."""

GROUPS = {
    "session": "Signing in and out",
    "users": "People of the account; for administrators",
    "tokens": "API tokens for scripts",
    "keywords": "Keywords and their import",
    "clusters": "Groups of keywords with one intent",
    "ideas": "What could be written about a cluster",
    "tasks": "Ideas that are planned in detail",
    "content": "Articles, their editorial way, export",
    "images": "Images of the articles and their files",
    "runs": "Running the stages, alone or one after the other",
    "events": "Live updates",
    "credits": "Balance, ledger, use",
    "settings": "The AI service that is used",
    "health": "For monitoring",
    "metrics": "For Prometheus",
}
"""The groups of operations, by the first word of their paths."""


class RawSchema(Schema):
    """A JSON schema that is written already."""

    raw: dict[str, Any]

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__()
        object.__setattr__(self, "raw", raw)

    def to_schema(self) -> dict[str, Any]:
        return self.raw


class WholeExample(Example):
    """An example with its nulls, which Litestar leaves out."""

    def to_schema(self) -> dict[str, Any]:
        return {"value": self.value}


def describe(app: Litestar, problems: Mapping[str, str]) -> None:
    """Make the app's description exact; `problems` is what each status means."""
    components = app.openapi_schema.components
    assert components is not None
    assert components.schemas is not None
    structs = {ProblemBody, *_structs(app)}
    _, parts = msgspec.json.schema_components(structs, ref_template=REFERENCE)
    for name, raw in parts.items():
        components.schemas[name] = RawSchema(raw)
    problem = OpenAPIMediaType(schema=Reference(REFERENCE.format(name=ProblemBody.__name__)))
    app.openapi_schema.tags = [Tag(name, description) for name, description in GROUPS.items()]
    for path, operation in _operations(app):
        operation.tags = [path.removeprefix("/api/v1/").split("/")[0].lstrip("/")]
        _show_examples(operation)
        _name_files(operation)
        if operation.responses is not None:
            operation.responses |= {
                status: OpenAPIResponse(description=meaning) for status, meaning in BARE.items()
            }
        if operation.responses is None or operation.security == [{}]:
            continue
        for status, meaning in problems.items():
            operation.responses[status] = OpenAPIResponse(
                description=meaning, content={MEDIA_TYPE: problem}
            )


def _show_examples(operation: Operation) -> None:
    body = BODIES.get(operation.operation_id or "")
    if body is not None and isinstance(operation.request_body, RequestBody):
        for kind in operation.request_body.content.values():
            kind.examples = {"example": WholeExample(value=body)}
    for status, answer in (operation.responses or {}).items():
        if status.startswith("2") and isinstance(answer, OpenAPIResponse):
            for kind in (answer.content or {}).values():
                if found := next((n for n in _schema_names(kind.schema) if n in ANSWERS), None):
                    kind.examples = {"example": WholeExample(value=ANSWERS[found])}


def _schema_names(schema: Reference | Schema | None) -> Iterator[str]:
    """The schemas that an answer may have."""
    if isinstance(schema, Reference):
        yield schema.ref.rpartition("/")[2]
    elif schema is not None:
        for each in schema.one_of or ():
            yield from _schema_names(each)


def _name_files(operation: Operation) -> None:
    """Bytes are bytes, and nothing is nothing: Litestar knows one media type a handler."""
    responses = operation.responses or {}
    if isinstance(empty := responses.get("204"), OpenAPIResponse):
        empty.content = None
    kinds = FILES.get(operation.operation_id or "")
    answer = responses.get("200")
    if kinds and isinstance(answer, OpenAPIResponse):
        answer.content = {
            kind: OpenAPIMediaType(schema=RawSchema(schema)) for kind, schema in kinds.items()
        }


def _structs(app: Litestar) -> Iterator[Any]:
    """What handlers take as body and answer with."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if not isinstance(handler, HTTPRouteHandler) or not handler.resolve_include_in_schema():
                continue
            answer = handler.parsed_fn_signature.return_type
            inside = answer.inner_types if answer.is_subclass_of(Response) else (answer,)
            yield from (each.annotation for each in inside if each.annotation is not Any)
            if handler.parsed_data_field is not None:
                yield handler.parsed_data_field.annotation


def _operations(app: Litestar) -> Iterator[tuple[str, Operation]]:
    for path, item in (app.openapi_schema.paths or {}).items():
        for method in ("get", "post", "put", "patch", "delete"):
            if (operation := getattr(item, method)) is not None:
                yield path, operation
