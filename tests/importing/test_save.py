from uuid import UUID

import pytest

from piccolo_conf import DB
from pipeline.importing import ReadKeyword, read_keywords, save_keywords
from pipeline.words import key_of


def rows(*texts: str) -> list[ReadKeyword]:
    return [ReadKeyword(line, text, key_of(text)) for line, text in enumerate(texts, 1)]


async def stored(account: UUID) -> list[tuple[str, int | None, float | None]]:
    async with DB.connection() as connection:
        found = await connection.fetch(
            "select text, volume, cpc from keyword where account_id = $1 order by text", account
        )
    return [tuple(row) for row in found]


async def test_ids_come_in_the_order_of_the_file(account: UUID) -> None:
    saved = await save_keywords(account, rows("tea", "coffee", "Äpfel", "beans"))
    async with DB.connection() as connection:
        found = await connection.fetch("select id, text from keyword where account_id=$1", account)
    texts = {row["id"]: row["text"] for row in found}
    assert [texts[id_] for id_ in saved.ids] == ["tea", "coffee", "Äpfel", "beans"]
    assert (saved.created, saved.joined) == (4, 0)


async def test_saving_the_same_file_again_changes_nothing(account: UUID) -> None:
    data = b"keyword,volume\ntea,100\ncoffee,200\n"
    first = await save_keywords(account, read_keywords(data).rows)
    again = await save_keywords(account, read_keywords(data).rows)
    assert again.ids == first.ids
    assert (again.created, again.joined) == (0, 2)


async def test_what_was_unknown_is_filled_and_what_is_known_stays(account: UUID) -> None:
    await save_keywords(account, read_keywords(b"keyword,volume\ntea,100\ncoffee,\n").rows)
    later = b"keyword,volume,cpc\ncoffee,30,0.5\ntea,999,1.5\nbeans,1,\n"
    saved = await save_keywords(account, read_keywords(later).rows)
    assert (saved.created, saved.joined) == (1, 2)
    assert await stored(account) == [("beans", 1, None), ("coffee", 30, 0.5), ("tea", 100, 1.5)]


async def test_accounts_do_not_see_each_other(account: UUID) -> None:
    async with DB.connection() as connection:
        other = await connection.fetchval("insert into account (name) values ('B') returning id")
    await save_keywords(account, rows("tea"))
    saved = await save_keywords(other, rows("tea"))
    assert saved.created == 1
    assert len(await stored(account)) == 1


async def test_an_error_leaves_nothing_behind(account: UUID) -> None:
    bad = [*rows("tea"), ReadKeyword(2, "x" * 300, "x" * 300)]
    with pytest.raises(Exception, match="too long"):
        await save_keywords(account, bad)
    assert await stored(account) == []


async def test_no_rows_are_fine(account: UUID) -> None:
    assert (await save_keywords(account, [])).ids == []


async def test_many_thousand_rows_are_saved_at_once(account: UUID) -> None:
    data = "keyword\n" + "".join(f"keyword {number}\n" for number in range(20_000))
    saved = await save_keywords(account, read_keywords(data.encode()).rows)
    assert saved.created == len(set(saved.ids)) == 20_000
