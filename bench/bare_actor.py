"""The yardstick: a Dramatiq async actor, broker and event loop as shipped, that calls the SDK.

Started by Dramatiq's own command line. It asks what stage 4 asks, with the same prompt and schema,
and does nothing with the answer: no claim, no database, no charge, no progress.
"""

import os
from typing import Any

import dramatiq
import msgspec
import openai
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO

from bench.rows import OUTLINE, WORDS
from pipeline import prompts
from pipeline.articles import Article, Plan
from pipeline.provider.schema import response_format

broker = RedisBroker(url=os.environ["REDIS_URL"], namespace="bare")
broker.add_middleware(AsyncIO())
dramatiq.set_broker(broker)

PLAN = Plan(
    title="Pour over coffee at home: a calm guide",
    summary="",
    content_type="guide",
    primary_keyword="pour over coffee",
    secondary_keywords=[],
    target_words=WORDS,
    language="en",
    outline=msgspec.convert(OUTLINE, Plan.__annotations__["outline"]),
)
PROMPT = prompts.fill(
    "article",
    PLAN,
    language="en",
    primary_keyword=PLAN.primary_keyword,
    target_words=WORDS,
    least_words=WORDS * 9 // 10,
    most_words=WORDS * 11 // 10,
    section_words=WORDS // 6,
)
FORMAT: Any = msgspec.json.decode(response_format(Article))
MESSAGES: Any = [
    {"role": "system", "content": PROMPT.system},
    {"role": "user", "content": PROMPT.user},
]

_client: openai.AsyncOpenAI | None = None


@dramatiq.actor(queue_name="bare", max_retries=0)
async def write() -> None:
    """One call."""
    global _client
    if _client is None:
        _client = openai.AsyncOpenAI(max_retries=0)
    answer = await _client.chat.completions.create(
        model="demo-text", messages=MESSAGES, response_format=FORMAT
    )
    assert answer.choices[0].message.content
