"""Real servers for the tests: PostgreSQL and Redis of their own, in a folder that goes with them.

Nothing starts before a test asks for it. All async tests and fixtures share one event loop, so
that one pool serves them all. The environment of whoever runs the tests is kept out.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import hypothesis
import pytest

from db.engine import again_if_rolled_back
from db.migrate import migrate
from db.piccolo_app import APP_CONFIG
from piccolo_conf import DB
from pipeline import connections as open_connections
from pipeline.local.servers import Servers
from pipeline.settings import Settings, settings
from tests.support import await_condition, new_account, start_module, stop

for name in Settings.__struct_fields__:
    os.environ.pop(name.upper(), None)

# Whoever runs us in the background ignores it, and so would all that tests start and stop by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Its own limit, 200 ms an example, tells of a busy machine and not of a mistake.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

DEMO_MODELS = {
    "OPENAI_API_KEY": "demo",
    "TEXT_MODEL": "demo-text",
    "EMBEDDING_MODEL": "demo-embed",
    "IMAGE_MODEL": "demo-image",
    "PROVIDER_IS_DEMO": "true",
}
WORKERS = (
    ("pipeline.worker", "text"),
    ("pipeline.worker", "images"),
    ("pipeline.keeper",),
)
DELETE_ALL = (
    "set local session_replication_role = replica; "  # no order of foreign keys to keep
    + "".join(f'delete from "{table._meta.tablename}"; ' for table in APP_CONFIG.table_classes)
)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Redis for this session, their URLs and DATA_DIR in the environment."""
    folder = Path(tempfile.mkdtemp(prefix="igny8-test-", dir="/tmp"))
    folder.chmod(0o755)
    with Servers(folder / "var", fast=True) as running:
        os.environ.update(running.urls, DATA_DIR=str(folder / "var"))
        settings.cache_clear()
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def connections(servers: Servers) -> AsyncIterator[None]:
    """The migrated database's pool and the Redis client, open in the loop of the tests."""
    await migrate()
    await open_connections.open_all()
    yield
    await open_connections.close_all()


@again_if_rolled_back
async def _delete_all() -> None:
    """Workers that still write may be in the way: then one of the two is rolled back."""
    async with DB.connection() as connection:
        await connection.execute(DELETE_ALL)


@pytest.fixture
async def db(connections: None) -> AsyncIterator[None]:
    """Empty tables and an empty Redis, and both left so."""
    yield
    await _delete_all()
    await open_connections.state().flushall()


@pytest.fixture
async def account(db: None) -> UUID:
    """An account with 10,000 credits."""
    return await new_account("Test", 10_000)


@pytest.fixture(scope="session")
def demo_server() -> Iterator[str]:
    """Base URL of a demo provider that runs as a process of its own."""
    folder = Path(tempfile.mkdtemp(prefix="igny8-demo-", dir="/tmp"))
    port_file = folder / "port"
    command = ["pipeline.demo", "--port", "0", "--port-file", str(port_file)]
    process = start_module(*command, log=folder / "log")
    try:
        await_condition(
            lambda: port_file.exists() and port_file.read_text().strip() != "",
            process,
            folder / "log",
        )
        yield f"http://127.0.0.1:{port_file.read_text().strip()}/v1"
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def demo_url(demo_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The demo provider's base URL, with the settings of this test pointing at it."""
    for key, value in {**DEMO_MODELS, "OPENAI_BASE_URL": demo_server}.items():
        monkeypatch.setenv(key, value)
    settings.cache_clear()
    yield demo_server
    settings.cache_clear()


@pytest.fixture(scope="module")
def workers(
    servers: Servers, connections: None, demo_server: str
) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Text worker, image worker and keeper as real processes on the demo provider."""
    environment = {**DEMO_MODELS, "OPENAI_BASE_URL": demo_server}
    log = servers.data / "workers.log"
    started = [start_module(*words, log=log, environment=environment) for words in WORKERS]
    try:
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            stop(process)
