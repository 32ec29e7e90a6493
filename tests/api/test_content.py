"""Articles over HTTP: lists, one as a whole, edits that keep the report true, deletes."""

import asyncio
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import (
    BALKON,
    COFFEE,
    CONTENT,
    TRAIL,
    add_item,
    add_reviewed,
    edit,
    files_in,
    move,
    shown,
    value,
)
from tests.review.rows import add_article

pytestmark = pytest.mark.usefixtures("media_store")


async def test_a_list_has_all_but_the_body(client: httpx2.AsyncClient, account: UUID) -> None:
    content = await add_reviewed(account)
    (row,) = (await client.get(CONTENT)).json()["items"]
    assert row["id"] == str(content)
    assert "body" not in row
    assert row["image_counts"] == {"total": 3, "drawn": 3}
    assert row["review"] == {"result": "ready", "reasons": 0, "outdated": False}
    assert row["task"]["primary_keyword"] == COFFEE.primary_keyword
    assert row["task"]["cluster_name"].startswith("Cluster ")


async def test_lists_are_filtered_sorted_and_paged(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    coffee = await add_reviewed(account)
    trail = await add_article(account, TRAIL)
    cluster = (await shown(client, trail))["task"]["cluster_id"]
    for filters, found in (
        ({"status": "review"}, [coffee]),
        ({"cluster_id": cluster}, [trail]),
        ({"result": "ready"}, [coffee]),
        ({"result": "needs_attention"}, []),
        ({"q": "TRAIL"}, [trail]),
        ({"ids": [str(trail)]}, [trail]),
        ({"sort": "-title"}, [trail, coffee]),
    ):
        answer = await client.get(CONTENT, params=filters)
        assert [row["id"] for row in answer.json()["items"]] == [str(each) for each in found]
    first = (await client.get(CONTENT, params={"limit": 1})).json()
    rest = (await client.get(CONTENT, params={"limit": 1, "after": first["next"]})).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == [str(coffee), str(trail)]
    ids = (await client.get(f"{CONTENT}/ids", params={"result": "ready"})).json()
    assert ids == {"ids": [str(coffee)], "total": 1}


async def test_one_article_comes_with_body_report_and_images(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    article = await shown(client, await add_reviewed(account))
    assert article["body"] == COFFEE.body
    words = next(check for check in article["report"]["checks"] if check["name"] == "words")
    assert words["verdict"] == "pass"
    assert {"value", "limit", "place"} < words.keys()
    assert "sketch" not in article["report"]
    assert [image["kind"] for image in article["images"]] == [
        "featured",
        "in_article",
        "in_article",
    ]


async def test_an_edit_counts_words_and_reviews_a_reviewed_article_again(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    answer = await edit(client, content, body="Short now.\r\n\r\nReally short.")
    article = answer.json()
    assert answer.status_code == 200, answer.text
    assert (article["body"], article["word_count"]) == ("Short now.\n\nReally short.", 4)
    assert article["review"]["result"] == "needs_attention"
    assert article["review"]["outdated"] is False
    assert "words" in {reason["check"] for reason in article["report"]["reasons"]}
    assert article["status"] == "review"


async def test_a_draft_that_was_never_reviewed_gets_no_report(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE)
    article = (await edit(client, content, title="Another title of it")).json()
    assert (article["title"], article["report"], article["status"]) == (
        "Another title of it",
        None,
        "draft",
    )


async def test_images_the_plan_asked_for_are_still_missed_after_an_edit(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    await value(
        "update content set review = jsonb_set(review, '{in_article}', '4') where id = $1", content
    )
    article = (await edit(client, content, excerpt="Another excerpt.")).json()
    assert [reason["check"] for reason in article["report"]["reasons"]] == ["in_article_images"]


async def test_a_report_is_outdated_once_an_image_is_another(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    await value("update image set digest = 'other' where content_id = $1", content)
    assert (await shown(client, content))["review"]["outdated"] is True


async def test_of_two_editors_one_is_told_that_it_was_changed_meanwhile(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    version = (await shown(client, content))["version"]
    answers = await asyncio.gather(
        *(edit(client, content, version=version, title=f"Title number {n}") for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    late = next(answer.json() for answer in answers if answer.status_code == 409)
    assert late["code"] == "changed_meanwhile"
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await shown(client, content))["title"] == winner["title"]


async def test_an_edit_that_changes_nothing_keeps_version_and_approval(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    approved = (await move(client, content, "approve")).json()
    same = (await edit(client, content, title=COFFEE.title)).json()
    assert (same["version"], same["approved_at"]) == (approved["version"], approved["approved_at"])


async def test_an_edit_ends_the_approval(client: httpx2.AsyncClient, account: UUID) -> None:
    content = await add_reviewed(account)
    await move(client, content, "approve")
    article = (await edit(client, content, excerpt="Says something else.")).json()
    assert (article["status"], article["approved_at"], article["approved_by"]) == (
        "review",
        None,
        None,
    )


async def test_a_slug_that_is_taken_is_refused_by_name(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    await add_article(account, TRAIL)
    content = await add_article(account, COFFEE)
    answer = await edit(client, content, slug=TRAIL.slug)
    assert (answer.status_code, answer.json()["code"]) == (409, "slug_taken")
    assert answer.json()["errors"][0]["field"] == "slug"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("slug", "Not A Slug"),
        ("slug", "../etc/passwd"),
        ("slug", "x" * 61),
        ("title", ""),
        ("title", "  "),
        ("title", "two\nlines"),
        ("meta_title", "x" * 201),
        ("body", "nul \x00"),
        ("body", "x" * 100_001),
        ("surprise", "x"),
    ],
)
async def test_bad_texts_are_refused_field_by_field(
    client: httpx2.AsyncClient, account: UUID, field: str, text: str
) -> None:
    content = await add_article(account, COFFEE)
    answer = await edit(client, content, **{field: text})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


async def test_a_long_body_is_kept_and_a_huge_request_refused(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_article(account, COFFEE)
    body = "word " * 19_999 + "end"
    assert (await edit(client, content, body=body)).json()["word_count"] == 20_000
    huge = await edit(client, content, body="x" * 6_000_000)
    assert huge.status_code == 413


@pytest.mark.parametrize("status", ["published", "archived"])
async def test_what_is_published_or_archived_is_not_edited(
    client: httpx2.AsyncClient, account: UUID, status: str
) -> None:
    content = await add_article(account, COFFEE, status=status)
    answer = await edit(client, content, title="Another title of it")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_editable")


async def test_deleting_takes_images_and_files_along_and_frees_the_task(
    client: httpx2.AsyncClient, account: UUID, media_store: Path
) -> None:
    content = await add_article(account, COFFEE)
    await value("update task set status = 'completed', generation_status = 'completed'")
    answer = await client.post(f"{CONTENT}/delete", json={"ids": [str(content)]})
    assert answer.json() == {"deleted": 1, "skipped": []}
    assert await value("select count(*) from image") == 0
    assert files_in(media_store) == []
    assert await value("select status from task") == "queued"


async def test_what_is_published_or_in_a_run_is_not_deleted(
    client: httpx2.AsyncClient, account: UUID, media_store: Path
) -> None:
    published = await add_article(account, COFFEE, status="published")
    busy = await add_article(account, TRAIL)
    drawing = await add_article(account, BALKON)
    await add_item(account, busy, 7)
    image = await value("select id from image where content_id = $1 limit 1", drawing)
    await add_item(account, image, 6)
    ids = [str(each) for each in (published, busy, drawing)]
    answer = (await client.post(f"{CONTENT}/delete", json={"ids": ids})).json()
    reasons = {each["id"]: each["reason"] for each in answer["skipped"]}
    assert answer["deleted"] == 0
    assert "published" in reasons[ids[0]]
    assert "run" in reasons[ids[1]]
    assert "images" in reasons[ids[2]]
    assert len(files_in(media_store)) == 3


async def test_strangers_see_change_and_delete_nothing(
    client: httpx2.AsyncClient, account: UUID, stranger: dict[str, str]
) -> None:
    content = await add_reviewed(account)
    body = {"version": (await shown(client, content))["version"], "title": "Taken over by me"}
    client.headers.update(stranger)
    assert (await client.get(CONTENT)).json()["items"] == []
    assert (await client.get(CONTENT, params={"ids": [str(content)]})).json()["items"] == []
    assert (await client.get(f"{CONTENT}/{content}")).status_code == 404
    assert (await client.patch(f"{CONTENT}/{content}", json=body)).status_code == 404
    gone = (await client.post(f"{CONTENT}/delete", json={"ids": [str(content)]})).json()
    assert gone["deleted"] == 0
    assert await value("select title from content") == COFFEE.title
