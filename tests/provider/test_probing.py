"""What an endpoint can do, told for people."""

from pipeline import provider
from pipeline.provider import Finding
from tests.demo_control import Demo


async def findings() -> dict[str, Finding]:
    return {finding.name: finding for finding in await provider.probe()}


async def test_a_service_that_has_all_is_found_well(demo: Demo) -> None:
    found = await findings()
    names = ["AI service", "models", "text", "streaming", "embeddings", "images"]
    assert list(found) == names
    assert all(finding.ok for finding in found.values())


async def test_no_picture_is_drawn(demo: Demo) -> None:
    await provider.probe()
    assert "/images/generations" not in (await demo.stats())["paths"]


async def test_what_is_missing_but_not_needed_is_a_note(demo: Demo) -> None:
    await demo.fault("no-embeddings")
    await demo.fault("no-schema")
    found = await findings()
    assert found["embeddings"].ok is None
    assert "json_object" in found["text"].detail
    assert found["AI service"].ok


async def test_a_refused_key_is_told_with_advice(demo: Demo) -> None:
    demo.set(openai_api_key="wrong")
    found = await findings()
    assert found["AI service"].ok is False
    assert "key refused" in found["text"].detail
    assert "OPENAI_API_KEY" in found["text"].advice


async def test_a_service_that_is_down_is_told(demo: Demo) -> None:
    demo.set(openai_base_url="http://127.0.0.1:9/v1")
    found = await findings()
    assert "cannot be reached" in found["text"].detail
    assert found["text"].ok is False


async def test_an_address_that_is_none_is_told(demo: Demo) -> None:
    demo.set(openai_base_url="http://localhost:99999/v1")
    assert "OPENAI_BASE_URL" in (await findings())["AI service"].detail


async def test_a_web_page_in_place_of_a_service_is_told(demo: Demo) -> None:
    await demo.fault("html")
    assert "web page" in (await findings())["text"].detail
