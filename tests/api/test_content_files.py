"""Articles shown as HTML and taken away as files."""

import io
import json
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.api.articles import BALKON, COFFEE, CONTENT, TRAIL, add_reviewed, image_of, value
from tests.review.rows import add_article
from tests.review.samples import STORE

pytestmark = pytest.mark.usefixtures("media_store")

EVIL = """\
<script>alert(1)</script> <img src=x onerror=alert(2)> <svg onload=alert(3)>

[click](javascript:alert(4)) [data](data:text/html,x) ![x](x" onerror="alert(5))

<a href="https://ok.invalid" onclick="alert(6)">link</a> `<b>code</b>`
"""
NEVER = ("<script", "<svg", 'href="javascript', 'href="data', "<b>")


def assert_harmless(html: str) -> None:
    for piece in NEVER:
        assert piece not in html
    for tag in html.split("<")[1:]:
        assert " on" not in tag.split(">")[0], tag


async def test_a_preview_is_sanitised(client: httpx2.AsyncClient) -> None:
    answer = await client.post(f"{CONTENT}/preview", json={"body": f"## Head\n\n{EVIL}"})
    html = answer.json()["html"]
    assert "<h2>Head</h2>" in html
    assert_harmless(html)


@pytest.mark.parametrize("piece", ["> " * 1000, "*a_ " * 20_000, "[" * 50_000, "|a" * 50_000])
async def test_odd_markdown_is_rendered_in_bounds(client: httpx2.AsyncClient, piece: str) -> None:
    answer = await client.post(f"{CONTENT}/preview", json={"body": piece})
    assert answer.status_code == 200


async def test_an_article_is_shown_sanitised_with_its_images(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE, body=f"{COFFEE.body}\n\n{EVIL}")
    image = await image_of(content)
    html = (await client.get(f"{CONTENT}/{content}/html")).json()["html"]
    assert html.count("/api/v1/images/") == 3
    assert f"/api/v1/images/{image}/file?width=" in html
    assert_harmless(html)
    bare = await client.get(f"{CONTENT}/{content}/html", params={"images": False})
    assert "/api/v1/images/" not in bare.json()["html"]


async def test_one_article_is_downloaded_in_each_format(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    for wanted, ending, kind in (
        ("markdown", "md", "text/markdown; charset=utf-8"),
        ("html", "html", "text/html; charset=utf-8"),
        ("json", "json", "application/json"),
    ):
        answer = await client.get(f"{CONTENT}/{content}/export", params={"format": wanted})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind
        name = answer.headers["content-disposition"]
        assert name == f'attachment; filename="{COFFEE.slug}.{ending}"'
    assert answer.json()["title"] == COFFEE.title


async def test_a_downloaded_page_carries_its_images_and_no_script(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    title = "</title><script>alert(1)</script>"
    content = await add_article(account, COFFEE, title=title, excerpt=title, body=EVIL)
    page = (await client.get(f"{CONTENT}/{content}/export", params={"format": "html"})).text
    assert page.count('src="data:image') == 3
    assert "<script" not in page
    assert "index.html" not in page


async def test_a_name_to_save_under_cannot_break_the_header(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE, slug='ä"; x=\r\n../..')
    answer = await client.get(f"{CONTENT}/{content}/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="a-x.md"'


async def test_many_articles_come_as_a_zip_with_images(
    client: httpx2.AsyncClient, account: UUID, media_store: Path
) -> None:
    ids = [str(await add_article(account, each)) for each in (COFFEE, TRAIL, BALKON)]
    (media_store / "in_article-2.png").unlink()
    answer = await client.post(f"{CONTENT}/export", json={"ids": ids[:2], "format": "markdown"})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="articles.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert archive.read(f"{COFFEE.slug}/featured.png") == STORE["featured-0.png"]
        assert b"![" in archive.read(f"{TRAIL.slug}/{TRAIL.slug}.md")
        assert b"not in the media store" in archive.read("missing.txt")
    assert {"index.html", "index.md", f"{COFFEE.slug}/{COFFEE.slug}.md"} < names
    assert not any(BALKON.slug in name for name in names)


async def test_a_zip_of_json_has_one_list(client: httpx2.AsyncClient, account: UUID) -> None:
    ids = [str(await add_article(account, each)) for each in (COFFEE, TRAIL)]
    answer = await client.post(f"{CONTENT}/export", json={"ids": ids, "format": "json"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        listed = json.loads(archive.read("articles.json"))
    assert [article["slug"] for article in listed] == [COFFEE.slug, TRAIL.slug]


async def test_a_download_beyond_its_bounds_is_refused_before_it_begins(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE)
    await value("update image set size = 1000000000 where position = 0")
    answer = await client.post(f"{CONTENT}/export", json={"ids": [str(content)]})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    many = await client.post(f"{CONTENT}/export", json={"ids": [str(uuid4())] * 1001})
    assert many.status_code == 400


async def test_strangers_take_nothing_away(
    client: httpx2.AsyncClient, account: UUID, stranger: dict[str, str]
) -> None:
    content = await add_article(account, COFFEE)
    for path in ("html", "export"):
        answer = await client.get(f"{CONTENT}/{content}/{path}", headers=stranger)
        assert answer.status_code == 404
    body = {"ids": [str(content)], "format": "html"}
    answer = await client.post(f"{CONTENT}/export", json=body, headers=stranger)
    assert answer.status_code == 404
