"""A fresh demo server state and a provider that knows nothing yet, for each test."""

from collections.abc import AsyncIterator

import pytest

from pipeline import provider
from pipeline.provider import pacing, shared
from tests.demo_control import Demo


@pytest.fixture
async def demo(db: None, demo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    control = Demo(demo_url, monkeypatch)
    await control.reset()
    shared.forget()
    pacing.forget()
    yield control
    await control.reset()
    await control.close()
    await provider.close_client()
    shared.forget()
    pacing.forget()
