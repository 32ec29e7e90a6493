"""Texts that would run where they are shown: stored as typed, harmless wherever they go."""

import io
import zipfile
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import COFFEE, CONTENT, image_of, value
from tests.review.rows import add_article

pytestmark = pytest.mark.usefixtures("media_store")

EVIL = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("https://evil.example","tea")'
KEYWORDS = "/api/v1/keywords"


@pytest.mark.parametrize("text", [f"tea {EVIL}", f"tea {IMAGE}", FORMULA, "@SUM(1)", "-2+3"])
async def test_an_imported_keyword_stays_text(client: httpx2.AsyncClient, text: str) -> None:
    quoted = text.replace('"', '""')
    file = f'keyword,volume\n"{quoted}",10\n'.encode()
    answer = await client.post(
        f"{KEYWORDS}/import", files={"file": ("keywords.csv", file, "text/csv")}
    )
    assert answer.is_success, answer.text
    listed = await client.get(KEYWORDS)
    assert listed.headers["content-type"] == "application/json"
    assert listed.headers["x-content-type-options"] == "nosniff"
    assert [row["text"] for row in listed.json()["items"]] == [text]


async def test_what_a_keyword_becomes_is_no_markup_in_a_page(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    """It has gone all the way: cluster, task, article, export."""
    texts = dict.fromkeys(("title", "meta_title", "meta_description", "excerpt"), IMAGE + EVIL)
    content = await add_article(account, COFFEE, **texts)
    await value("update task set primary_keyword = $1", EVIL)
    await value("update cluster set name = $1", EVIL)
    page = (await client.get(f"{CONTENT}/{content}/export", params={"format": "html"})).text
    assert "<script" not in page
    assert_no_handlers(page)


async def test_the_prompt_and_alt_text_of_an_image_are_no_markup_in_a_page(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE)
    await value("update image set alt = $1, prompt = $2", IMAGE, EVIL)
    image = await image_of(content)
    assert (await client.get(f"/api/v1/images/{image}")).json()["prompt"] == EVIL
    shown = (await client.get(f"{CONTENT}/{content}/html")).json()["html"]
    page = (await client.get(f"{CONTENT}/{content}/export", params={"format": "html"})).text
    for html in (shown, page):
        assert "<script" not in html
        assert html.count("<img") == 3
        assert_no_handlers(html)


async def test_the_files_of_a_zip_stay_inside_its_folders(
    client: httpx2.AsyncClient, account: UUID, media_store: Path
) -> None:
    (media_store.parent / "secret.png").write_bytes(b"secret")
    slugs = ("../../evil", "/etc/evil", "C:\\evil", "..")
    ids = [str(await add_article(account, COFFEE, slug=slug)) for slug in slugs]
    await value("update image set path = '../secret.png' where position = 1")
    answer = await client.post(f"{CONTENT}/export", json={"ids": ids, "format": "html"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        for name in archive.namelist():
            assert not name.startswith("/")
            assert ".." not in name.split("/")
            assert "\\" not in name
            assert ":" not in name
            assert archive.read(name) != b"secret"


async def test_nothing_is_exported_as_a_table_that_calculates(client: httpx2.AsyncClient) -> None:
    """Markdown, HTML and JSON only: a spreadsheet opens none of them as formulas."""
    described = (await client.get("/schema/openapi.json")).json()
    kinds = {
        kind
        for path in described["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for answer in operation.get("responses", {}).values()
        for kind in answer.get("content", {})
    }
    assert not any("csv" in kind or "sheet" in kind or "excel" in kind for kind in kinds)
    asked = await client.post(f"{CONTENT}/export", json={"ids": [], "format": "csv"})
    assert asked.status_code == 400


def assert_no_handlers(html: str) -> None:
    """No tag has an attribute of its own that begins with `on`; quoted values may say anything."""
    for tag in html.split("<")[1:]:
        outside = "".join(tag.split('"')[::2]).split(">")[0]
        assert " on" not in outside, tag[:200]
