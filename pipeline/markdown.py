"""Articles as Markdown: their sections, what is taken off them, and safe HTML.

Everything but `to_html` is a scan over lines, because it runs for every article on the hot path.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import nh3
from markdown_it import MarkdownIt

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_BLOCK_START = re.compile(r" {0,3}(?:[>#|]|[-*+] |\d{1,9}[.)] | {4}|\t)")
_CHATTER_BEFORE = re.compile(
    r"(?:(?:sure|certainly|absolutely|of course|great|okay)[!,.]*\s*)?"
    r"(?:(?:here(?:'s|’s| is)|below is)\b.*\b(?:article|post|draft|version|content|markdown)\b"
    r".*(?:[:!]|\b(?:asked|requested)\b.*)|(?<=[!,.])|as an ai\b.*)$",
    re.IGNORECASE,
)
_CHATTER_AFTER = re.compile(
    r"(?:let me know|feel free to (?:ask|reach)|i hope (?:this|you)|would you like me"
    r"|if you(?:'d| would) like (?:me|any)|\(?word count\b)",
    re.IGNORECASE,
)


class Section(NamedTuple):
    """An H2 with all that follows up to the next one. The introduction has no heading."""

    heading: str
    text: str


def _lines(markdown: str) -> Iterator[tuple[str, int]]:
    """Each line with its heading level: 0 for other lines, -1 for lines of code."""
    fence = ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line) if "```" in line or "~~~" in line else None
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            yield line, -1
        elif mark:
            fence = mark[1]
            yield line, -1
        else:
            found = _HEADING.match(line) if "#" in line[:4] else None
            yield line, len(found[1]) if found else 0


def _title(line: str) -> str:
    found = _HEADING.match(line)
    return (found[2] or "").strip() if found else ""


def headings(markdown: str) -> list[tuple[int, str]]:
    """All headings as (level, text), in order; lines inside code are none."""
    return [(level, _title(line)) for line, level in _lines(markdown) if level > 0]


def sections(markdown: str) -> list[Section]:
    """The introduction (heading "") and one section per H2; text without the heading, stripped."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line, level in _lines(markdown):
        if level == 2:
            found.append((_title(line), []))
        else:
            found[-1][1].append(line)
    return [Section(heading, "\n".join(lines).strip()) for heading, lines in found]


def joined(parts: list[Section]) -> str:
    """The Markdown of sections: what `sections` took apart."""
    blocks = [f"## {part.heading}\n\n{part.text}" if part.heading else part.text for part in parts]
    return "\n\n".join(block.strip() for block in blocks if block.strip())


def clean_body(markdown: str) -> str:
    """The body of an article as it is stored: H2 and deeper, nothing around it.

    Takes off a code fence round the whole, phrases of a chat before and after it, and the title
    repeated as H1; any other H1 becomes an H2. Underlined headings become `#` headings, and none
    stands more than one level below the heading before it.
    """
    text = markdown.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    text = _without_chatter(_without_fence(_without_chatter(text)))
    if "\n==" in text or "\n--" in text:
        text = _with_hash_headings(text)
    if text.startswith("# "):
        text = text.partition("\n")[2].strip()
    return _without_jumps(text) if "\n# " in text or "###" in text else text


def _without_jumps(text: str) -> str:
    before, out = 1, []
    for line, level in _lines(text):
        if level > 0:
            wanted = max(2, min(level, before + 1))
            before = wanted
            out.append(line if wanted == level else f"{'#' * wanted} {_title(line)}")
        else:
            out.append(line)
    return "\n".join(out)


def _without_fence(text: str) -> str:
    first, _, rest = text.partition("\n")
    opening = _FENCE.match(first)
    if not opening or opening[2].strip().lower() not in ("", "markdown", "md", "text"):
        return text
    inner, _, last = rest.rpartition("\n")
    whole = last.strip() == opening[1] and not re.search(rf"^ {{0,3}}{opening[1]}\s*$", inner, re.M)
    return inner.strip() if whole else text


def _without_chatter(text: str) -> str:
    first, _, rest = text.partition("\n")
    if rest.strip() and len(first) < 200 and _CHATTER_BEFORE.match(first.strip()):
        text = rest.strip()
    before, _, last = text.rpartition("\n")
    if before.strip() and len(last) < 300 and _CHATTER_AFTER.match(last.strip().lstrip("*_")):
        text = before.strip()
    return text.removesuffix("\n---").rstrip()


def _with_hash_headings(text: str) -> str:
    out: list[str] = []
    paragraph = 0
    for line, level in _lines(text):
        under = _SETEXT.match(line)
        if under and paragraph == 1 and level == 0:
            out[-1] = ("# " if under[1][0] == "=" else "## ") + out[-1].strip()
            paragraph = 0
            continue
        out.append(line)
        plain = bool(line.strip()) and not level and not _BLOCK_START.match(line)
        paragraph = paragraph + 1 if plain else (0 if not line.strip() else 2)
    return "\n".join(out)


_RENDERER = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(
    ["table", "strikethrough"]
)
_TAGS = {
    *("h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "em", "strong"),
    *("s", "ul", "ol", "li", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}


def to_html(markdown: str) -> str:
    """`markdown` as HTML that is safe to show: no raw HTML, scripts, styles or odd link schemes."""
    return nh3.clean(
        _RENDERER.render(markdown),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
