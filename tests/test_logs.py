"""A line an event: what it carries, and that no secret is ever in it."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipeline import context
from pipeline.logs import JsonLine, TextLine, Veil

KEY = "key-of-the-service-123"

Lines = Callable[[], list[str]]


@pytest.fixture(params=[JsonLine, TextLine])
def written(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """A logger `tests.logs` whose lines can be read."""
    yield from _capture(request.param)


@pytest.fixture
def objects() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """The same, JSON lines read."""
    for lines in _capture(JsonLine):
        yield lambda lines=lines: [json.loads(line) for line in lines()]  # type: ignore[misc]


def _capture(kind: type[JsonLine] | type[TextLine]) -> Iterator[Lines]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(kind(Veil([KEY])))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield lambda: stream.getvalue().splitlines()
    log.removeHandler(handler)


log = logging.getLogger("tests.logs")


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        "igny8_AbCdEf0123456789",
        "Authorization: Bearer abcdef123456",
        "Cookie: igny8_session=q1w2e3r4t5",
        "password=hunter2hunter2",
        "postgresql://someone:hunter2hunter2@db/igny8",
        "sk-abcdef123456",
    ],
)
def test_no_secret_is_written(written: Lines, secret: str) -> None:
    bare = secret.removeprefix("Authorization: Bearer ").removeprefix("Cookie: ")
    bare = bare.removeprefix("password=").removeprefix("igny8_session=")
    bare = bare.partition("someone:")[2].partition("@")[0] or bare
    log.warning("it said %s.", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("broken")
    text = "\n".join(written())
    assert "(hidden)" in text
    assert bare not in text


def test_a_line_carries_what_the_work_is_about(
    objects: Callable[[], list[dict[str, Any]]],
) -> None:
    with context.about(account="a1", run="r1", stage=4, function="generate_content"):
        log.warning("error 0123456789ab: it broke", extra={"facts": {"item": "i1"}})
    log.info("later")
    first, second = objects()
    assert first["level"] == "warning"
    assert first["time"].endswith("+00:00")
    for name, value in {"account": "a1", "run": "r1", "stage": 4, "item": "i1"}.items():
        assert first[name] == value
    assert first["error_id"] == "0123456789ab"
    assert "run" not in second


def test_a_traceback_stays_within_its_line(objects: Callable[[], list[dict[str, Any]]]) -> None:
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        log.exception("two\nlines")
    (line,) = objects()
    assert "ZeroDivisionError" in line["traceback"]
    assert line["message"] == "two\nlines"


def test_the_format_follows_the_setting(servers: object) -> None:
    import os
    import subprocess

    code = "from pipeline.logs import set_up_logs as s; s(); import logging; logging.error('hm')"
    for wanted, start in (("json", "{"), ("text", "2"), ("auto", "{")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "LOG_FORMAT": wanted},
            capture_output=True,
            text=True,
            check=True,
        )
        first = done.stderr[0]
        assert first.isdigit() if wanted == "text" else first == start, done.stderr
