"""Imports over HTTP: preview, then the same with a chosen mapping; big files hold up nobody."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api import planner

EXPORTS = Path(__file__).parents[1] / "importing" / "exports"
TABLE = b"Phrase name,Count\ntea,10\ncoffee,20\n"


async def send(
    client: httpx2.AsyncClient, path: str, data: bytes, **fields: Any
) -> httpx2.Response:
    form = {name: json.dumps(value) for name, value in fields.items()}
    files = {"file": ("keywords.csv", data, "text/csv")}
    return await client.post(f"/api/v1/keywords/import{path}", files=files, data=form)


async def test_a_preview_says_what_the_import_then_does(client: httpx2.AsyncClient) -> None:
    await send(client, "", b"keyword\nmoka pot sizes\n")
    data = (EXPORTS / "semrush_organic.csv").read_bytes()
    seen = (await send(client, "/preview", data)).json()
    assert (seen["tool"], seen["encoding"], seen["header_line"]) == (
        "Semrush Organic Positions",
        "utf-8",
        1,
    )
    assert seen["mapping"]["volume"] == seen["header"].index("Search Volume")
    assert seen["counts"] == {"new": 1, "known": 1, "duplicates": 1, "rejected": 0, "unread": 0}
    assert (await client.get("/api/v1/keywords")).json()["items"][0]["volume"] is None
    done = (await send(client, "", data)).json()
    assert (done["created"], done["known"], done["duplicates"]) == (1, 1, 1)
    assert done["tool"] == seen["tool"]


async def test_a_preview_takes_a_raw_body_too(client: httpx2.AsyncClient) -> None:
    headers = {"content-type": "text/csv"}
    path = "/api/v1/keywords/import/preview"
    seen = (await client.post(path, content=b"keyword\ntea\n\x00\n", headers=headers)).json()
    assert (seen["counts"]["new"], seen["counts"]["rejected"]) == (1, 1)
    assert seen["rejected"][0]["line"] == 3


async def test_a_table_of_unknown_columns_is_shown_and_imported_as_chosen(
    client: httpx2.AsyncClient,
) -> None:
    seen = (await send(client, "/preview", TABLE)).json()
    assert (seen["mapping"], seen["cells"][0]) == ({}, ["tea", "10"])
    assert (await send(client, "", TABLE)).status_code == 422
    mapping = {"keyword": 0, "volume": 1}
    seen = (await send(client, "/preview", TABLE, mapping=mapping)).json()
    assert [(row["text"], row["volume"]) for row in seen["sample"]] == [("tea", 10), ("coffee", 20)]
    done = (await send(client, "", TABLE, mapping=mapping, header_line=0)).json()
    assert (done["created"], done["mapping"]) == (3, {"keyword": "", "volume": ""})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mapping": {"keyword": "0"}}, "mapping"),
        ({"mapping": {"keyword": -1}}, "mapping"),
        ({"mapping": {"phrase": 0}}, "mapping"),
        ({"mapping": [0]}, "mapping"),
        ({"header_line": 1}, "mapping"),
        ({"mapping": {"keyword": 0}, "header_line": "x"}, "header_line"),
    ],
)
async def test_a_mapping_that_is_none_is_refused_by_field(
    client: httpx2.AsyncClient, fields: dict[str, Any], field: str
) -> None:
    answer = await send(client, "/preview", TABLE, **fields)
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert "$" not in fault["message"], "the decoder's own words"


async def test_a_mapping_that_does_not_fit_the_file_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await send(client, "", TABLE, mapping={"keyword": 7})
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    assert "columns 0 to 1" in answer.json()["detail"]


async def test_an_import_tells_the_account_of_its_keywords(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    done = (await send(client, "", b"keyword\ntea\ncoffee\n")).json()
    assert await planner.told(account) == {("keyword", row, False) for row in done["ids"]}


async def test_others_are_answered_while_100_000_rows_are_imported(
    client: httpx2.AsyncClient,
) -> None:
    data = b"keyword,volume\n" + b"".join(b"keyword %d,%d\n" % (n, n) for n in range(100_000))
    task = asyncio.create_task(send(client, "", data))
    answered = 0
    while not task.done():
        assert (await client.get("/api/v1/keywords?limit=1")).status_code == 200
        answered += 1
    done = (await task).json()
    assert (done["created"], len(done["ids"])) == (100_000, 100_000)
    assert answered > 20
    found = (await client.get("/api/v1/keywords/ids")).json()
    assert (found["total"], found["ids"][:2]) == (100_000, sorted(done["ids"])[:2])
