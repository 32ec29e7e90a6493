"""A Redis that would drop keys when it is full is refused at the start; the setting is named."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pipeline import connections as open_connections
from pipeline.settings import BadSetting
from tests.support import start_module, stop


@pytest.fixture
async def evicting(db: None) -> AsyncIterator[None]:
    client = open_connections.state()
    await client.config_set("maxmemory-policy", "volatile-ttl")
    yield
    await client.config_set("maxmemory-policy", "noeviction")


async def test_a_redis_that_evicts_is_refused_with_the_setting_to_change(evicting: None) -> None:
    with pytest.raises(BadSetting, match="Set maxmemory-policy to noeviction"):
        await open_connections.refuse_evicting()


async def test_a_redis_that_keeps_everything_is_taken(db: None) -> None:
    await open_connections.refuse_evicting()


@pytest.mark.slow
@pytest.mark.parametrize("words", [("pipeline.worker", "text"), ("pipeline.keeper",)])
async def test_a_process_ends_at_its_start_and_says_why(
    words: tuple[str, ...], evicting: None, tmp_path: Path
) -> None:
    process = start_module(*words, log=tmp_path / "log")
    try:
        assert process.wait(60) == 1
    finally:
        stop(process)
    assert "maxmemory-policy volatile-ttl" in (tmp_path / "log").read_text()
