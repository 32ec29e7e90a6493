"""Merging clusters over HTTP: what goes over, what is settled, when it is refused."""

from uuid import UUID

import httpx2
import pytest

from db.columns import uuid7
from tests.api import planner
from tests.api.planner import ask, refused


@pytest.fixture
async def pair(account: UUID) -> tuple[UUID, UUID]:
    return await planner.cluster(account, "Tea"), await planner.cluster(account, "Green tea")


async def test_keywords_ideas_and_tasks_go_over(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID]
) -> None:
    into, source = pair
    keyword = await planner.keyword(account, "buy tea", source)
    idea = await planner.idea(account, source, "All about tea")
    task = await planner.task(account, idea)
    body = {"into": str(into), "ids": [str(source), str(into)]}
    done = await ask(client, "POST", "/clusters/merge", body)
    assert (done["merged"], done["keywords"], done["ideas"]) == (1, 1, 1)
    assert (done["duplicates"], done["skipped"]) == ([], [])
    assert (done["cluster"]["keyword_count"], done["cluster"]["idea_count"]) == (1, 1)
    assert (await refused(client, "GET", f"/clusters/{source}"))[0] == 404
    assert await planner.value("select cluster_id from task where id = $1", task) == into
    assert {
        ("keyword", str(keyword), False),
        ("idea", str(idea), False),
        ("task", str(task), False),
        ("cluster", str(source), True),
        ("cluster", str(into), False),
    } == await planner.told(account)


async def test_a_doubled_idea_is_dropped_when_nothing_was_made_of_it(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID]
) -> None:
    into, source = pair
    kept = await planner.idea(account, into, "All about tea")
    dropped = await planner.idea(account, source, "all about TEA")
    done = await ask(client, "POST", "/clusters/merge", {"into": str(into), "ids": [str(source)]})
    assert done["duplicates"] == [
        {"id": str(dropped), "title": "all about TEA", "outcome": "dropped", "new_title": None}
    ]
    assert done["ideas"] == 0
    left = (await ask(client, "GET", f"/ideas?cluster_id={into}"))["items"]
    assert [each["id"] for each in left] == [str(kept)]


async def test_the_idea_that_became_a_task_stays_rather_than_the_one_at_home(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID]
) -> None:
    into, source = pair
    dropped = await planner.idea(account, into, "All about tea")
    await planner.task(account, await planner.idea(account, source, "All about tea"))
    done = await ask(client, "POST", "/clusters/merge", {"into": str(into), "ids": [str(source)]})
    assert [each["id"] for each in done["duplicates"]] == [str(dropped)]
    assert done["ideas"] == 1


async def test_doubled_ideas_that_became_tasks_get_titles_of_their_own(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID]
) -> None:
    into, source = pair
    third = await planner.cluster(account, "Black tea")
    for cluster in (into, source, third):
        await planner.task(account, await planner.idea(account, cluster, "Tea"))
    await planner.idea(account, source, "Tea (2)")
    body = {"into": str(into), "ids": [str(source), str(third)]}
    done = await ask(client, "POST", "/clusters/merge", body)
    assert {each["new_title"] for each in done["duplicates"]} == {"Tea (3)", "Tea (4)"}
    titles = [each["title"] for each in (await ask(client, "GET", "/ideas?sort=title"))["items"]]
    assert titles == ["Tea", "Tea (2)", "Tea (3)", "Tea (4)"]


@pytest.mark.parametrize("status", ["queued", "processing", "completed"])
async def test_clusters_that_a_run_is_at_are_not_merged(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID], status: str
) -> None:
    into, source = pair
    await planner.keyword(account, "tea", source)
    await planner.running(account, 2, source, status)
    body = {"into": str(into), "ids": [str(source)]}
    http, code, problem = await refused(client, "POST", "/clusters/merge", body)
    assert (http, code) == (409, "worked_on")
    assert '"Green tea"' in problem["detail"]
    assert (await ask(client, "GET", f"/clusters/{source}"))["keyword_count"] == 1


async def test_clusters_whose_ideas_a_run_is_at_are_not_merged(
    client: httpx2.AsyncClient, account: UUID, pair: tuple[UUID, UUID]
) -> None:
    into, source = pair
    await planner.running(account, 3, await planner.idea(account, into, "All about tea"))
    body = {"into": str(into), "ids": [str(source)]}
    assert (await refused(client, "POST", "/clusters/merge", body))[1] == "worked_on"


async def test_a_cluster_that_is_not_there_is_skipped_or_refused_as_the_target(
    client: httpx2.AsyncClient, pair: tuple[UUID, UUID]
) -> None:
    into, source = (str(each) for each in pair)
    gone = str(uuid7())
    assert (await refused(client, "POST", "/clusters/merge", {"into": gone, "ids": [into]}))[
        0
    ] == 404
    _, _, problem = await refused(client, "POST", "/clusters/merge", {"into": into, "ids": [into]})
    assert problem["errors"][0]["field"] == "ids"
    done = await ask(client, "POST", "/clusters/merge", {"into": into, "ids": [source, gone]})
    assert (done["merged"], [each["id"] for each in done["skipped"]]) == (1, [gone])
