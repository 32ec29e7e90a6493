"""Small rules of English for made-up text: tokens, topics, titles, slugs."""

import re
import zlib

STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "best",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "good",
        "how",
        "i",
        "in",
        "is",
        "it",
        "me",
        "my",
        "near",
        "of",
        "on",
        "or",
        "should",
        "the",
        "to",
        "top",
        "vs",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "with",
        "without",
        "you",
        "your",
    ]
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ASKING = re.compile(
    r"^(?:what (?:is|are)|why (?:is|are|do|does)|is|are|can|do|does|should|"
    r"the|a|an|best|top|good)\s+"
    r"(?:(?:the|a|an|best|you|i)\s+)?"
)
_DOUBLED = frozenset(
    [
        "cut",
        "get",
        "let",
        "plan",
        "put",
        "run",
        "set",
        "shop",
        "stop",
        "swim",
        "trim",
        "wrap",
        "zip",
        "dig",
        "hem",
    ]
)


def number_of(text: str, salt: int = 0) -> int:
    """A number that stands for a text, the same on every machine."""
    return zlib.crc32(text.encode(), salt)


def words_of(text: str) -> list[str]:
    """Its words in lower case."""
    return _WORD.findall(text.casefold())


def stem(word: str) -> str:
    """A word without its plural."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def tokens_of(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order; all words where none does."""
    words = words_of(text)
    return [stem(word) for word in words if word not in STOP] or [stem(word) for word in words]


def gerund(verb: str) -> str:
    """make → making, clean → cleaning, stop → stopping."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    return verb + "ing"


def topic_of(phrase: str) -> str:
    """A phrase as a thing to speak of: `how to clean a grinder` → `cleaning a grinder`."""
    text = " ".join(phrase.casefold().strip(" .?!:").split())
    if text.startswith("how to "):
        verb, _, rest = text[7:].partition(" ")
        return f"{gerund(verb)} {rest}".strip()
    return _ASKING.sub("", text) or text


def capital(text: str) -> str:
    """With a capital letter in front, the rest as it is."""
    return text[:1].upper() + text[1:]


def title_case(text: str) -> str:
    """Each word of weight with a capital; the keyword stays the same but for its case."""
    small = {"a", "an", "and", "as", "at", "by", "for", "in", "of", "on", "or", "the", "to", "vs"}
    words = text.split()
    return " ".join(
        word if index and word in small else capital(word) for index, word in enumerate(words)
    )


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words, without a mark at the end."""
    if len(text) <= most:
        return text
    return text[: most + 1].rsplit(" ", 1)[0][:most].rstrip(" ,;:–-")
