import pytest

from pipeline.markdown import Section, clean_body, headings, joined, sections, to_html

BODY = """An opening.

## First

Text one.

### Deeper

More.

## Second

```bash
# a comment
## another
```

| a | b |
|---|---|
| 1 | 2 |"""


def test_headings_are_found_with_their_levels_but_not_in_code() -> None:
    assert headings(BODY) == [(2, "First"), (3, "Deeper"), (2, "Second")]


def test_sections_reach_to_the_next_h2_and_join_to_what_they_were() -> None:
    parts = sections(BODY)
    assert [part.heading for part in parts] == ["", "First", "Second"]
    assert parts[1].text == "Text one.\n\n### Deeper\n\nMore."
    assert joined(parts) == BODY


def test_closing_marks_of_a_heading_are_not_its_text() -> None:
    assert headings("## Closed ##\n\n####### seven") == [(2, "Closed")]


def test_an_empty_introduction_is_a_section_without_text() -> None:
    assert sections("## One\n\ntext")[0] == Section("", "")


@pytest.mark.parametrize(
    "wrapped",
    [
        "```markdown\n{}\n```",
        "```\n{}\n```\n",
        "Here is your article:\n\n{}",
        "Sure! Here's the article you asked for.\n\n{}",
        "Certainly!\n\n{}",
        "{}\n\nLet me know if you would like any changes!",
        "Here is the article:\n\n```md\n{}\n```\n\nI hope this helps!",
        "# The title\n\n{}",
        "# The title #\n{}\n\n---\n\n*Word count: 120*",
        "The title\n=========\n\n{}",
        "\x00{}",
    ],
)
def test_what_stands_round_an_article_is_taken_off(wrapped: str) -> None:
    body = "Great coffee starts with water.\n\n## One\n\nText.\n\n## Two\n\nLast words."
    assert clean_body(wrapped.format(body)) == body


@pytest.mark.parametrize(
    "body",
    [
        "Great coffee starts with water: cold, clean and soft.\n\n## One\n\nText.",
        "Here is what coffee needs: water.\n\n## One\n\nText.",
        "Text.\n\n## One\n\n```\ncode\n```",
        "```\ncode\n```\n\nText between.\n\n```\ncode\n```",
        "Text.\n\n## One\n\n```yaml\nname: value\n---\n# no heading\n```\n\nEnd.",
        "Text.\n\n- item\n---\n\nEnd.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_what_belongs_to_an_article_stays(body: str) -> None:
    assert clean_body(body) == body


def test_other_h1_and_underlined_headings_become_h2() -> None:
    assert clean_body("Text.\n\n# One\n\na\n\nTwo\n---\n\nb") == (
        "Text.\n\n## One\n\na\n\n## Two\n\nb"
    )


def test_headings_do_not_skip_a_level() -> None:
    body = "Text.\n\n### A\n\n#### B\n\n## C\n\n##### D"
    assert headings(clean_body(body)) == [(2, "A"), (3, "B"), (2, "C"), (3, "D")]


def test_line_ends_of_other_systems_become_ours() -> None:
    assert clean_body("a\r\n\r\n## One\r\n\r\nb\r") == "a\n\n## One\n\nb"


def test_html_has_headings_lists_tables_and_links() -> None:
    html = to_html(BODY + "\n\n- [a link](https://example.org/a)")
    assert "<h2>First</h2>" in html
    assert "<td>2</td>" in html
    assert '<a href="https://example.org/a" rel="noopener noreferrer">a link</a>' in html


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src='https://evil.example'></iframe>",
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](&#106;avascript:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        '![x](https://example.org/x.png "t\\" onerror=\\"alert(1)")',
        "<a href='vbscript:x'>x</a>",
        "<style>body{display:none}</style>",
        '<p style="position:fixed">x</p>',
        "[x]: javascript:alert(1)\n\n[x]",
        "<https://example.org/<script>>",
        "<form action=https://evil.example><input></form>",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_nothing_that_runs_gets_into_the_html(evil: str) -> None:
    html = to_html(f"Text.\n\n{evil}\n\nText.").lower()
    for mark in ("<script", "<svg", "<iframe", "<style", "<form", "<input"):
        assert mark not in html
    tags = [tag.split(">")[0] for tag in html.split("<")[1:]]
    for mark in ("javascript:", "vbscript:", "data:", "style="):
        assert not any(mark in tag for tag in tags)
    assert not any(" on" in tag and '="t' not in tag for tag in tags)
