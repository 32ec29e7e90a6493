"""A demo server that each test finds fresh."""

from collections.abc import AsyncIterator

import pytest

from tests.demo_control import Demo


@pytest.fixture
async def demo(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    control = Demo(demo_url, monkeypatch)
    await control.reset()
    yield control
    await control.reset()
    await control.close()
