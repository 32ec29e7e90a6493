"""Ask for a struct and get one: continue what was cut, say what was wrong, count every token."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from pipeline.errors import AIProviderError, ContentPolicyError
from pipeline.provider.client import transport
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.failures import AnswerCut, quote
from pipeline.provider.ladder import complete, prove
from pipeline.provider.reading import Unreadable, read_struct
from pipeline.provider.schema import schema_text
from pipeline.provider.streaming import OnWords, words_ended
from pipeline.provider.wire import Answer, Message
from pipeline.settings import settings
from pipeline.stage import Usage

T = TypeVar("T")

RE_ASKS = 2
"""How often an answer that cannot be used is asked for again, saying what was wrong."""

CONTINUATIONS = 3
"""How often an answer that was cut is continued."""

_GO_ON = (
    "Your answer was cut off. Continue exactly where it stopped, with the next character of the "
    "same JSON. Do not repeat anything and do not add anything around it."
)


class Prompt(msgspec.Struct, frozen=True):
    """What a call says: who the model is to be, and the work with its data."""

    system: str
    user: str


def data_block(data: Any) -> str:
    """`data` as the fenced JSON block that ends every prompt of ours."""
    text = msgspec.json.encode(data).decode().replace("```", "` ` `")
    return f"```json\n{text}\n```"


def nothing_wrong(_: object) -> list[str]:
    """The check of callers who have none."""
    return []


async def ask(
    prompt: Prompt,
    answer: type[T],
    *,
    function: str,
    usage: Usage,
    check: Callable[[T], list[str]] = nothing_wrong,
    on_words: OnWords | None = None,
    max_tokens: int | None = None,
) -> T:
    """The model's answer to `prompt` as an `answer`, for which `check` found nothing wrong.

    `function` chooses the model. `usage` gets the tokens of every answer, used or not. With
    `on_words` the call is streamed and told the words so far (never falling). Raises AIAuthError,
    ContentPolicyError, AIProviderError (not usable after the re-asks), AnswerCut (longer than the
    service allows; the caller may split the work) and RetryLater.
    """
    model = settings().model_for(function)
    talk = [Message("system", prompt.system), Message("user", prompt.user)]
    told = on_words and _never_falling(on_words)
    wrong: list[str] = []
    for _ in range(1 + RE_ASKS):
        given, was_cut = await _whole_answer(model, talk, answer, usage, told, max_tokens)
        try:
            value: T = read_struct(given, answer)
        except Unreadable as error:
            if was_cut:
                raise _cut(model) from None
            wrong = [str(error)]
            if not error.is_json:
                await prove(model, works=False)
        else:
            await prove(model, works=True)
            wrong = check(value)
            if not wrong:
                return value
        talk = [*talk[:2], Message("assistant", given), Message("user", _complaint(wrong, answer))]
    endpoint = (await transport()).endpoint
    raise AIProviderError(_gave_up(endpoint, model, wrong))


async def _whole_answer(
    model: str,
    talk: list[Message],
    answer: type,
    usage: Usage,
    on_words: OnWords | None,
    max_tokens: int | None,
) -> tuple[str, bool]:
    """The text of an answer, continued while it is cut, and whether it was. Raises AnswerCut."""
    text, form, turns = "", answer, talk
    for number in range(1 + CONTINUATIONS):
        given = await complete(
            model,
            turns,
            form,
            on_words=on_words,
            words=words_ended(text),
            max_tokens=max_tokens,
        )
        if given.tokens is not None:
            usage.add(given.tokens.prompt_tokens, given.tokens.completion_tokens)
        _declined(given)
        text = _joined(text, given.text)
        if given.finish != "length":
            return text, number > 0
        if not given.text:
            break  # nothing came: the limit is used up before the answer begins
        # The rest of a JSON text is no JSON text, so its form cannot be asked for.
        form = None  # type: ignore[assignment]
        turns = [*talk, Message("assistant", text), Message("user", _GO_ON)]
    raise _cut(model)


def _joined(text: str, more: str) -> str:
    """`text` and its continuation, which may repeat the end of `text`."""
    if not text:
        return more
    more = more.removeprefix("```json\n")
    for size in range(min(len(text), len(more), 200), 7, -1):
        if text.endswith(more[:size]):
            return text + more[size:]
    return text + more


def _declined(given: Answer) -> None:
    if given.refusal:
        raise ContentPolicyError(quote(given.refusal))
    if given.finish == "content_filter":
        raise ContentPolicyError("its content filter stopped the answer")


def _never_falling(on_words: OnWords) -> OnWords:
    best = 0

    def tell(words: int) -> None:
        nonlocal best
        if words > best:
            best = words
            on_words(words)

    return tell


def _complaint(wrong: list[str], answer: type) -> str:
    listed = "\n".join(f"- {reason}" for reason in wrong[:20])
    return (
        f"Your answer cannot be used:\n{listed}\n\nAnswer again, completely, with these mistakes "
        f"mended and nothing but one JSON object that matches this JSON schema:\n"
        f"{schema_text(answer)}"
    )


def _cut(model: str) -> AnswerCut:
    return AnswerCut(f"the answer of {model} was cut off, also after {CONTINUATIONS} continuations")


def _gave_up(endpoint: Endpoint, model: str, wrong: list[str]) -> str:
    reasons = quote("; ".join(wrong), endpoint.key)
    return f"{endpoint.host}: {model} gave no usable answer in {1 + RE_ASKS} tries: {reasons}"
