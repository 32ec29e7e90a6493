"""Asking an endpoint what it can do, for `igny8 doctor` and the settings page."""

from collections.abc import Awaitable, Callable

import msgspec

from pipeline.errors import PipelineError
from pipeline.provider import shared
from pipeline.provider.asking import Prompt, ask, data_block
from pipeline.provider.client import transport
from pipeline.provider.embeddings import embed
from pipeline.provider.failures import quote
from pipeline.provider.ladder import RUNG_NAMES
from pipeline.settings import settings
from pipeline.stage import Usage


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `ok` None: not good, but work goes on without it."""

    name: str
    ok: bool | None
    detail: str
    advice: str = ""


class Greeting(msgspec.Struct):
    """The smallest answer that shows a schema being followed."""

    greeting: str


class _Model(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[_Model]


_PROMPT = Prompt(
    "You answer test calls.", "Greet the reader in two words.\n" + data_block({"words": 2})
)


async def probe() -> list[Finding]:
    """What the endpoint of the settings answers. Makes a few tiny calls; draws no image.

    Raises nothing: what goes wrong is a finding.
    """
    findings: list[Finding] = []
    try:
        endpoint = (await transport()).endpoint
    except PipelineError as error:
        return [Finding("AI service", False, str(error), "Set OPENAI_BASE_URL and OPENAI_API_KEY.")]
    findings.append(await _tried("models", _models, optional=True))
    text = await _tried("text", _text)
    findings.append(text)
    if text.ok:
        findings.append(await _tried("streaming", _streaming, optional=True))
    findings.append(await _tried("embeddings", _embeddings, optional=True))
    model = settings().model_for("generate_images")
    findings.append(Finding("images", True, f"set to {model}; not tried, a drawing costs money"))
    return [Finding("AI service", text.ok, f"{endpoint.host}", text.advice), *findings]


async def _tried(
    name: str, look: Callable[[], Awaitable[Finding]], optional: bool = False
) -> Finding:
    try:
        return await look()
    except PipelineError as error:
        advice = "Check OPENAI_BASE_URL, OPENAI_API_KEY and the model names in the settings."
        return Finding(name, None if optional else False, str(error), advice)


async def _models() -> Finding:
    client = await transport()
    body = await client.get("/models")
    try:
        names = [model.id for model in msgspec.json.decode(body, type=_Models).data]
    except msgspec.DecodeError:
        return Finding("models", None, f"no list of models: {quote(body, client.endpoint.key)}")
    chosen = settings()
    wanted = {chosen.model_for(function) for function in ("auto_cluster", "generate_content")}
    missing = sorted(wanted - set(names))
    if names and missing:
        advice = f"Known here: {', '.join(sorted(names)[:10])}."
        return Finding("models", None, f"not in the list: {', '.join(missing)}", advice)
    return Finding("models", True, f"{len(names)} listed")


async def _text() -> Finding:
    await ask(_PROMPT, Greeting, function="generate_content", usage=Usage())
    model = settings().model_for("generate_content")
    fact = await shared.known((await transport()).endpoint, model)
    advice = ""
    if fact.rung:
        advice = "Works, though answers need checking more often than with strict schemas."
    return Finding("text", True, f"{model} answers by {RUNG_NAMES[fact.rung]}", advice)


async def _streaming() -> Finding:
    seen: list[int] = []
    model = settings().model_for("generate_content")
    await ask(_PROMPT, Greeting, function="generate_content", usage=Usage(), on_words=seen.append)
    fact = await shared.known((await transport()).endpoint, model)
    if not fact.streams:
        advice = "Progress within an article will not be seen."
        return Finding("streaming", None, f"{model} refuses to stream", advice)
    return Finding("streaming", True, f"{model} streams")


async def _embeddings() -> Finding:
    vectors = await embed(["a test", "another test"])
    model = settings().embedding_model
    if vectors is None:
        advice = "Clustering goes by the words of the keywords instead. That is fine."
        return Finding("embeddings", None, f"none by {model}", advice)
    return Finding("embeddings", True, f"{model} gives {len(vectors[0])} numbers a text")
