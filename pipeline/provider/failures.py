"""What the AI service did wrong, as our errors.

Knows nothing of the SDK: it is given the status, headers and text of what came back. Messages name
the endpoint by host and quote what it said, shortened and without secrets.
"""

import email.utils
import random
import re
import time
from collections.abc import Mapping

import msgspec

from pipeline import errors
from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    ContentPolicyError,
    PipelineError,
    RetryLater,
)
from pipeline.provider.endpoint import Endpoint

QUOTED = 200
"""How many characters of a foreign answer a message quotes."""

AGAIN = 1.0
"""Seconds until a failed call is tried again, before jitter; the engine scales it by attempt."""

COOL_DOWN = 2.0
"""Seconds without calls after a 429 that names none."""

LONGEST_COOL_DOWN = 60.0

_SECRET = re.compile(r"(?i)(bearer\s+|api[-_]?key[\"'=:\s]+)\S+|\bsk-[\w*.-]{4,}")
_POLICY = ("content_policy", "content_filter", "moderation", "safety")
_QUOTA = ("insufficient_quota", "billing", "insufficient balance", "insufficient credit")


class AnswerCut(AIProviderError):
    """The answer was longer than the service lets one be. Ask for less at once."""


class Refused(AIProviderError):
    """The service rejects the form of a request (400, 413, 422); perhaps not a simpler one."""

    def __init__(self, message: str, said: str, too_large: bool = False) -> None:
        super().__init__(message)
        self.said, self.too_large = said.casefold(), too_large

    def plain(self) -> AIProviderError:
        """The same as the error that callers know."""
        return AIProviderError(str(self))


class Absent(AIAuthError):
    """The service knows no such model or path (404, 405, 501)."""

    def plain(self) -> AIAuthError:
        """The same as the error that callers know."""
        return AIAuthError(str(self))


class Throttled(RetryLater):
    """The service wants a pause of `delay` seconds from everybody (429)."""


class _Detail(msgspec.Struct):
    message: str | None = None
    type: str | None = None
    code: str | int | None = None
    param: str | None = None


class _Body(msgspec.Struct):
    error: _Detail | str | None = None
    message: str | None = None
    detail: object = None


def quote(text: str | bytes, secret: str = "") -> str:
    """The start of a foreign text on one line, without `secret` or what looks like one."""
    shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    shown = shown[: 4 * QUOTED]
    if secret:
        shown = shown.replace(secret, "***")
    shown = " ".join(_SECRET.sub("***", shown).split())
    return shown if len(shown) <= QUOTED else shown[: QUOTED - 1] + "…"


def looks_like_html(text: bytes) -> bool:
    """Whether a body is a web page, which tells of a wrong address or a proxy in between."""
    return text[:200].lstrip().startswith(b"<")


def again(endpoint: Endpoint, what: str, delay: float = AGAIN) -> RetryLater:
    """A failure that may pass: counts as an attempt."""
    jittered = delay * (0.75 + random.random() / 2)  # noqa: S311 - spreads load, guards nothing
    return RetryLater(AIProviderError(f"{endpoint.host} {what}"), jittered)


def timed_out(endpoint: Endpoint, seconds: float) -> RetryLater:
    """No complete answer within `seconds`."""
    return RetryLater(
        errors.TimeoutError(f"{endpoint.host} did not answer within {seconds:g} s"), AGAIN
    )


def unusable(endpoint: Endpoint, body: bytes) -> RetryLater:
    """A 200 whose body is not what an OpenAI-compatible service answers."""
    said = quote(body, endpoint.key)
    if looks_like_html(body):
        return again(
            endpoint,
            f"answered with a web page instead of JSON, check OPENAI_BASE_URL: {said}",
        )
    return again(endpoint, f"answered with something that is not a completion: {said}")


def from_status(
    endpoint: Endpoint, path: str, model: str, status: int, headers: Mapping[str, str], body: bytes
) -> PipelineError:
    """The error for an answer with a 4xx or 5xx status."""
    code, message = _what_it_said(body)
    said = quote(message, endpoint.key)
    told = f"{endpoint.host} answered {status}: {said}" if said else f"{endpoint.host}: {status}"
    hint = f"{code} {message}".casefold()
    if any(word in hint for word in _QUOTA) or status == 402:
        return AIAuthError(f"quota used up ({told})")
    if status in (401, 403):
        return AIAuthError(f"key refused ({told})")
    if status == 429:
        return throttled(AIProviderError(told), headers)
    if status in (404, 405, 410, 501):
        return _absent(endpoint, path, model, hint, told)
    if status in (400, 413, 415, 422):
        if any(word in str(code).casefold() for word in _POLICY):
            return ContentPolicyError(said or "no reason given")
        return Refused(told, hint, too_large=status == 413)
    if looks_like_html(body):
        told = f"{endpoint.host} answered {status} with a web page instead of JSON: {said}"
    delay = retry_after(headers)
    return RetryLater(AIProviderError(told), again(endpoint, "").delay if delay is None else delay)


def throttled(cause: AIProviderError, headers: Mapping[str, str]) -> Throttled:
    """A 429: the item is not to blame, so the attempt does not count."""
    delay = retry_after(headers)
    return Throttled(cause, COOL_DOWN if delay is None else delay, counts=False)


def _absent(endpoint: Endpoint, path: str, model: str, hint: str, told: str) -> Absent:
    if "model" in hint:
        return Absent(f"model {model!r} is unknown ({told})")
    return Absent(f"{endpoint.host} has no {path}, check OPENAI_BASE_URL ({told})")


def _what_it_said(body: bytes) -> tuple[str, str]:
    """Code and message of an error body, whatever its shape."""
    try:
        read = msgspec.json.decode(body, type=_Body)
    except msgspec.DecodeError:
        return "", body[: 4 * QUOTED].decode("utf-8", "replace")
    if isinstance(read.error, _Detail):
        code = read.error.code or read.error.type or ""
        return f"{code} {read.error.param or ''}".strip(), read.error.message or str(code)
    return "", read.error or read.message or (str(read.detail) if read.detail else "")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the service asks to wait (from ms, seconds or a date), at most a minute."""
    seconds = _number(headers.get("retry-after-ms"))
    if seconds is not None:
        seconds /= 1000
    else:
        seconds = _number(headers.get("retry-after"))
    if seconds is None and (date := email.utils.parsedate_tz(headers.get("retry-after") or "")):
        seconds = email.utils.mktime_tz(date) - time.time()
    return None if seconds is None else min(max(seconds, 0.05), LONGEST_COOL_DOWN)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if number == number else None
