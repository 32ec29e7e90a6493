"""The web app's files over HTTP, with a build that these tests make themselves."""

from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from api import pages
from api.headers import add_security_headers
from api.problems import problem


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "index.html").write_text("<!doctype html><title>igny8</title>")
    monkeypatch.setattr(pages, "DIST", tmp_path)
    return tmp_path


def site() -> TestClient[Any]:
    return TestClient(
        Litestar(
            pages.page_routes(),
            exception_handlers={HTTPException: problem, Exception: problem},
            before_send=[add_security_headers],
        )
    )


@pytest.mark.parametrize("address", ["/", "/keywords", "/content/018f", "/automation?q=1"])
def test_every_address_of_the_app_gets_its_page_anew(built: Path, address: str) -> None:
    with site() as client:
        answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert "<title>igny8" in answer.text


def test_the_page_runs_scripts_of_its_own_only(built: Path) -> None:
    with site() as client:
        policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy


def test_what_has_its_content_in_its_name_is_kept_for_a_year(built: Path) -> None:
    with site() as client:
        answer = client.get("/assets/index-abc.js")
    assert answer.headers["cache-control"] == "max-age=31536000, public, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_scripts_go_out_compressed_and_fonts_as_they_are(built: Path) -> None:
    (built / "assets" / "index-abc.js").write_text("let a = 1;" * 1000)
    (built / "assets" / "inter.woff2").write_bytes(bytes(10_000))
    with site() as client:
        script = client.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip"})
        font = client.get("/assets/inter.woff2", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "Accept-Encoding"
    assert script.text == "let a = 1;" * 1000
    assert "content-encoding" not in font.headers
    assert len(font.content) == 10_000


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/assets/nothing.js", "/favicon.ico"])
def test_what_is_not_there_is_no_page(built: Path, address: str) -> None:
    with site() as client:
        answer = client.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/assets/../index.html", "/assets/%2e%2e/index.html"])
def test_nothing_but_the_build_is_served(built: Path, address: str) -> None:
    (built.parent / "secret.js").write_text("kept to ourselves")
    with site() as client:
        assert "kept to ourselves" not in client.get("/assets/../../secret.js").text
        assert client.get(address).status_code in (200, 404)


def test_without_a_build_the_address_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "DIST", tmp_path)
    with site() as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert "make setup" in answer.text
