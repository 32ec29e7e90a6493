"""Forms of a request that an endpoint refuses are left, and stay left."""

import pytest

from pipeline import connections
from pipeline.errors import AIProviderError
from pipeline.provider import ladder, shared
from pipeline.provider.client import endpoint
from pipeline.provider.shared import Known
from tests.demo_control import Demo
from tests.provider.asks import all_ids, ask_article, ask_groups


async def calls(demo: Demo) -> int:
    return int((await demo.stats())["calls"])


async def known() -> Known:
    return await shared.known(endpoint(), "demo-text")


async def test_strict_schemas_come_first(demo: Demo) -> None:
    await ask_groups()
    assert await known() == Known(rung=ladder.SCHEMA, proven=True)


@pytest.mark.parametrize(
    ("faults", "rung"),
    [(["no-schema"], ladder.OBJECT), (["no-schema", "no-object"], ladder.TEXT)],
)
async def test_a_refused_form_is_left_for_the_next_one(
    demo: Demo, faults: list[str], rung: int
) -> None:
    for fault in faults:
        await demo.fault(fault)
    assert all_ids(await ask_groups()) == []
    assert (await known()).rung == rung


async def test_a_refused_form_is_not_tried_again(demo: Demo) -> None:
    await demo.fault("no-schema")
    await demo.fault("no-object")
    await ask_groups()
    first = await calls(demo)
    await ask_groups()
    assert (first, await calls(demo)) == (3, 4)


async def test_what_one_process_learned_others_know(demo: Demo) -> None:
    await demo.fault("no-schema")
    await ask_groups()
    shared.forget()  # as another process, which has Redis only
    await ask_groups()
    assert await calls(demo) == 3


async def test_what_was_learned_is_forgotten_after_a_day(demo: Demo) -> None:
    await demo.fault("no-schema")
    await ask_groups()
    client = connections.state()
    (name,) = [key async for key in client.scan_iter("provider:*:knows:*")]
    assert 0 < await client.ttl(name) <= shared.REMEMBERED


async def test_each_model_is_known_by_itself(demo: Demo) -> None:
    await demo.fault("no-schema", match='"demo-other"')
    demo.set(clustering_model="demo-other")
    await ask_groups()
    await ask_article()
    assert (await known()).rung == ladder.SCHEMA
    assert (await shared.known(endpoint(), "demo-other")).rung == ladder.OBJECT


async def test_a_form_that_is_taken_but_ignored_still_gives_the_struct(demo: Demo) -> None:
    await demo.fault("ignore-schema")
    assert all_ids(await ask_groups()) == []


async def test_a_form_that_never_gave_json_is_left(demo: Demo) -> None:
    await demo.fault("not-json", match='"json_schema"')
    await ask_groups()
    assert (await known()).rung == ladder.OBJECT


async def test_a_form_that_has_worked_survives_a_bad_answer(demo: Demo) -> None:
    await ask_groups()
    await demo.fault("not-json", count=1)
    await ask_groups()
    assert (await known()).rung == ladder.SCHEMA


async def test_a_bad_request_teaches_nothing(demo: Demo) -> None:
    await demo.fault("400", count=3)
    with pytest.raises(AIProviderError):
        await ask_groups()
    assert await known() == Known()


async def test_the_other_name_of_the_token_limit_is_found_and_kept(demo: Demo) -> None:
    await demo.fault("no-completion-tokens")
    await ask_groups(max_tokens=4000)
    await ask_groups(max_tokens=4000)
    assert (await known()).limit_name == "max_tokens"
    assert await calls(demo) == 3


async def test_a_server_without_stream_options_streams(demo: Demo) -> None:
    await demo.fault("no-stream-options")
    await demo.fault("drip", seconds=0.002)
    seen: list[int] = []
    await ask_article(on_words=seen.append)
    assert len(seen) > 1
    assert not (await known()).stream_usage


async def test_a_server_that_answers_a_stream_with_json_is_read(demo: Demo) -> None:
    whole = await ask_article()
    await demo.fault("no-stream")
    seen: list[int] = []
    assert await ask_article(on_words=seen.append) == whole
    assert len(seen) == 1
