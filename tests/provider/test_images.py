"""Pictures as base64 or at an address, and addresses we do not go to."""

import asyncio
import io

import httpx2
import pytest
from PIL import Image

from pipeline import provider
from pipeline.errors import AIAuthError, AIProviderError, ContentPolicyError, RetryLater
from pipeline.provider import fetching, images
from pipeline.provider.endpoint import Endpoint
from pipeline.stage import Usage
from tests.demo_control import Demo

ENDPOINT = Endpoint("https://ai.example/v1", "key", "ai.example", "id", False)


async def draw(usage: Usage | None = None) -> bytes:
    return await provider.draw("a cup of coffee", size="320x240", usage=usage or Usage())


async def test_a_picture_has_the_size_asked_for(demo: Demo) -> None:
    assert Image.open(io.BytesIO(await draw())).size == (320, 240)


async def test_the_tokens_of_a_picture_are_counted(demo: Demo) -> None:
    usage = Usage()
    await draw(usage)
    assert usage.tokens_out == 75


async def test_a_picture_at_an_address_of_the_service_is_fetched(demo: Demo) -> None:
    await demo.fault("image-url")
    assert Image.open(io.BytesIO(await draw())).size == (320, 240)


async def test_bytes_that_are_no_image_are_tried_later(demo: Demo) -> None:
    await demo.fault("bad-image")
    with pytest.raises(RetryLater, match="not an image"):
        await draw()


async def test_a_prompt_against_the_rules_is_declined(demo: Demo) -> None:
    await demo.fault("policy")
    with pytest.raises(ContentPolicyError):
        await draw()


async def test_an_unknown_image_model_stops_the_run(demo: Demo) -> None:
    demo.set(image_model="dall-e-9")
    with pytest.raises(AIAuthError, match="dall-e-9"):
        await draw()


@pytest.mark.parametrize("fault", ["500", "html", "empty-choices"])
async def test_what_may_pass_is_tried_later(demo: Demo, fault: str) -> None:
    await demo.fault(fault)
    with pytest.raises(RetryLater):
        await draw()


async def test_a_bad_request_fails_the_item(demo: Demo) -> None:
    with pytest.raises(AIProviderError, match="size has to be"):
        await provider.draw("a", size="1x1", usage=Usage())


async def test_a_picture_that_is_too_large_is_refused(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST_BYTES", 100)
    with pytest.raises(AIProviderError, match="more than 100 bytes"):
        await draw()
    await demo.fault("image-url")
    with pytest.raises(AIProviderError, match="more than 100 bytes"):
        await draw()


@pytest.mark.parametrize(
    "url",
    [
        "http://ai.example.org/picture.png",
        "https://127.0.0.1/picture.png",
        "https://[::1]/picture.png",
        "https://[::ffff:10.0.0.1]/picture.png",
        "https://10.1.2.3/picture.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/picture.png",
        "https://user:secret@192.168.0.1/picture.png",
        "file:///etc/passwd",
        "ftp://example.org/picture.png",
    ],
)
async def test_an_address_inside_or_unsafe_is_not_gone_to(url: str) -> None:
    with pytest.raises(AIProviderError, match="do not go to") as raised:
        await fetching.fetch(ENDPOINT, url, 1000, 5)
    assert "secret" not in str(raised.value)


async def test_a_name_that_leads_inside_by_one_of_its_addresses_is_not_gone_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    async def found(host: str, port: int, **_: object) -> list[object]:
        asked.append(host)
        return [(0, 0, 0, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    with pytest.raises(AIProviderError, match="do not go to"):
        await fetching.fetch(ENDPOINT, "https://images.example.org/a.png", 1000, 5)
    assert asked == ["images.example.org"]


async def test_the_address_that_was_checked_is_the_one_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name server that answers otherwise the second time is not asked a second time."""
    asked: list[tuple[str, str | None]] = []

    async def found(host: str, port: int, **_: object) -> list[object]:
        return [(0, 0, 0, "", ("93.184.216.34", port))]

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.url.host, request.headers.get("host")))
        return httpx2.Response(302, headers={"location": "http://127.0.0.1/"})

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)
    real = httpx2.AsyncClient
    monkeypatch.setattr(
        httpx2,
        "AsyncClient",
        lambda **how: real(transport=httpx2.MockTransport(answer), **how),
    )
    with pytest.raises(RetryLater, match="answers 302"):
        await fetching.fetch(ENDPOINT, "https://images.example.org/a.png", 1000, 5)
    assert asked == [("93.184.216.34", "images.example.org")]
