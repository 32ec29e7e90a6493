"""The protocol of the demo server, its counts, gates and faults."""

import asyncio
import base64
import io
import random
from typing import Any

import msgspec
import pytest
from PIL import Image

from pipeline.demo.faults import FAULTS
from pipeline.demo.sampler import sample
from pipeline.provider.schema import strict_schema
from tests.demo_control import Demo
from tests.provider.asks import ClusterGroups, all_ids, groups_prompt
from tests.support import until

CHAT = "/v1/chat/completions"


def chat(model: str = "demo-text", **more: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": groups_prompt().user}]
    schema = {"name": "ClusterGroups", "strict": True, "schema": strict_schema(ClusterGroups)}
    form = {"type": "json_schema", "json_schema": schema}
    return {"model": model, "messages": turns, "response_format": form, **more}


def content(answer: Any) -> str:
    return str(answer.json()["choices"][0]["message"]["content"])


async def test_the_same_request_gets_the_same_answer(demo: Demo) -> None:
    first, second = await demo.post(CHAT, chat()), await demo.post(CHAT, chat())
    assert first.content == second.content


async def test_every_answer_says_that_it_is_demo_content(demo: Demo) -> None:
    assert (await demo.post(CHAT, chat())).headers["x-demo"] == "true"
    assert (await demo.get("/v1/models")).headers["x-demo"] == "true"


async def test_without_a_schema_the_kind_is_told_by_the_data(demo: Demo) -> None:
    body = chat()
    del body["response_format"]
    text = content(await demo.post(CHAT, body))
    assert "```json" in text
    found = msgspec.json.decode(text.split("```json\n")[1].split("\n```")[0], type=ClusterGroups)
    assert all_ids(found) == []


async def test_a_stream_carries_the_same_text(demo: Demo) -> None:
    whole = content(await demo.post(CHAT, chat()))
    answer = await demo.post(CHAT, chat(stream=True, stream_options={"include_usage": True}))
    events = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert events.pop() == "[DONE]"
    read = [msgspec.json.decode(event) for event in events]
    assert read[-1]["usage"]["completion_tokens"] > 0
    pieces = [event["choices"][0]["delta"].get("content", "") for event in read[:-1]]
    assert "".join(pieces) == whole


class Shade(msgspec.Struct):
    name: str
    amount: int | None


class Unknown(msgspec.Struct):
    shades: list[Shade]
    is_open: bool
    ratio: float


async def test_a_schema_nobody_knows_gets_a_sample(demo: Demo) -> None:
    schema = {"name": "Unknown", "strict": True, "schema": strict_schema(Unknown)}
    form = {"type": "json_schema", "json_schema": schema}
    body = {"model": "demo-text", "messages": [{"role": "user", "content": "Hello"}]}
    answer = await demo.post(CHAT, {**body, "response_format": form})
    assert msgspec.json.decode(content(answer), type=Unknown).shades


def test_a_sample_keeps_to_limits() -> None:
    schema = {
        "type": "object",
        "properties": {
            "few": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"enum": ["a"]}},
            "number": {"type": "integer", "minimum": 5, "maximum": 6},
            "text": {"type": "string", "minLength": 40, "maxLength": 50},
        },
    }
    found = sample(schema, random.Random(1))
    assert found["few"] == ["a", "a", "a"]
    assert 5 <= found["number"] <= 6
    assert 40 <= len(found["text"]) <= 50


@pytest.mark.parametrize("size", ["64x64", "1024x1024", "1536x1024"])
async def test_a_picture_is_a_png_of_the_size_asked_for(demo: Demo, size: str) -> None:
    body = {"model": "demo-image", "prompt": "a cup", "size": size}
    answer = (await demo.post("/v1/images/generations", body)).json()
    image = Image.open(io.BytesIO(base64.b64decode(answer["data"][0]["b64_json"])))
    assert image.format == "PNG"
    assert "x".join(map(str, image.size)) == size


async def test_two_prompts_have_two_pictures(demo: Demo) -> None:
    bodies = [{"model": "demo-image", "prompt": f"cup {n}", "size": "64x64"} for n in (1, 2)]
    first, second = [(await demo.post("/v1/images/generations", body)).json() for body in bodies]
    assert first["data"] != second["data"]


async def test_a_wrong_key_and_an_unknown_model_are_refused(demo: Demo) -> None:
    refused = await demo.post(CHAT, chat(), key="nonsense")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
    unknown = await demo.post(CHAT, chat("gpt-9"))
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "model_not_found")


async def test_a_fault_is_asked_for_by_the_name_of_the_model(demo: Demo) -> None:
    answer = await demo.post(CHAT, chat("demo-text+429"))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert (await demo.post(CHAT, chat("demo-text+nonsense"))).status_code == 404


async def test_a_fault_nobody_knows_is_refused_with_the_list(demo: Demo) -> None:
    answer = await demo.post("/demo/faults", {"fault": "nonsense"})
    assert answer.status_code == 400
    assert "broken-json" in answer.json()["error"]["message"]
    assert (await demo.get("/demo/faults")).json() == FAULTS


async def test_a_fault_hits_as_often_as_it_is_told(demo: Demo) -> None:
    await demo.fault("500", count=2)
    codes = [(await demo.post(CHAT, chat())).status_code for _ in range(4)]
    assert codes == [500, 500, 200, 200]
    assert (await demo.stats())["faults"] == {"500": 2}


async def test_a_fault_hits_its_share_of_the_calls_the_same_ones_each_time(demo: Demo) -> None:
    runs = []
    for _ in range(2):
        await demo.reset()
        await demo.fault("500", share=0.3, seed=4)
        runs.append([(await demo.post(CHAT, chat())).status_code for _ in range(40)])
    assert runs[0] == runs[1]
    assert 4 <= runs[0].count(500) <= 20


async def test_a_fault_hits_only_requests_that_match(demo: Demo) -> None:
    await demo.fault("500", match="sourdough")
    assert (await demo.post(CHAT, chat())).status_code == 500
    other = chat(messages=[{"role": "user", "content": "Hello"}])
    assert (await demo.post(CHAT, other)).status_code == 200


async def test_more_than_the_rate_is_refused(demo: Demo) -> None:
    await demo.fault("rate-limit", rate=5)
    codes = [(await demo.post(CHAT, chat())).status_code for _ in range(8)]
    assert codes[:5] == [200] * 5
    assert 429 in codes


async def test_calls_wait_at_a_gate_until_it_opens(demo: Demo) -> None:
    await demo.hold("sourdough")
    calls = [asyncio.create_task(demo.post(CHAT, chat())) for _ in range(3)]

    async def all_wait() -> bool:
        return bool((await demo.stats())["held"] == {"sourdough": 3})

    await until(all_wait)
    assert not any(call.done() for call in calls)
    assert await demo.hold("sourdough", hold=False) == {"released": 3}
    assert [(await call).status_code for call in calls] == [200] * 3


async def test_every_call_is_counted_once(demo: Demo) -> None:
    await asyncio.gather(*(demo.post(CHAT, chat(user=str(number % 10))) for number in range(30)))
    found = await demo.stats()
    assert found["calls"] == found["paths"]["/chat/completions"] == 30
    assert found["schemas"] == {"ClusterGroups": 30}
    assert found["statuses"] == {"200": 30}
    assert sorted(found["repeated"].values()) == [3] * 10
    assert found["concurrent"]["now"] == 0
    assert len(await demo.calls()) == 30


async def test_a_delay_is_the_same_for_the_same_request(demo: Demo) -> None:
    await demo.fault("latency", seconds=0.02, sigma=1.0, seed=3)
    for _ in range(2):
        for number in range(5):
            await demo.post(CHAT, chat(user=str(number)))
    spans = [call["ended"] - call["started"] for call in await demo.calls()]
    assert min(spans) > 0
    order = sorted(range(5), key=lambda n: spans[n])
    assert order[-1] == max(range(5), key=lambda n: spans[5 + n])


async def test_a_request_that_is_no_chat_is_refused(demo: Demo) -> None:
    assert (await demo.post(CHAT, {"model": 3})).status_code == 400
    assert (await demo.post("/v1/embeddings", [])).status_code == 400
    assert (await demo.post("/v1/images/generations", {})).status_code == 400


async def test_data_of_another_shape_is_refused_with_the_reason(demo: Demo) -> None:
    turns = [{"role": "user", "content": '```json\n{"cluster": 3, "count": 1}\n```'}]
    answer = await demo.post(CHAT, {"model": "demo-text", "messages": turns})
    assert answer.status_code == 400
    assert "not as agreed" in answer.json()["error"]["message"]


async def test_a_reset_forgets_calls_that_are_still_open(demo: Demo) -> None:
    await demo.hold("sourdough")
    call = asyncio.create_task(demo.post(CHAT, chat()))

    async def it_waits() -> bool:
        return bool((await demo.stats())["held"] == {"sourdough": 1})

    await until(it_waits)
    await demo.reset()
    assert (await call).status_code == 200
    found = await demo.stats()
    assert (found["calls"], found["statuses"], found["concurrent"]["now"]) == (0, {}, 0)
