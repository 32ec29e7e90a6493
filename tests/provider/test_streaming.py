"""Streams: the same answer as whole ones, and progress on the way."""

from pipeline.stage import Usage
from pipeline.words import count_words
from tests.demo_control import Demo
from tests.provider.asks import ask_article


async def test_a_streamed_answer_equals_a_whole_one(demo: Demo) -> None:
    assert await ask_article(on_words=lambda _: None) == await ask_article()


async def test_words_are_told_as_they_come_and_never_fall(demo: Demo) -> None:
    await demo.fault("drip", seconds=0.002)
    seen: list[int] = []
    article = await ask_article(on_words=seen.append)
    assert len(seen) > 3
    assert seen == sorted(set(seen))
    words = count_words(article.body)
    assert 0.9 * words < seen[-1] < 1.3 * words


async def test_words_do_not_fall_when_an_answer_is_asked_for_again(demo: Demo) -> None:
    seen: list[int] = []
    wrong = [["too short"], []]
    await ask_article(on_words=seen.append, check=lambda _: wrong.pop(0))
    assert seen == sorted(set(seen))
    assert (await demo.stats())["calls"] == 2


async def test_the_tokens_of_a_stream_are_counted(demo: Demo) -> None:
    whole, streamed = Usage(), Usage()
    await ask_article(whole)
    await ask_article(streamed, on_words=lambda _: None)
    assert streamed == whole
