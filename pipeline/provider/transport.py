"""The SDK as transport: it keeps authentication, connections and timeouts; bytes go in and out.

The only module that imports openai, and it is imported late: half a second that a process which
asks nothing need not spend. `post` instead of `create` costs half the CPU, msgspec reads better.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import openai

from pipeline import context, gate, tally
from pipeline.errors import RetryLater
from pipeline.provider import failures, pacing
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.failures import Throttled
from pipeline.provider.sending import Sending

FAILURES = (openai.OpenAIError, httpx2.HTTPError, TimeoutError)

for noisy in ("httpx2", "httpcore2", "openai"):
    logging.getLogger(noisy).setLevel(logging.WARNING)  # a line per call is no news


class Transport:
    """The SDK's client for one endpoint on one event loop."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self.endpoint, self.timeout = endpoint, timeout
        # A proxy named in the environment leads away from this machine, not back to it.
        sending = Sending(endpoint.url, direct=endpoint.is_local)
        self._client = openai.AsyncOpenAI(
            api_key=endpoint.key,
            base_url=endpoint.url,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultAsyncHttpxClient(transport=sending),
        )

    async def close(self) -> None:
        await self._client.close()

    async def get(self, path: str) -> bytes:
        """The body of a GET. Raises our errors."""
        try:
            async with asyncio.timeout(self.timeout):
                return (await self._client.get(path, cast_to=httpx2.Response)).content
        except FAILURES as error:
            raise self._ours(error, path, "") from None

    async def post(self, path: str, content: bytes, model: str) -> bytes:
        """The body that answers a JSON body, asked in turn. Raises our errors."""
        await gate.passed()
        await pacing.turn(self.endpoint)
        try:
            async with asyncio.timeout(self.timeout):
                response = await self._client.post(path, cast_to=httpx2.Response, content=content)
                body = response.content
        except FAILURES as error:
            raise await self._noted(self._ours(error, path, model)) from None
        _called("answered")
        pacing.answered(self.endpoint)
        return body

    @asynccontextmanager
    async def stream(self, path: str, content: bytes, model: str) -> AsyncIterator[httpx2.Response]:
        """The open response to a JSON body, asked in turn; leaving the block closes it.

        Raises our errors, also for what goes wrong within the block.
        """
        response: httpx2.Response | None = None
        await gate.passed()
        await pacing.turn(self.endpoint)
        try:
            async with asyncio.timeout(self.timeout):
                opened: Any = await self._client.post(
                    path,
                    cast_to=httpx2.Response,  # wins over stream_cls: the raw response comes back
                    content=content,
                    stream=True,
                    stream_cls=openai.AsyncStream[Any],
                )
                response = opened
                _called("answered")
                pacing.answered(self.endpoint)
                yield opened
        except FAILURES as error:
            raise await self._noted(self._ours(error, path, model)) from None
        finally:
            if response is not None:
                await response.aclose()

    async def _noted(self, error: Exception) -> Exception:
        """`error`; if it is a refusal, everybody is told first."""
        if not isinstance(error, Throttled):
            _called("failed")
            return error
        _called("throttled")
        await pacing.refused(self.endpoint, error)
        return RetryLater(error.cause, error.delay, counts=False)

    def _ours(self, error: Exception, path: str, model: str) -> Exception:
        """`error` as one of ours."""
        endpoint = self.endpoint
        if isinstance(error, openai.APIStatusError):
            answer = error.response
            return failures.from_status(
                endpoint, path, model, answer.status_code, answer.headers, answer.content
            )
        if isinstance(error, (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException)):
            if isinstance(error.__cause__, httpx2.ConnectTimeout):
                return failures.again(endpoint, "cannot be reached: no connection in time")
            return failures.timed_out(endpoint, self.timeout)
        cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
        if isinstance(cause, (httpx2.RemoteProtocolError, httpx2.DecodingError)):
            return failures.again(endpoint, f"broke off its answer: {cause}")
        if isinstance(error, (openai.APIConnectionError, httpx2.HTTPError)):
            return failures.again(endpoint, f"cannot be reached: {cause or type(error).__name__}")
        return error


def _called(how: str) -> None:
    tally.count("calls", context.function(), how)
