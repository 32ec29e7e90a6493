import pytest

from pipeline import language

GERMAN = (
    "Guter Kaffee beginnt mit frischen Bohnen, dem richtigen Wasser und etwas Geduld am Morgen, "
    "bevor der Tag beginnt."
)


async def test_a_text_in_another_language_is_recognised() -> None:
    await language.load()
    assert language.other_language(GERMAN, "en") == "de"


@pytest.mark.parametrize(
    ("text", "wanted"), [(GERMAN, "de"), (GERMAN[:60], "en"), (GERMAN, "xx"), ("", "en")]
)
def test_no_verdict_where_there_is_no_doubt_or_no_ground(text: str, wanted: str) -> None:
    assert language.other_language(text, wanted) is None
