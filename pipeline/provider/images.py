"""Prompts to pictures: as base64 in the answer, or at an address that the answer names."""

import base64
import binascii

import msgspec

from pipeline.errors import AIProviderError
from pipeline.provider import failures
from pipeline.provider.client import transport
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.failures import Absent, Refused
from pipeline.provider.wire import ENCODER
from pipeline.settings import settings
from pipeline.stage import Usage

MOST_BYTES = 20 * 1024 * 1024
"""A picture larger than this is refused."""

_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


class _Request(msgspec.Struct):
    model: str
    prompt: str
    size: str
    n: int = 1


class _Picture(msgspec.Struct):
    b64_json: str | None = None
    url: str | None = None


class _Tokens(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Picture]
    usage: _Tokens | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


async def draw(prompt: str, *, size: str, usage: Usage) -> bytes:
    """The bytes of an image file (PNG, JPEG, WebP, GIF or AVIF) of `size` such as `1024x1024`.

    They are as the service sent them: decode before use. Raises AIAuthError, ContentPolicyError,
    AIProviderError and RetryLater.
    """
    model = settings().model_for("generate_images")
    client = await transport()
    endpoint = client.endpoint
    content = ENCODER.encode(_Request(model, prompt, size))
    try:
        body = await client.post("/images/generations", content, model)
    except (Absent, Refused) as error:
        raise error.plain() from None
    try:
        answer = _ANSWER.decode(body)
    except msgspec.DecodeError:
        raise failures.unusable(endpoint, body) from None
    if answer.usage is not None:
        usage.add(answer.usage.input_tokens, answer.usage.output_tokens)
    picture = answer.data[0] if answer.data else _Picture()
    if picture.url and not picture.b64_json and not picture.url.startswith("data:"):
        # Late, because it imports the HTTP library.
        from pipeline.provider.fetching import fetch  # noqa: PLC0415

        image = await fetch(endpoint, picture.url, MOST_BYTES, settings().provider_timeout)
    else:
        image = _decoded(endpoint, picture)
    if not _is_picture(image):
        raise failures.again(endpoint, f"sent something that is not an image: {image[:16]!r}")
    return image


def _decoded(endpoint: Endpoint, picture: _Picture) -> bytes:
    text = picture.b64_json or (picture.url or "").partition(",")[2]
    if not text:
        raise failures.again(endpoint, "answered without an image")
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise AIProviderError(f"{endpoint.host} sent an image of more than {MOST_BYTES:,} bytes")
    try:
        return base64.b64decode(text.partition(",")[2] if text.startswith("data:") else text)
    except binascii.Error:
        raise failures.again(endpoint, "sent an image that is not base64") from None


def _is_picture(image: bytes) -> bool:
    boxed = image[:4] == b"RIFF" and image[8:12] == b"WEBP"
    return image.startswith(_STARTS) or boxed or image[4:12] in (b"ftypavif", b"ftypheic")
