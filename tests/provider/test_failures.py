"""What the service does wrong becomes our errors, with messages that say who said what."""

import logging
import time
from email.utils import formatdate

import pytest

from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    ContentPolicyError,
    PipelineError,
    RetryLater,
)
from pipeline.errors import TimeoutError as NoAnswerInTime
from pipeline.provider import failures
from pipeline.provider.endpoint import Endpoint
from pipeline.settings import settings
from tests.demo_control import Demo
from tests.provider.asks import ask_article, ask_groups

ENDPOINT = Endpoint("https://ai.example/v1", "key-of-ours", "ai.example", "id", False)
STREAMED = pytest.mark.parametrize("streamed", [False, True])


def on_words(streamed: bool) -> object:
    return (lambda _: None) if streamed else None


@STREAMED
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("500", "answered 500: The server had an error"),
        ("503", "answered 503: The engine is overloaded"),
        ("html", "web page instead of JSON, check OPENAI_BASE_URL: <!doctype html>"),
        ("broken-json", "not a completion"),
        ("empty-choices", "not a completion"),
        ("error-200", "Upstream failed"),
    ],
)
async def test_what_may_pass_is_tried_later_and_counts(
    demo: Demo, fault: str, said: str, streamed: bool
) -> None:
    await demo.fault(fault)
    with pytest.raises(RetryLater) as raised:
        await ask_article(on_words=on_words(streamed))
    assert raised.value.counts
    assert isinstance(raised.value.cause, AIProviderError)
    assert said in str(raised.value.cause)
    assert "127.0.0.1" in str(raised.value.cause)


@STREAMED
@pytest.mark.parametrize(
    ("fault", "said"),
    [("401", "key refused"), ("quota", "quota used up"), ("404-model", "'demo-text' is unknown")],
)
async def test_what_would_hit_every_item_stops_the_run(
    demo: Demo, fault: str, said: str, streamed: bool
) -> None:
    await demo.fault(fault)
    with pytest.raises(AIAuthError, match=said) as raised:
        await ask_article(on_words=on_words(streamed))
    assert type(raised.value) is AIAuthError


async def test_a_wrong_key_is_named_as_refused_and_never_shown(
    demo: Demo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    demo.set(openai_api_key="sk-very-secret-1234")
    with pytest.raises(AIAuthError, match="key refused") as raised:
        await ask_groups()
    assert "sk-very-secret" not in str(raised.value)
    assert "sk-very-secret" not in caplog.text


async def test_a_path_that_is_not_there_points_to_the_base_url(demo: Demo) -> None:
    demo.set(openai_base_url=demo.url.removesuffix("/v1"))
    with pytest.raises(AIAuthError, match=r"has no /chat/completions, check OPENAI_BASE_URL"):
        await ask_groups()


async def test_a_model_that_is_not_there_is_named(demo: Demo) -> None:
    demo.set(text_model="gpt-unknown")
    with pytest.raises(AIAuthError, match="model 'gpt-unknown' is unknown"):
        await ask_groups()


@STREAMED
async def test_a_service_that_is_down_is_tried_later(demo: Demo, streamed: bool) -> None:
    demo.set(openai_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(RetryLater, match=r"127.0.0.1:9 cannot be reached") as raised:
        await ask_article(on_words=on_words(streamed))
    assert raised.value.counts


@STREAMED
async def test_a_service_that_hangs_is_a_timeout(demo: Demo, streamed: bool) -> None:
    await demo.fault("hang")
    demo.set(provider_timeout=0.3)
    with pytest.raises(RetryLater, match=r"did not answer within 0.3 s") as raised:
        await ask_article(on_words=on_words(streamed))
    assert isinstance(raised.value.cause, NoAnswerInTime)
    assert raised.value.counts


async def test_a_slow_drip_ends_at_the_total_timeout(demo: Demo) -> None:
    await demo.fault("drip", seconds=0.1)
    demo.set(provider_timeout=0.5)
    with pytest.raises(RetryLater) as raised:
        await ask_article(on_words=lambda _: None)
    assert isinstance(raised.value.cause, NoAnswerInTime)


async def test_a_stream_that_breaks_off_is_tried_later(demo: Demo) -> None:
    await demo.fault("broken-stream")
    with pytest.raises(RetryLater, match="broke off"):
        await ask_article(on_words=lambda _: None)


async def test_a_bad_request_of_no_known_reason_fails_the_item(demo: Demo) -> None:
    await demo.fault("400")
    with pytest.raises(AIProviderError, match="answered 400: Bad Request") as raised:
        await ask_groups()
    assert type(raised.value) is AIProviderError


async def test_a_content_policy_names_the_reason(demo: Demo) -> None:
    await demo.fault("policy")
    with pytest.raises(ContentPolicyError, match="Rejected by the safety system"):
        await ask_groups()


async def test_without_key_and_address_the_setting_is_named(demo: Demo) -> None:
    demo.set(openai_base_url="", openai_api_key="")
    with pytest.raises(AIAuthError, match="OPENAI_API_KEY is not set"):
        await ask_groups()
    assert settings().openai_base_url == ""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "4000"}, 60.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_the_pause_asked_for_is_read_in_all_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert failures.retry_after(headers) == seconds


def test_a_pause_until_a_date_is_read() -> None:
    date = formatdate(time.time() + 20, usegmt=True)
    seconds = failures.retry_after({"retry-after": date})
    assert seconds is not None
    assert 15 < seconds <= 20


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (402, b"Payment required", AIAuthError),
        (403, b'{"error":{"message":"no access"}}', AIAuthError),
        (429, b'{"error":{"message":"x","code":"insufficient_quota"}}', AIAuthError),
        (429, b'{"error":"slow down"}', RetryLater),
        (408, b"", RetryLater),
        (502, b"<html>Bad gateway</html>", RetryLater),
        (400, b'{"error":{"message":"x","code":"content_policy_violation"}}', ContentPolicyError),
        (400, b'{"detail":[{"loc":["body"]}]}', AIProviderError),
        (413, b"too large", AIProviderError),
    ],
)
def test_each_status_becomes_an_error_of_ours(
    status: int, body: bytes, kind: type[PipelineError]
) -> None:
    error = failures.from_status(ENDPOINT, "/chat/completions", "m", status, {}, body)
    assert isinstance(error, kind)


def test_what_is_quoted_holds_no_secret_and_is_short() -> None:
    said = b"Bearer abcdefg api_key=12345 sk-proj-abcdef key-of-ours " + b"x" * 500
    error = failures.from_status(ENDPOINT, "/", "m", 500, {}, said)
    for secret in ("abcdefg", "12345", "sk-proj", "key-of-ours"):
        assert secret not in str(error)
    assert len(str(error)) < 260
