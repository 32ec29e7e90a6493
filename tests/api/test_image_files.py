"""Files of images over HTTP: type, caching, small copies, nothing but the image's own file."""

import asyncio
import io
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from PIL import Image

from tests.api.articles import COFFEE, IMAGES, files_in, image_of, value
from tests.review.rows import add_article
from tests.review.samples import STORE, png


@pytest.fixture
async def file(account: UUID, media_store: Path) -> str:
    """The address of the featured image's file."""
    image = await image_of(await add_article(account, COFFEE))
    return f"{IMAGES}/{image}/file"


async def test_a_file_comes_with_its_type_and_a_tag(client: httpx2.AsyncClient, file: str) -> None:
    answer = await client.get(file)
    assert answer.content == STORE["featured-0.png"]
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, no-cache"
    same = await client.get(file, headers={"if-none-match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_the_tag_changes_with_the_drawing(
    client: httpx2.AsyncClient, file: str, media_store: Path
) -> None:
    for params in ({}, {"width": 160}):
        before = await client.get(file, params=params)
        (media_store / "featured-0.png").write_bytes(png("navy" if params else "gold"))
        tag = {"if-none-match": before.headers["etag"]}
        after = await client.get(file, params=params, headers=tag)
        assert after.status_code == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert after.content != before.content


async def test_a_known_digest_answers_without_reading_the_file(
    client: httpx2.AsyncClient, file: str, media_store: Path
) -> None:
    await value("update image set digest = $1", "d" * 64)
    (media_store / "featured-0.png").unlink()
    answer = await client.get(file, headers={"if-none-match": f'"{"d" * 32}"'})
    assert answer.status_code == 304


async def test_a_small_copy_is_made_once_and_kept(
    client: httpx2.AsyncClient, file: str, media_store: Path
) -> None:
    (media_store / "featured-0.png").write_bytes(png("teal", 900, 600))
    answers = await asyncio.gather(
        *(client.get(file, params={"width": width}) for width in (200, 300, 320))
    )
    assert {answer.headers["content-type"] for answer in answers} == {"image/jpeg"}
    with Image.open(io.BytesIO(answers[0].content)) as small:
        assert small.size == (320, 213)
    assert [name for name in files_in(media_store) if "w" in name.split(".")[1]] == [
        "featured-0.w320.jpg"
    ]


async def test_a_small_copy_is_never_larger_than_the_image(
    client: httpx2.AsyncClient, file: str
) -> None:
    answer = await client.get(file, params={"width": 4000})
    with Image.open(io.BytesIO(answer.content)) as small:
        assert small.size == (64, 48)


@pytest.mark.parametrize("width", ["0", "-5", "5000", "wide"])
async def test_a_width_that_is_none_is_refused(
    client: httpx2.AsyncClient, file: str, width: str
) -> None:
    assert (await client.get(file, params={"width": width})).status_code == 400


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/../../b", "featured-0.png\x01"])
async def test_a_path_out_of_the_store_is_never_followed(
    client: httpx2.AsyncClient, file: str, media_store: Path, path: str
) -> None:
    (media_store.parent / "secret").write_bytes(png("red"))
    await value("update image set path = $1", path)
    for params in ({}, {"width": 160}):
        answer = await client.get(file, params=params)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_file")


async def test_what_is_not_drawn_lost_or_broken_is_not_found(
    client: httpx2.AsyncClient, file: str, media_store: Path
) -> None:
    (media_store / "featured-0.png").write_bytes(b"<svg onload=alert(1)>")
    assert (await client.get(file)).json()["code"] == "no_file"
    (media_store / "featured-0.png").write_bytes(png("red", 400, 400)[:200])
    assert (await client.get(file, params={"width": 160})).json()["code"] == "no_file"
    (media_store / "featured-0.png").unlink()
    assert (await client.get(file)).json()["code"] == "no_file"
    await value("update image set path = null")
    assert "not been drawn" in (await client.get(file)).json()["detail"]
