"""An AI service that cannot be used is found before anything is saved or started."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from piccolo_conf import DB
from tests.cli.support import Igny8

REAL = {"PROVIDER_IS_DEMO": "", "DEMO": ""}


class Page(http.server.BaseHTTPRequestHandler):
    """A web server that knows nothing of AI."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b"<!doctype html><title>Welcome</title>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def web_page() -> Iterator[str]:
    """The address of a server that answers HTML to everything."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


async def refused(igny8: Igny8, said: str, **environment: str) -> None:
    file = igny8.file("keywords.csv", b"keyword\ngreen tea\nblack tea\n")
    answer = await igny8(
        "automate", file, "--out", str(igny8.folder / "out"), **REAL, **environment
    )
    assert answer.code == 1, answer
    assert "nothing was started" in answer.err
    assert said in answer.err
    assert "igny8 doctor" in answer.err
    assert "Traceback" not in answer.err
    async with DB.connection() as connection:
        for table in ("keyword", "automation_run"):
            assert await connection.fetchval(f"select count(*) from {table}") == 0


async def test_a_service_that_is_down_is_said_to_be(igny8: Igny8) -> None:
    await refused(igny8, "127.0.0.1:9", OPENAI_BASE_URL="http://127.0.0.1:9/v1")


async def test_a_service_that_answers_html_is_said_to(igny8: Igny8, web_page: str) -> None:
    await refused(igny8, "web page instead of JSON", OPENAI_BASE_URL=web_page)


async def test_a_refused_key_is_said_to_be_without_showing_it(igny8: Igny8) -> None:
    key = "sk-wrong-key-0123456789"
    file = igny8.file("keywords.csv", b"keyword\ngreen tea\n")
    answer = await igny8("automate", file, "--out", "out", **REAL, OPENAI_API_KEY=key)
    assert answer.code == 1
    assert "key" in answer.err.lower()
    assert key not in answer.err + answer.out


async def test_an_unknown_model_is_named(igny8: Igny8) -> None:
    await refused(igny8, "demo-text+404-model", TEXT_MODEL="demo-text+404-model")
