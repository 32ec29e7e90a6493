"""Did anything slip in that is not the article: chat, placeholders, raw data, the question?"""

import re
from collections.abc import Iterator

from pipeline.review.article import Article, without_code
from pipeline.review.report import Check, Fix, judged, verdict

_WORK = r"(?:article|blog post|post|draft|outline|version|guide|text|content)"
_CHATTER = re.compile(
    r"\A\W*(?:sure|certainly|of course|absolutely|great)\b[,!.]\s*"
    r"(?:here|below|i(?:'|’)ve|i have)\b"
    r"|\A\W*(?:here(?:'s|’s| is)|below is)\s+(?:the|your|a|an|my)\b"
    rf"[^.\n]{{0,60}}\b{_WORK}\b[^.\n]*:"
    r"|\bas an? (?:large |ai )?language model\b|\bas an ai (?:assistant|model)\b"
    r"|\bi(?:'|’)?m (?:just )?an ai\b|\bi cannot (?:fulfill|comply|assist)\b"
    r"|\bi hope this (?:article|helps|meets)\b"
    r"|\blet me know if you(?:'|’)?(?:d| would)? (?:like|need|want|have)\b"
    rf"|\bwould you like me to\b|\b(?:this|the) {_WORK} you (?:asked|requested)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"\[(?:insert|add|your|placeholder|link to|image of|image:|source|citation needed|name)\b"
    r"[^\[\]\n]{0,200}\](?!\()|<(?:insert|your)\b[^<>\n]{0,200}>|\blorem ipsum\b"
    r"|\{\{|\}\}|\{%|\bXXX+\b|\bTBD\b|\bTODO\b(?! lists?)",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b(?:TODO|TBD|XXX+)\b", re.IGNORECASE)
_ECHO = re.compile(
    r"\b(?:primary_keyword|secondary_keywords|target_words|meta_description|content_type)\b"
    r"|\"(?:body|title|outline|sections|heading|notes)\"\s*:"
)
_FENCED = re.compile(r"\s*(`{3,9}|~{3,9})[^\n]*\n.*\n\1\s*", re.DOTALL)


def check(article: Article) -> Iterator[Check]:
    """Four checks of the body; the fields around it are looked at for chat and placeholders too."""
    texts = {
        "body": without_code(article.body).strip(),
        "title": article.title,
        "meta title": article.meta_title,
        "meta description": article.meta_description,
        "excerpt": article.excerpt,
    }
    yield _absent("chatter", texts, _CHATTER, "a phrase of a chat, not of an article")
    yield _absent("placeholders", texts, _PLACEHOLDER, "a placeholder that was not filled in")
    yield _absent("prompt_echo", texts, _ECHO, "a piece of the question or of raw data")
    wrapped = bool(_FENCED.fullmatch(article.body)) or article.body.lstrip()[:2] in ('{"', "[{")
    yield judged(
        "wrapping",
        verdict(wrapped),
        value="wrapped" if wrapped else "plain",
        limit="plain Markdown",
        place="body",
        message="The whole body is a code block or raw JSON.",
        fix=Fix("write_again", "Write the article again"),
    )


def _absent(name: str, texts: dict[str, str], pattern: re.Pattern[str], what: str) -> Check:
    for place, text in texts.items():
        for found in pattern.finditer(text):
            words = found.group().strip()
            # "todo" in small letters is a word of the language, not a mark left by a writer
            if _SHOUTED.fullmatch(words) and not words.isupper():
                continue
            return Check(
                name=name,
                verdict="block",
                value=words[:80],
                limit="none",
                place=place,
                message=f"The {place} holds {what}: “{words[:80]}”.",
                fix=Fix("edit_body" if place == "body" else "edit_meta", f"Edit the {place}"),
            )
    return Check(name=name, verdict="pass", value="none found", limit="none", place="all texts")
