"""Keywords over HTTP: imports in both forms, what is refused, pages."""

import httpx2
import pytest

CSV = b"keyword,volume\nbuy green tea,1.2K\n,5\nhow to brew tea,<10\nBUY green  tea,\n"


async def upload(client: httpx2.AsyncClient, data: bytes) -> httpx2.Response:
    headers = {"content-type": "text/csv"}
    return await client.post("/api/v1/keywords/import", content=data, headers=headers)


async def test_a_raw_body_is_imported_and_the_bad_row_listed(client: httpx2.AsyncClient) -> None:
    answer = await upload(client, CSV)
    assert answer.status_code == 200
    done = answer.json()
    assert (done["created"], done["known"], done["duplicates"]) == (2, 0, 1)
    assert [row["line"] for row in done["rejected"]] == [3]
    listed = (await client.get("/api/v1/keywords")).json()["items"]
    assert {row["id"] for row in listed} == set(done["ids"])
    assert {row["text"]: row["volume"] for row in listed}["buy green tea"] == 1200


async def test_a_form_with_a_file_is_imported(client: httpx2.AsyncClient) -> None:
    files = {"file": ("keywords.csv", CSV, "text/csv")}
    answer = await client.post("/api/v1/keywords/import", files=files)
    assert (answer.status_code, answer.json()["created"]) == (200, 2)


async def test_a_second_import_finds_the_same_keywords(client: httpx2.AsyncClient) -> None:
    first, second = (await upload(client, CSV)).json(), (await upload(client, CSV)).json()
    assert (second["created"], second["known"]) == (0, 2)
    assert first["ids"] == second["ids"]


async def test_a_form_without_a_file_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/api/v1/keywords/import", files={"other": ("a", b"x")})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "file"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"name,price\nanna,1\nbert,2\n", "No keyword column"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x9c\xff\xfe\x01", ""),
        (b"keyword\n" + b"k%d\n" * 100_001, "100,000"),
    ],
    ids=["empty", "no keyword column", "binary", "100,001 rows"],
)
async def test_a_file_that_cannot_be_used_saves_nothing(
    client: httpx2.AsyncClient, data: bytes, said: str
) -> None:
    answer = await upload(client, data)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    assert said in answer.json()["detail"]
    assert answer.json()["error"]["action"]["kind"] == "fix_data"
    assert (await client.get("/api/v1/keywords")).json()["items"] == []


@pytest.mark.parametrize(("cell", "said"), [(b"x" * 1_000_000, "characters"), (b"te\x00a", "NUL")])
async def test_a_bad_cell_costs_its_row_only(
    client: httpx2.AsyncClient, cell: bytes, said: str
) -> None:
    done = (await upload(client, b"keyword\ngreen tea\n" + cell + b"\nblack tea\n")).json()
    assert done["created"] == 2
    assert done["rejected"][0]["line"] == 3
    assert said in done["rejected"][0]["reason"]


async def test_keywords_are_listed_page_by_page(client: httpx2.AsyncClient) -> None:
    await upload(client, b"keyword\n" + b"".join(b"tea %d\n" % n for n in range(5)))
    seen, after = [], None
    while True:
        params = {"limit": "2"} | ({"after": after} if after else {})
        page = (await client.get("/api/v1/keywords", params=params)).json()
        seen += [row["text"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert sorted(seen) == [f"tea {n}" for n in range(5)]


async def test_keywords_are_listed_by_status(client: httpx2.AsyncClient) -> None:
    await upload(client, CSV)
    mapped = await client.get("/api/v1/keywords", params={"status": "mapped"})
    assert mapped.json()["items"] == []
