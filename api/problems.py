"""Every error as `application/problem+json` (RFC 9457): the one table from exception to status.

Errors of the pipeline travel whole in `error` (type, message, action). A body that does not fit
is explained field by field. What we did not foresee is a 500 with an `error_id`; its traceback is
in the log under that id and never in an answer.
"""

import ast
import http
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from api.texts import RULES
from pipeline import controls, errors
from pipeline.connections import UNREACHABLE
from pipeline.errors import ErrorPayload
from pipeline.importing import ImportRefused

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldError(msgspec.Struct, frozen=True):
    """One value that cannot be used: where it stands and the rule it breaks."""

    field: str
    message: str


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client gets instead of an answer. `code` is for programs, `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    hint: str | None = None
    errors: list[FieldError] | None = None
    error: ErrorPayload | None = None
    error_id: str | None = None


class Problem(Exception):
    """Raised where a request cannot be answered: status, code, what is wrong, what to do."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str | None = None,
        fields: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.hint, self.fields, self.headers = hint, fields, headers or {}


def invalid(field: str, message: str) -> Problem:
    """The problem of one field that only the handler could judge."""
    return Problem(400, "validation", f"{field}: {message}", fields=[FieldError(field, message)])


PIPELINE_STATUS: dict[type[errors.PipelineError], tuple[int, str]] = {
    errors.InsufficientCreditsError: (402, "insufficient_credits"),
    controls.UnknownRun: (404, "unknown_run"),
    controls.IllegalMove: (409, "illegal_move"),
    ImportRefused: (422, "unreadable_file"),
    errors.ValidationError: (422, "invalid_data"),
    errors.ContentPolicyError: (422, "content_policy"),
    errors.AIAuthError: (502, "ai_auth"),
    errors.TimeoutError: (504, "ai_timeout"),
    errors.PipelineError: (502, "ai_provider"),
}
"""First match along the error's own bases."""


def problem(request: Request[Any, Any, Any], error: Exception) -> Response[ProblemBody]:
    """The answer to `error`, whatever it is."""
    known = _known(request, error)
    body = ProblemBody(
        type=f"urn:igny8:problem:{known.code}",
        title=http.HTTPStatus(known.status).phrase,
        status=known.status,
        code=known.code,
        detail=known.detail,
        instance=request.url.path,
        hint=known.hint,
        errors=known.fields,
        error=_payload(error),
        error_id=getattr(known, "error_id", None),
    )
    return Response(body, status_code=known.status, headers=known.headers, media_type=MEDIA_TYPE)


def _known(request: Request[Any, Any, Any], error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case errors.PipelineError():
            status, code = next(
                PIPELINE_STATUS[base] for base in type(error).__mro__ if base in PIPELINE_STATUS
            )
            return Problem(status, code, error.user_message)
        case ValidationException():
            return _validation(request, error)
        case RecursionError():  # of the decoder: nothing of ours recurses
            return Problem(400, "validation", "The body is nested too deeply.")
        case HTTPException() if error.status_code < 500:
            return _http(error)
        case _ if isinstance(error, UNREACHABLE):
            log.warning("%s: %s", type(error).__name__, error)
            return Problem(
                503,
                "unavailable",
                "PostgreSQL or Redis does not answer at the moment. Try again in a few seconds.",
                headers={"Retry-After": "2"},
            )
        case _:
            return _unforeseen(request, error)


def _http(error: HTTPException) -> Problem:
    code = http.HTTPStatus(error.status_code).name.lower()
    hint = "/schema lists every address and method." if error.status_code in (404, 405) else None
    headers = dict(error.headers or {})
    return Problem(error.status_code, code, error.detail, hint=hint, headers=headers)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Problem:
    error_id = errors.new_error_id()
    log.error("%s %s [%s]", request.method, request.url.path, error_id, exc_info=error)
    found = Problem(
        500,
        "internal",
        f"Something went wrong on our side. Report it with the id {error_id}.",
    )
    found.error_id = error_id  # type: ignore[attr-defined]
    return found


def _payload(error: Exception) -> ErrorPayload | None:
    moves = (controls.UnknownRun, controls.IllegalMove)  # about the request, not about the work
    if isinstance(error, errors.PipelineError) and not isinstance(error, moves):
        return errors.payload(error, phase="INIT")
    return None


def _validation(request: Request[Any, Any, Any], error: ValidationException) -> Problem:
    found: list[FieldError] = []
    body_is_bad = False
    for extra in error.extra if isinstance(error.extra, list) else []:
        if str(extra.get("source", "body")) == "body":
            body_is_bad = True
        else:
            found.append(FieldError(str(extra["key"]), str(extra["message"])))
    if body_is_bad:
        found += list(_explain_body(request))
    names = "; ".join(f"{each.field}: {each.message}" for each in found)
    return Problem(400, "validation", names or error.detail, fields=found or None)


def _explain_body(request: Request[Any, Any, Any]) -> Iterator[FieldError]:
    field = request.route_handler.parsed_data_field
    raw = ScopeState.from_scope(request.scope).body
    if field is None or raw is Empty or not raw:
        yield FieldError("body", "A JSON object is needed.")
        return
    yield from explain(msgspec.json.decode(raw), field.annotation)


def _plainly(message: str) -> str:
    """msgspec's message, but a pattern in words."""
    _, found, pattern = message.partition("matching regex ")
    return RULES.get(ast.literal_eval(pattern), message) if found else message


def explain(value: Any, wanted: Any, path: str = "") -> Iterator[FieldError]:
    """Everything in `value` that does not fit the struct `wanted`: msgspec stops at the first."""
    struct = isinstance(wanted, type) and issubclass(wanted, msgspec.Struct)
    if not struct or not isinstance(value, dict):
        try:
            msgspec.convert(value, wanted)
        except msgspec.ValidationError as error:
            message, _, inside = str(error).partition(" - at `$")
            inside = inside.rstrip("`")
            yield FieldError((path + inside).lstrip(".") or "body", _plainly(message))
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(wanted)}
    for name in sorted(value.keys() - fields.keys()):
        yield FieldError(f"{path}.{name}".lstrip("."), "There is no such field.")
    for name, field in fields.items():
        if name in value:
            yield from explain(value[name], field.type, f"{path}.{name}")
        elif field.required:
            yield FieldError(f"{path}.{name}".lstrip("."), "This field is missing.")
