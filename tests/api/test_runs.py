"""Starting, listing, showing and moving runs over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from db.status import Phase
from piccolo_conf import DB
from pipeline import connections, queue, reporter
from pipeline.messages import FUNCTIONS


async def start(client: httpx2.AsyncClient, **body: Any) -> httpx2.Response:
    return await client.post("/api/v1/runs", json=body)


async def test_one_function_by_hand_is_a_run_of_one_stage(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answer = await start(client, function="auto_cluster", selection=[str(i) for i in keywords])
    assert answer.status_code == 201
    run = answer.json()
    assert (run["first_stage"], run["last_stage"], run["function"]) == (1, 1, "auto_cluster")
    assert run["started_by"] == "writer@example.com"


async def test_the_automation_takes_all_new_keywords_and_its_options(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answer = await start(
        client,
        selection="all_new",
        order="flow",
        concurrency=7,
        options={"target_words": 400, "language": "de"},
    )
    run = answer.json()
    assert answer.status_code == 201
    assert (run["first_stage"], run["last_stage"], run["function"]) == (1, 7, None)
    assert (run["order"], run["concurrency"]) == ("flow", 7)
    assert run["options"]["target_words"] == 400
    assert run["options"]["ideas_per_cluster"] == 2


async def test_all_new_leaves_out_what_a_run_is_working_on(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    async with DB.connection() as connection:
        await connection.execute("update keyword set generation_status = 'processing'")
    answer = await start(client, function="auto_cluster", selection="all_new")
    assert answer.status_code == 409
    assert "no new keyword" in answer.json()["detail"]


@pytest.mark.parametrize("function", FUNCTIONS.values())
async def test_every_function_says_when_nothing_is_new_to_it(
    client: httpx2.AsyncClient, function: str
) -> None:
    answer = await start(client, function=function, selection="all_new")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_do")
    assert "worked on again" in answer.json()["hint"]


async def test_every_bad_field_is_named(client: httpx2.AsyncClient) -> None:
    answer = await start(
        client,
        function="make_coffee",
        order="sideways",
        concurrency=0,
        selection=["not an id"],
        options={"target_words": 5, "language": "english", "colour": "red"},
        surprise=1,
    )
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert {each["field"] for each in answer.json()["errors"]} == {
        "function",
        "order",
        "concurrency",
        "selection[0]",
        "options.target_words",
        "options.language",
        "options.colour",
        "surprise",
    }


async def test_a_missing_field_is_named(client: httpx2.AsyncClient) -> None:
    answer = await start(client, function="auto_cluster")
    assert [each["field"] for each in answer.json()["errors"]] == ["selection"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[1]", b'"x"', b"null"])
async def test_a_body_that_is_no_object_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/runs", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] in ("validation", "bad_request")


async def test_a_function_and_stages_exclude_each_other(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answer = await start(client, function="auto_cluster", last_stage=3, selection="all_new")
    assert answer.json()["errors"][0]["field"] == "last_stage"


async def test_the_last_stage_does_not_come_before_the_first(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answer = await start(client, first_stage=4, last_stage=3, selection="all_new")
    assert answer.json()["errors"][0]["field"] == "last_stage"


async def test_ids_of_the_wrong_kind_start_nothing(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answer = await start(client, function="generate_ideas", selection=[str(keywords[0])])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_data")
    assert problem["errors"][0]["field"] == "selection[0]"
    assert problem["detail"].startswith("Invalid data: There is no cluster")
    assert problem["error"]["error_type"] == "ValidationError"
    assert (await client.get("/api/v1/runs")).json()["items"] == []


async def test_runs_are_listed_newest_first_page_by_page(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    made = [
        (await start(client, function="auto_cluster", selection=[str(i)])).json()["id"]
        for i in keywords
    ]
    first = (await client.get("/api/v1/runs", params={"limit": 2})).json()
    rest = (await client.get("/api/v1/runs", params={"limit": 2, "after": first["next"]})).json()
    assert [run["id"] for run in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


async def test_runs_are_listed_by_status(client: httpx2.AsyncClient, run: UUID) -> None:
    for status, count in (("running", 1), ("failed", 0)):
        answer = await client.get("/api/v1/runs", params={"status": status})
        assert len(answer.json()["items"]) == count


@pytest.mark.parametrize(
    ("name", "value"), [("status", "asleep"), ("limit", "0"), ("limit", "x"), ("after", "1")]
)
async def test_a_bad_query_parameter_is_named(
    client: httpx2.AsyncClient, name: str, value: str
) -> None:
    answer = await client.get("/api/v1/runs", params={name: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == name


async def test_an_unknown_run_is_a_404(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/api/v1/runs/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_run")


async def test_pause_and_resume_answer_with_the_run(client: httpx2.AsyncClient, run: UUID) -> None:
    paused = await client.post(f"/api/v1/runs/{run}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    again = await client.post(f"/api/v1/runs/{run}/pause")
    assert again.json()["status"] == "paused"
    resumed = await client.post(f"/api/v1/runs/{run}/resume")
    assert resumed.json()["status"] == "running"


async def test_cancel_answers_with_a_receipt_and_twice_does_no_harm(
    client: httpx2.AsyncClient, run: UUID
) -> None:
    receipt = await client.post(f"/api/v1/runs/{run}/cancel")
    assert (receipt.status_code, receipt.json()["released"]) == (200, 0)
    again = await client.post(f"/api/v1/runs/{run}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    assert (await client.get(f"/api/v1/runs/{run}")).json()["status"] == "cancelled"


@pytest.mark.parametrize("move", ["pause", "resume"])
async def test_an_illegal_move_is_a_409_that_says_why(
    client: httpx2.AsyncClient, run: UUID, move: str
) -> None:
    await client.post(f"/api/v1/runs/{run}/cancel")
    answer = await client.post(f"/api/v1/runs/{run}/{move}")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert "cancelled" in answer.json()["detail"]


async def test_a_retry_names_bad_fields(client: httpx2.AsyncClient, run: UUID) -> None:
    body = {"stage": 9, "items": [], "force": True}
    answer = await client.post(f"/api/v1/runs/{run}/retry", json=body)
    fields = {each["field"] for each in answer.json()["errors"]}
    assert fields == {"stage", "items", "force"}


async def test_runs_are_listed_by_function_and_kind(
    client: httpx2.AsyncClient, run: UUID, keywords: list[UUID]
) -> None:
    by_hand = (await start(client, function="auto_cluster", selection=[str(keywords[0])])).json()
    for params, ids in (
        ({"function": "auto_cluster"}, [by_hand["id"]]),
        ({"function": "generate_ideas"}, []),
        ({"kind": "by_hand"}, [by_hand["id"]]),
        ({"kind": "automation"}, [str(run)]),
    ):
        answer = await client.get("/api/v1/runs", params=params)
        assert [each["id"] for each in answer.json()["items"]] == ids


async def test_a_run_tells_its_credits_and_moves(
    client: httpx2.AsyncClient, account: UUID, run: UUID
) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "insert into credit_entry (account_id, run_id, stage, kind, amount, held)"
            " values ($1, $2, 1, 'charge', 0, -3)",
            account,
            run,
        )
    shown = (await client.get(f"/api/v1/runs/{run}")).json()
    assert (shown["credits_used"], shown["moves"]) == (3, ["pause", "cancel", "retry"])


async def test_an_illegal_move_names_the_legal_ones(client: httpx2.AsyncClient, run: UUID) -> None:
    await client.post(f"/api/v1/runs/{run}/cancel")
    answer = await client.post(f"/api/v1/runs/{run}/pause")
    assert (answer.status_code, answer.json()["moves"]) == (409, ["retry"])


async def test_the_step_log_is_read_page_by_page(
    client: httpx2.AsyncClient, account: UUID, run: UUID
) -> None:
    key = queue.RunKey(account, run)
    for _ in range(5):
        await reporter.say(key, 1, Phase.INIT, {"count": 3})
    first = (await client.get(f"/api/v1/runs/{run}/steps", params={"limit": 3})).json()
    assert [step["number"] for step in first["items"]] == [1, 2, 3]
    rest = await client.get(f"/api/v1/runs/{run}/steps", params={"after": first["next"]})
    assert [step["number"] for step in rest.json()["items"]] == [4, 5]
    assert rest.json()["next"] is None


async def test_the_step_log_of_long_ago_is_what_each_stage_closed_with(
    client: httpx2.AsyncClient, run: UUID
) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "update automation_run set stage_1_result = $2 where id = $1", run, {"message": "Done"}
        )
        await connection.execute(
            "update run_stage set closed_at = now() where run_id = $1 and stage = 1", run
        )
    await connections.state().flushall()
    (step,) = (await client.get(f"/api/v1/runs/{run}/steps")).json()["items"]
    assert (step["stage"], step["phase"], step["message"]) == (1, "DONE", "Done")
