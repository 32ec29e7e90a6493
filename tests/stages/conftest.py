"""What the tests of the stages share: an AI service of their own, and a media folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pipeline import provider
from pipeline.settings import settings
from tests.stages.service import Service, running


@pytest.fixture
def media_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MEDIA_URL", str(tmp_path / "media"))
    settings.cache_clear()
    yield tmp_path / "media"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def ai(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with running() as (service, url):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_API_KEY", "scripted")
        monkeypatch.setenv("PROVIDER_IS_DEMO", "false")
        settings.cache_clear()
        yield service
        await provider.close_client()
    monkeypatch.undo()
    settings.cache_clear()
