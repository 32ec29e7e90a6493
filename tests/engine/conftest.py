"""Fake stages in place of the chain, a heartbeat as a worker has it, and a keeper that leads."""

from collections.abc import Iterator

import pytest

from pipeline import heartbeat, keeper
from pipeline.local.servers import Servers
from pipeline.settings import settings
from pipeline.stage import STAGES
from tests.engine.fakes import Fate, stages


@pytest.fixture(scope="module")
def pulse(servers: Servers) -> Iterator[heartbeat.Heartbeat]:
    """The heartbeat of this process; pages of other modules would take it for a worker."""
    beating = heartbeat.start("text")
    yield beating
    beating.stopping.set()
    beating.join(5)


@pytest.fixture
def fate(
    pulse: heartbeat.Heartbeat, connections: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Fate]:
    """Stages 2 to 7 do as this says."""
    fate = Fate()
    for name in list(STAGES):
        monkeypatch.delitem(STAGES, name)
    for number, stage in stages(fate).items():
        monkeypatch.setitem(STAGES, number, stage)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # nobody asks it
    settings.cache_clear()
    yield fate
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
async def watch(fate: Fate, db: None) -> keeper.Keeper:
    """A keeper that leads and has been in touch with Redis for longer than a lease."""
    watch = keeper.Keeper()
    await watch.tick()
    assert watch.in_touch_since is not None
    watch.in_touch_since -= settings().lease_seconds + 1
    return watch
