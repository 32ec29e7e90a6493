"""Asking for a struct: what is done about answers that cannot be used."""

import asyncio
from contextlib import suppress

import pytest

from pipeline import provider
from pipeline.errors import AIProviderError, ContentPolicyError
from pipeline.stage import Usage
from tests.demo_control import Demo
from tests.provider.asks import all_ids, ask_article, ask_groups
from tests.support import until


async def test_an_answer_comes_as_the_struct_that_was_asked_for(demo: Demo) -> None:
    answer = await ask_groups()
    assert {group.name for group in answer.groups} == {"Coffee Grinder", "Sourdough"}


async def test_the_tokens_of_an_answer_are_counted(demo: Demo) -> None:
    usage = Usage()
    await ask_groups(usage)
    assert usage.tokens_in is not None
    assert usage.tokens_in > 50
    assert usage.tokens_out is not None
    assert usage.tokens_out > 20


async def test_usage_that_is_not_told_stays_unknown(demo: Demo) -> None:
    await demo.fault("no-usage")
    usage = Usage()
    await ask_groups(usage)
    assert usage == Usage(None, None)


@pytest.mark.parametrize("fault", ["missing-ids", "double-ids", "unknown-ids"])
async def test_wrong_ids_are_asked_for_again(demo: Demo, fault: str) -> None:
    await demo.fault(fault, count=1)
    answer = await ask_groups(check=all_ids)
    assert all_ids(answer) == []
    assert (await demo.stats())["calls"] == 2


async def test_a_re_ask_says_what_was_wrong(demo: Demo) -> None:
    complaints: list[str] = []

    def never(_: object) -> list[str]:
        complaints.append("group 7 is empty")
        return complaints[-1:]

    with pytest.raises(AIProviderError, match="group 7 is empty"):
        await ask_groups(check=never)
    assert len(complaints) == 3


@pytest.mark.parametrize("fault", ["not-json", "wrong-shape"])
async def test_text_that_is_not_the_struct_is_asked_for_again(demo: Demo, fault: str) -> None:
    await demo.fault(fault, count=2)
    assert all_ids(await ask_groups()) == []


async def test_after_two_re_asks_the_item_fails_with_the_reason(demo: Demo) -> None:
    await demo.fault("wrong-shape")
    with pytest.raises(AIProviderError, match=r"in 3 tries: .*groups"):
        await ask_groups()
    assert (await demo.stats())["calls"] == 3


async def test_the_tokens_of_useless_answers_are_counted_too(demo: Demo) -> None:
    once, thrice = Usage(), Usage()
    await ask_groups(once)
    await demo.fault("wrong-shape")
    with pytest.raises(AIProviderError):
        await ask_groups(thrice)
    assert thrice.tokens_in > 3 * once.tokens_in  # type: ignore[operator]


async def test_a_cut_answer_is_continued_where_it_stopped(demo: Demo) -> None:
    whole = await ask_article()
    await demo.fault("cut", count=1)
    assert await ask_article() == whole


async def test_a_cut_stream_is_continued_where_it_stopped(demo: Demo) -> None:
    whole = await ask_article()
    await demo.fault("cut", count=2)
    seen: list[int] = []
    assert await ask_article(on_words=seen.append) == whole
    assert seen == sorted(set(seen))


async def test_an_answer_that_stays_cut_raises_answer_cut(demo: Demo) -> None:
    await demo.fault("cut")
    with pytest.raises(provider.AnswerCut, match="cut off"):
        await ask_article()
    assert (await demo.stats())["calls"] == 4


async def test_a_limit_of_tokens_cuts_the_answer(demo: Demo) -> None:
    with pytest.raises(provider.AnswerCut):
        await ask_article(max_tokens=50)


@pytest.mark.parametrize(("fault", "reason"), [("refusal", "I cannot help"), ("filter", "filter")])
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_the_model_declines_is_not_asked_again(
    demo: Demo, fault: str, reason: str, streamed: bool
) -> None:
    await demo.fault(fault)
    with pytest.raises(ContentPolicyError, match=reason):
        await ask_article(on_words=(lambda _: None) if streamed else None)
    assert (await demo.stats())["calls"] == 1


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_closes_the_request_at_the_service(demo: Demo, streamed: bool) -> None:
    if streamed:
        await demo.fault("drip", seconds=0.05)
    else:
        await demo.fault("hang")
    started = asyncio.Event()
    task = asyncio.create_task(
        ask_article(on_words=(lambda _: started.set()) if streamed else None)
    )

    async def is_open() -> bool:
        return bool((await demo.stats())["concurrent"]["now"] == 1)

    await (started.wait() if streamed else until(is_open))
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    async def is_closed() -> bool:
        return bool((await demo.stats())["statuses"] == {"disconnected": 1})

    await until(is_closed)
    await demo.reset()
    assert all_ids(await ask_groups()) == []
