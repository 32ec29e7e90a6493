"""Room on the pages of tables whose rows every run writes."""

from uuid import UUID

from piccolo_conf import DB

COUNT = 1000


async def test_queueing_all_keywords_leaves_their_indexes_alone(account: UUID) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "insert into keyword (account_id, text, key)"
            " select $1, 'tea ' || n, 'tea ' || n from generate_series(1, $2) n",
            account,
            COUNT,
        )
    async with DB.transaction() as transaction:
        connection = transaction.connection
        await connection.execute(
            "update keyword set generation_status = 'queued' where account_id = $1", account
        )
        on_their_page = await connection.fetchval(
            "select pg_stat_get_xact_tuples_hot_updated('keyword'::regclass)"
        )
    assert on_their_page > 0.9 * COUNT
