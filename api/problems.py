"""Every error as `application/problem+json` (RFC 9457): the one table from exception to status.

Errors of the pipeline travel whole in `error` (type, message, action). A request that does not fit
is one too, and explained field by field. What we did not foresee is a 500 with an `error_id`; its
traceback is in the log under that id and never in an answer.
"""

import http
import logging
from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Annotated, Any, get_args

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.typing import FieldDefinition

from api.explaining import FieldError, fault_of
from pipeline import controls, errors
from pipeline.connections import UNREACHABLE
from pipeline.errors import ErrorPayload
from pipeline.importing import ImportRefused

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a client gets instead of an answer. `code` is for programs, `detail` for people.

    `moves` are those that are legal where one was not; `error_id` finds the story in the log.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    hint: str | None = None
    errors: list[FieldError] | None = None
    moves: list[str] | None = None
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
        moves: list[str] | None = None,
        error_id: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.hint, self.fields, self.headers = hint, fields, headers or {}
        self.moves, self.error_id = moves, error_id


def invalid(field: str, message: str) -> Problem:
    """The problem of one field that only the handler could judge."""
    return faults([FieldError(field, message)])


def faults(fields: Sequence[FieldError]) -> Problem:
    """The problem of values that cannot be used, each named."""
    detail = "; ".join(f"{each.field}: {each.message}" for each in fields)
    return Problem(400, "validation", detail, fields=list(fields))


class UnknownRow(errors.ValidationError):
    """A field of the request names a row that is not there, or not in the account: a 422."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.fields = [FieldError(field, message)]


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
    unfit = known.code == "validation"
    payload = _payload(request, errors.ValidationError(known.detail) if unfit else error)
    body = ProblemBody(
        type=f"urn:igny8:problem:{known.code}",
        title=http.HTTPStatus(known.status).phrase,
        status=known.status,
        code=known.code,
        detail=known.detail,
        instance=request.url.path,
        hint=known.hint,
        errors=known.fields,
        moves=known.moves,
        error=payload,
        error_id=known.error_id if payload is None else payload.error_id,
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
            return Problem(
                status,
                code,
                error.user_message,
                fields=getattr(error, "fields", None),
                moves=getattr(error, "moves", None),
            )
        case ValidationException():
            return _validation(request, error)
        case RecursionError():  # of the decoder: nothing of ours recurses
            return Problem(400, "validation", "The body is nested too deeply.")
        case HTTPException() if error.status_code < 500:
            return _http(request, error)
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


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Problem:
    code, detail, hint = http.HTTPStatus(error.status_code).name.lower(), error.detail, None
    if error.status_code in (404, 405):
        hint = "/schema lists every address and method."
    elif error.status_code == 413:
        most = request.route_handler.resolve_request_max_body_size()
        detail, hint = f"The body is too large: it may have {most:,} bytes.", "Send it in parts."
    headers = dict(error.headers or {})
    return Problem(error.status_code, code, detail, hint=hint, headers=headers)


def _unforeseen(request: Request[Any, Any, Any], error: Exception) -> Problem:
    error_id = errors.new_error_id()
    log.error("error %s: %s %s", error_id, request.method, request.url.path, exc_info=error)
    detail = f"Something went wrong on our side. Report it with the id {error_id}."
    return Problem(500, "internal", detail, error_id=error_id)


def _payload(request: Request[Any, Any, Any], error: Exception) -> ErrorPayload | None:
    """Spec §7's payload of an error of the pipeline, its story in the log under its id."""
    moves = (controls.UnknownRun, controls.IllegalMove)  # about the request, not about the work
    if not isinstance(error, errors.PipelineError) or isinstance(error, moves):
        return None
    made = errors.payload(error, phase="INIT")
    log.warning(
        "error %s: %s %s: %s: %s",
        *(made.error_id, request.method, request.url.path, made.error_type, error),
    )
    return made


def _validation(request: Request[Any, Any, Any], error: ValidationException) -> Problem:
    """Parameters that do not fit; bodies have been judged before (`api/bodies.py`)."""
    handler = request.route_handler
    fields = dict(handler.parsed_fn_signature.parameters)
    for provided in handler.resolve_dependencies().values():
        fields |= provided.parsed_fn_signature.parameters
    found = [
        FieldError(str(extra["key"]), _of_parameter(request, fields, extra))
        for extra in (error.extra if isinstance(error.extra, list) else [])
    ]
    return faults(found) if found else Problem(400, "validation", error.detail)


def _of_parameter(
    request: Request[Any, Any, Any], fields: Mapping[str, FieldDefinition], extra: dict[str, Any]
) -> str:
    """The fault of one parameter, from the handler's own types and limits."""
    key = str(extra["key"])
    named = {getattr(each.kwarg_definition, "query", None): each for each in fields.values()}
    field = fields.get(key) or named.get(key)
    value = request.query_params.get(key, request.path_params.get(key))
    if field is None or value is None:
        return str(extra["message"])
    limits = {
        name: limit
        for name in ("ge", "le", "gt", "lt", "min_length", "max_length", "pattern")
        if (limit := getattr(field.kwarg_definition, name, None)) is not None
    }
    given = [each for each in get_args(field.annotation) if each is not NoneType]
    wanted = given[0] if field.is_optional and len(given) == 1 else field.annotation
    return fault_of(str(value), Annotated[wanted, msgspec.Meta(**limits)] if limits else wanted)
