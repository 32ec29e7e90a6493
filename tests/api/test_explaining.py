"""Why a value does not fit, in words."""

import json
import re
from typing import Annotated, Any, Literal

import httpx2
import msgspec
import pytest
from litestar import Litestar
from msgspec import Meta

from api.explaining import explain, fault_of
from api.schemas import RetryRun, StartRun
from api.texts import RULES
from db.status import RunOrder


@pytest.mark.parametrize(
    ("value", "wanted", "message"),
    [
        (50, Annotated[int, Meta(ge=200)], "a whole number of at least 200; got 50."),
        (50, Annotated[int, Meta(ge=1, le=10)], "a whole number from 1 to 10; got 50."),
        ("1", int, 'a whole number; got "1".'),
        (True, int, "a whole number; got true."),
        (1.5, int, "a whole number; got 1.5."),
        (0, Annotated[float, Meta(gt=0)], "a number of more than 0; got 0."),
        (1, bool, "true or false; got 1."),
        (1, str, "text; got 1."),
        ("hunter2", Annotated[str, Meta(min_length=12)], "text of at least 12 characters;"),
        ("x", RunOrder, 'one of "stage_by_stage", "flow"; got "x".'),
        ("x", Literal["all_new"], '"all_new"; got "x".'),
        ([], Annotated[list[int], Meta(min_length=1)], "a list of at least 1 entries; got 0."),
        ({"a": 1}, int, "a whole number; got an object."),
        ([1], int, "a whole number; got a list."),
    ],
)
def test_the_rule_and_what_came_are_told(value: Any, wanted: Any, message: str) -> None:
    (fault,) = explain(value, wanted)
    assert fault.message.startswith(f"This must be {message}")


def test_free_text_is_not_repeated() -> None:
    (fault,) = explain("hunter2", Annotated[str, Meta(min_length=12)])
    assert "hunter2" not in fault.message


def test_a_pattern_is_put_into_words() -> None:
    (fault,) = explain({"selection": "all_new", "options": {"language": "EN"}}, StartRun)
    assert fault.field == "options.language"
    assert "a code of two small letters such as en" in fault.message


def test_every_pattern_of_the_description_is_put_into_words(app: Litestar) -> None:
    described = msgspec.json.encode(app.openapi_schema.to_schema()).decode()
    patterns = set(re.findall(r'"pattern":("(?:[^"\\]|\\.)*")', described))
    assert patterns
    assert {json.loads(each) for each in patterns} <= RULES.keys()


def test_every_fault_is_told_by_its_place() -> None:
    body = {"stage": 0, "items": ["x", 1], "force": True}
    assert [each.field for each in explain(body, RetryRun)] == [
        "force",
        "stage",
        "items[0]",
        "items[1]",
    ]


def test_what_fits_has_no_fault() -> None:
    assert explain({"selection": "all_new"}, StartRun) == []


def test_no_more_faults_are_told_than_help() -> None:
    assert len(explain({"items": ["x"] * 1000}, RetryRun)) == 50


def test_a_parameter_is_told_like_a_field() -> None:
    wanted = Annotated[int, Meta(ge=1, le=500)]
    assert fault_of("x", wanted) == 'This must be a whole number from 1 to 500; got "x".'


async def test_a_parameter_that_all_lists_share_is_told_the_same_way(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/api/v1/keywords", params={"limit": 100_000})
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    told = 'This must be a whole number from 1 to 1,000; got "100000".'
    assert (fault["field"], fault["message"]) == ("limit", told)
