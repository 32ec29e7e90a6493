"""Images over HTTP: lists, edits, deletes, drawing anew."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import (
    COFFEE,
    IMAGES,
    TRAIL,
    add_item,
    add_reviewed,
    files_in,
    image_of,
    move,
    shown,
    value,
)
from tests.review.rows import add_article

pytestmark = pytest.mark.usefixtures("media_store")


@pytest.fixture
async def content(account: UUID, media_store: Path) -> UUID:
    return await add_reviewed(account)


@pytest.fixture
async def image(content: UUID) -> UUID:
    return await image_of(content)


async def edit(client: httpx2.AsyncClient, image: UUID, **changes: Any) -> httpx2.Response:
    if "version" not in changes:
        changes["version"] = (await client.get(f"{IMAGES}/{image}")).json()["version"]
    return await client.patch(f"{IMAGES}/{image}", json=changes)


async def test_the_images_of_an_article_come_in_their_order(
    client: httpx2.AsyncClient, account: UUID, content: UUID
) -> None:
    await add_article(account, TRAIL)
    rows = (await client.get(IMAGES, params={"content_id": str(content)})).json()["items"]
    assert [row["position"] for row in rows] == [0, 1, 2]
    assert {row["content_title"] for row in rows} == {COFFEE.title}
    await value("update image set path = null where position = 1")
    waiting = (await client.get(IMAGES, params={"drawn": False})).json()["items"]
    assert [row["position"] for row in waiting] == [1, 1]
    assert (await client.get(f"{IMAGES}/ids", params={"drawn": True})).json()["total"] == 4


async def test_another_alt_text_has_the_article_checked_again_and_ends_its_approval(
    client: httpx2.AsyncClient, content: UUID, image: UUID
) -> None:
    other = await image_of(content, 1)
    alt = (await client.get(f"{IMAGES}/{other}")).json()["alt"]
    await move(client, content, "approve")
    row = (await edit(client, image, alt=alt)).json()
    assert row["alt"] == alt
    article = await shown(client, content)
    assert {reason["check"] for reason in article["report"]["reasons"]} == {"image_alt"}
    assert article["review"]["outdated"] is False
    assert article["approved_at"] is None


async def test_a_prompt_is_edited_and_the_file_stays(
    client: httpx2.AsyncClient, content: UUID, image: UUID
) -> None:
    row = (await edit(client, image, prompt="A quieter picture of beans")).json()
    assert (row["prompt"], row["drawn"]) == ("A quieter picture of beans", True)
    assert (await shown(client, content))["review"]["outdated"] is False


async def test_of_two_editors_one_is_told(client: httpx2.AsyncClient, image: UUID) -> None:
    answers = await asyncio.gather(
        *(edit(client, image, version=1, prompt=f"Picture {n}") for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


@pytest.mark.parametrize(
    ("field", "text"), [("alt", "abc"), ("alt", "x" * 126), ("prompt", " "), ("path", "/etc")]
)
async def test_bad_texts_are_refused(
    client: httpx2.AsyncClient, image: UUID, field: str, text: str
) -> None:
    answer = await edit(client, image, **{field: text})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


async def test_images_of_a_published_article_stay_as_they_are(
    client: httpx2.AsyncClient, content: UUID, image: UUID, media_store: Path
) -> None:
    await move(client, content, "publish")
    assert (await edit(client, image, alt="Another text")).status_code == 409
    assert (await client.post(f"{IMAGES}/{image}/regenerate")).status_code == 409
    gone = (await client.post(f"{IMAGES}/delete", json={"ids": [str(image)]})).json()
    assert "published" in gone["skipped"][0]["reason"]
    assert len(files_in(media_store)) == 3


async def test_deleting_takes_the_files_along_and_tells_the_report(
    client: httpx2.AsyncClient, content: UUID, image: UUID, media_store: Path
) -> None:
    await client.get(f"{IMAGES}/{image}/file", params={"width": 10})
    assert len(files_in(media_store)) == 4
    gone = (await client.post(f"{IMAGES}/delete", json={"ids": [str(image)]})).json()
    assert gone == {"deleted": 1, "skipped": []}
    assert files_in(media_store) == ["in_article-1.png", "in_article-2.png"]
    article = await shown(client, content)
    assert {reason["check"] for reason in article["report"]["reasons"]} == {"featured_image"}


async def test_drawing_anew_is_a_run_over_this_image(
    client: httpx2.AsyncClient, image: UUID
) -> None:
    answer = await client.post(f"{IMAGES}/{image}/regenerate")
    assert answer.status_code == 201
    assert answer.json()["function"] == "generate_images"
    assert answer.json()["started_by"] == "writer@example.com"
    assert (await client.get(f"{IMAGES}/{image}")).json()["generation_status"] == "queued"


async def test_of_many_who_ask_at_once_one_starts_a_run(
    client: httpx2.AsyncClient, image: UUID
) -> None:
    answers = await asyncio.gather(*(client.post(f"{IMAGES}/{image}/regenerate") for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await value("select count(*) from automation_run") == 1


async def test_an_image_that_is_being_drawn_is_not_drawn_twice(
    client: httpx2.AsyncClient, account: UUID, image: UUID
) -> None:
    run = await add_item(account, image, 6)
    await value("update image set generation_status = 'processing' where id = $1", image)
    answer = await client.post(f"{IMAGES}/{image}/regenerate")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_a_run")
    assert (await edit(client, image, prompt="Another picture")).status_code == 409
    await value("update automation_run set status = 'failed' where id = $1", run)
    assert (await client.post(f"{IMAGES}/{image}/regenerate")).status_code == 201


async def test_without_credits_nothing_is_started(
    client: httpx2.AsyncClient, image: UUID, no_credits: None
) -> None:
    answer = await client.post(f"{IMAGES}/{image}/regenerate")
    assert (answer.status_code, answer.json()["code"]) == (402, "insufficient_credits")
    assert (await client.get(f"{IMAGES}/{image}")).json()["generation_status"] == "pending"


async def test_strangers_see_change_and_draw_nothing(
    client: httpx2.AsyncClient, image: UUID, stranger: dict[str, str]
) -> None:
    client.headers.update(stranger)
    assert (await client.get(IMAGES)).json()["items"] == []
    assert (await client.get(f"{IMAGES}/{image}")).status_code == 404
    assert (await client.get(f"{IMAGES}/{image}/file")).status_code == 404
    assert (await edit(client, image, version=1, alt="Taken over")).status_code == 404
    assert (await client.post(f"{IMAGES}/{image}/regenerate")).status_code == 404
    gone = (await client.post(f"{IMAGES}/delete", json={"ids": [str(image)]})).json()
    assert gone["deleted"] == 0
    assert await value("select count(*) from automation_run") == 0
