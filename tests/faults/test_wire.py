"""What a client of PostgreSQL sends, cut into requests with the SQL in them."""

from faults import wire


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + wire.LENGTH).to_bytes(4, "big") + body


STARTUP = _frame(b"", b"\0\3\0\0user\0postgres\0\0")
SYNC = _frame(b"S", b"")


def _parse(name: bytes, sql: bytes) -> bytes:
    return _frame(b"P", name + b"\0" + sql + b"\0\0\0")


def _bind(name: bytes) -> bytes:
    return _frame(b"B", b"\0" + name + b"\0\0\0\0\0\0\0") + _frame(b"E", b"\0\0\0\0\0")


def test_a_request_is_complete_with_its_sync_however_its_bytes_arrive() -> None:
    reader = wire.Postgres()
    sent = STARTUP + _parse(b"s1", b"SELECT 1") + SYNC + _bind(b"s1") + SYNC
    found = [request for n in range(len(sent)) for request in reader.feed(sent[n : n + 1])]
    assert b"".join(request.raw for request in found) == sent
    assert [request.text for request in found] == ["", "", "select 1"]
    assert [request.parses for request in found] == [False, True, False]


def test_a_commit_knows_what_was_done_in_its_transaction() -> None:
    reader = wire.Postgres()
    sent = [STARTUP, _parse(b"s1", b"UPDATE a SET b = 1"), SYNC]
    sent += [
        wire.query("BEGIN;"),
        _bind(b"s1"),
        SYNC,
        wire.query("COMMIT;"),
        wire.query("SELECT 2"),
    ]
    *_, commit, alone = reader.feed(b"".join(sent))
    assert commit.is_commit
    assert commit.story == ("begin;", "update a set b = 1", "commit;")
    assert alone.story == ("select 2",)


def test_going_back_to_a_savepoint_does_not_end_the_transaction() -> None:
    reader = wire.Postgres()
    statements = ("BEGIN;", "ROLLBACK TO one;", "COMMIT;")
    *_, commit = reader.feed(STARTUP + b"".join(map(wire.query, statements)))
    assert commit.story == ("begin;", "rollback to one;", "commit;")
