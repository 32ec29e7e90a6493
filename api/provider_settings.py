"""The AI service as it is set: which endpoint, which models, and a test of what it can do.

The key never leaves the process, and an address is shown without what may be secret in it.
"""

import asyncio
from urllib.parse import urlsplit

import msgspec
from litestar import get, post

from api.auth import admin_only
from api.problems import Problem
from api.schemas import Function
from pipeline import provider
from pipeline.messages import FUNCTIONS
from pipeline.prices import ASKING
from pipeline.provider.endpoint import DEFAULT_URL
from pipeline.settings import settings

PATIENCE = 45.0
"""Seconds that a test may take."""

_testing = asyncio.Lock()


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`endpoint` is without user, password and query; `demo`: answers are made up on this machine.

    `models` has the functions that ask the service.
    """

    endpoint: str
    demo: bool
    key_set: bool
    models: dict[Function, str]
    embedding_model: str
    image_size: str


class Tested(msgspec.Struct, frozen=True):
    """`ok` says whether articles can be written; `findings` what was looked at."""

    ok: bool
    findings: list[provider.Finding]


@get("/settings/provider", summary="The AI service as it is set")
async def show_provider() -> ProviderSettings:
    """Endpoint and models. They are set in the environment of the server."""
    chosen = settings()
    models = {FUNCTIONS[n]: chosen.model_for(FUNCTIONS[n]) for n in ASKING}
    return ProviderSettings(
        endpoint=_shown(chosen.openai_base_url or DEFAULT_URL),
        demo=chosen.provider_is_demo,
        key_set=bool(chosen.openai_api_key),
        models=msgspec.convert(models, dict[Function, str]),
        embedding_model=chosen.embedding_model,
        image_size=chosen.image_size,
    )


def _shown(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


@post(
    "/settings/provider/test",
    status_code=200,
    guards=[admin_only],
    patience=2 * PATIENCE,
    summary="Test the AI service",
)
async def check_provider() -> Tested:
    """For administrators: make a few tiny calls and tell what works. Takes up to 45 seconds."""
    if _testing.locked():
        raise Problem(
            409, "already_testing", "The AI service is being tested. Wait for the answer."
        )
    async with _testing:
        try:
            async with asyncio.timeout(PATIENCE):
                findings = await provider.probe()
        except TimeoutError:
            advice = "Check OPENAI_BASE_URL, and whether the service is up and not overloaded."
            late = f"did not answer within {PATIENCE:g} seconds"
            findings = [provider.Finding("AI service", False, late, advice)]
        finally:
            await provider.close_client()  # nothing else here asks the service
    return Tested(findings[0].ok is True, findings)
