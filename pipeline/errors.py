"""The error tree: what can go wrong, whether to try again, and what a person is told.

    PipelineError
    ├── RetryLater                  not an outcome: put the item back, try again after `delay`
    ├── ItemError                   fails the item; the stage goes on
    │   ├── ValidationError         what the item carries cannot be worked on
    │   ├── ContentPolicyError      the AI service declined this item
    │   ├── AIProviderError         the AI service did not give a usable answer
    │   ├── TimeoutError            the AI service did not answer in time
    │   ├── WorkerDiedError         the item's worker died each time
    │   └── InternalError           a bug of ours; the log has its story under the error's id
    └── RunError                    would hit every item: stops the run
        ├── InsufficientCreditsError
        ├── AIAuthError             key refused, model unknown, quota used up
        └── StorageError            image files cannot be stored

Only `provider.py`, the ledger and the stages raise these. `pipeline/` never names an HTTP status.
"""

import uuid
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

ActionKind = Literal["purchase_credits", "fix_data", "retry", "open_settings", "edit_item"]


class Action(msgspec.Struct, frozen=True):
    """The next step offered with an error."""

    kind: ActionKind
    label: str
    href: str | None = None


class ErrorPayload(msgspec.Struct, frozen=True, kw_only=True):
    """An error as stored, sent and shown. Never holds a traceback or a secret."""

    status: Literal["error"] = "error"
    error_type: str
    error_message: str
    phase: str
    timestamp: datetime
    user_message: str
    action: Action
    retryable: bool
    stage: int | None = None
    item: str | None = None
    error_id: str


class PipelineError(Exception):
    """Base of all errors of ours. `str(error)` is the precise message, `error_message`."""

    action = Action("retry", "Retry")
    retryable = True

    @property
    def user_message(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """How it goes from one process to another, whatever its class wants to be made of."""
        return _remade, (type(self), self.args, self.__dict__)


def _remade(cls: type[PipelineError], args: tuple[Any, ...], facts: dict[str, Any]) -> Any:
    error = cls.__new__(cls, *args)
    error.__dict__.update(facts)
    return error


class RetryLater(PipelineError):
    """Put the item back and try again after `delay` seconds.

    `cause` is the error that stands when attempts run out. With `counts` False the attempt is
    given back: the item is not to blame (429, shutdown).
    """

    def __init__(self, cause: "ItemError", delay: float = 1.0, counts: bool = True) -> None:
        super().__init__(str(cause))
        self.cause, self.delay, self.counts = cause, delay, counts


class ItemError(PipelineError):
    """Fails the item; the stage goes on."""


class ValidationError(ItemError):
    """What the item carries cannot be worked on. `href` leads to the row at fault."""

    retryable = False

    def __init__(self, details: str, href: str | None = None) -> None:
        super().__init__(details)
        self.action = Action("fix_data", "Fix Data", href)

    @property
    def user_message(self) -> str:
        return f"Invalid data: {self}"


class ContentPolicyError(ItemError):
    """The AI service declined this item."""

    retryable = False
    action = Action("edit_item", "Edit item")

    @property
    def user_message(self) -> str:
        return f"The AI service declined this item: {self}"


class AIProviderError(ItemError):
    """The AI service failed, or its answers could not be used after the re-asks."""

    @property
    def user_message(self) -> str:
        return "AI service temporarily unavailable"


class TimeoutError(ItemError):  # noqa: A001 - the spec's word
    """The AI service did not answer in time."""

    @property
    def user_message(self) -> str:
        return "Request timed out. Try again."


class WorkerDiedError(ItemError):
    """The process died each time it worked on this item."""

    @property
    def user_message(self) -> str:
        return "Work on this item ended its worker process more than once. Retry, or edit the item."


class InternalError(ItemError):
    """A bug of ours. The message stays in the log: it may quote anything."""

    @property
    def user_message(self) -> str:
        return "Something went wrong on our side. Retry; if it happens again, report the error id."


class RunError(PipelineError):
    """Would hit every item: stops the run, items go back to pending, Resume goes on."""


class InsufficientCreditsError(RunError):
    """The account cannot pay for what is to be done. `href` is where credits are bought."""

    def __init__(self, required: int, available: int, href: str = "/credits") -> None:
        super().__init__(f"Insufficient credits. Required: {required}, Available: {available}")
        self.required, self.available = required, available
        self.action = Action("purchase_credits", "Purchase Credits", href)

    @property
    def user_message(self) -> str:
        return f"Not enough credits. You need {self.required} credits."


class AIAuthError(RunError):
    """The AI service refuses us whatever we ask: key, model or quota."""

    action = Action("open_settings", "Open Settings", "/settings")

    @property
    def user_message(self) -> str:
        return f"The AI service refused the request: {self}"


class StorageError(RunError):
    """The media store takes no files: disk full, no permission, not there."""

    action = Action("open_settings", "Open Settings", "/settings")

    @property
    def user_message(self) -> str:
        return f"Image files cannot be stored: {self}. Mend the media store, then resume."


def new_error_id() -> str:
    """A short id that joins what a client sees with the full context in the log."""
    return uuid.uuid4().hex[:12]


def public_type(error: PipelineError) -> str:
    """The name people and clients know an error by: that of its nearest class in this file."""
    return next(cls.__name__ for cls in type(error).__mro__ if cls.__module__ == __name__)


def payload(
    error: PipelineError,
    *,
    phase: str,
    stage: int | None = None,
    item: str | None = None,
    error_id: str | None = None,
) -> ErrorPayload:
    """`error` as it is stored and shown."""
    return ErrorPayload(
        error_type=public_type(error),
        error_message=str(error)[:2000]
        if not isinstance(error, InternalError)
        else "Internal error",
        phase=phase,
        timestamp=datetime.now(UTC),
        user_message=error.user_message[:2000],
        action=error.action,
        retryable=error.retryable,
        stage=stage,
        item=item,
        error_id=error_id or new_error_id(),
    )
