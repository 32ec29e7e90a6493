"""What can be made to go wrong, and when.

A fault is switched on by the model's name (`demo-text+500`, several with more `+`) or by a rule
(POST /demo/faults), which may hold for a share of the calls, for so many calls, for requests that
contain a text. Which calls a share hits is decided by the rule's seed and the number of the call.
"""

import random
from typing import Annotated

import msgspec
from msgspec import Meta

FAULTS = {
    "429": "too many requests; `seconds` is the Retry-After (default 1)",
    "rate-limit": "429 beyond `rate` accepted requests a second",
    "quota": "429 insufficient_quota",
    "500": "internal server error",
    "503": "overloaded",
    "401": "key refused",
    "404-model": "model unknown",
    "400": "a bad request that does not say why",
    "policy": "400 content_policy_violation",
    "html": "a web page with status 200",
    "hang": "no answer for `seconds` (default 600)",
    "broken-json": "a body that is no JSON",
    "error-200": "an error object with status 200",
    "empty-choices": "an answer without choices",
    "no-usage": "an answer without token counts",
    "no-schema": "response_format json_schema is refused",
    "no-object": "response_format json_object is refused",
    "ignore-schema": "response_format is accepted and ignored: prose around the JSON",
    "no-completion-tokens": "max_completion_tokens is refused",
    "no-stream-options": "stream_options is refused",
    "no-stream": "a stream is answered with plain JSON",
    "drip": "a stream of one small piece every `seconds` (default 0.2)",
    "broken-stream": "a stream that breaks off in the middle",
    "cut": "finish_reason length after `share_kept` of the answer (default 0.6)",
    "refusal": "the model declines",
    "filter": "finish_reason content_filter",
    "not-json": "the content is prose",
    "wrong-shape": "JSON of another shape",
    "missing-ids": "an id is left out",
    "double-ids": "an id comes twice",
    "unknown-ids": "an id that was not asked about",
    "short-article": "40 % of the words asked for",
    "missing-section": "a planned section is left out",
    "wrong-language": "the article is in German",
    "no-embeddings": "404 for /embeddings",
    "small-batches": "400 for more than 8 texts to embed",
    "float-embeddings": "floats though base64 was asked for",
    "bad-image": "bytes that are no image",
    "image-url": "an image as an address on this server",
    "latency": "a delay before the answer: `seconds`, lognormal around it with `sigma`",
}


_WITH_IDS = ("ClusterGroups", "ClusterLabels", "ClusterAssignments")
_ONLY_FOR = {
    **dict.fromkeys(("missing-ids", "double-ids", "unknown-ids"), _WITH_IDS),
    **dict.fromkeys(("short-article", "missing-section", "wrong-language"), ("Article",)),
}


class BadFault(Exception):
    """No such fault."""


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """A rule. Empty `match` and `path` stand for all calls; `count` None for ever."""

    fault: str
    share: Annotated[float, Meta(ge=0, le=1)] = 1.0
    count: int | None = None
    seconds: float | None = None
    match: str = ""
    path: str = ""
    seed: int = 0
    sigma: float = 0.0
    rate: float = 10.0
    share_kept: Annotated[float, Meta(gt=0, lt=1)] = 0.6


class Rule(msgspec.Struct):
    """A fault with its record: calls that matched, calls that it hit."""

    fault: Fault
    seen: int = 0
    hits: int = 0

    def strikes(self, path: str, kind: str, body: bytes) -> bool:
        """Whether this call is hit; counts it."""
        fault = self.fault
        if not applies(fault.fault, kind):
            return False
        if fault.path and not path.endswith(fault.path):
            return False
        if fault.match and fault.match.encode() not in body:
            return False
        if fault.count is not None and self.hits >= fault.count:
            return False
        self.seen += 1
        chance = random.Random(fault.seed * 1_000_003 + self.seen)  # noqa: S311
        if fault.share < 1 and chance.random() >= fault.share:
            return False
        self.hits += 1
        return True


def check(fault: Fault) -> Fault:
    """`fault`, when there is one of that name. Raises BadFault."""
    if fault.fault not in FAULTS:
        raise BadFault(f"no fault {fault.fault!r}; there are: {', '.join(sorted(FAULTS))}")
    return fault


def of_model(model: str) -> list[Fault]:
    """The faults that a model's name asks for. Raises BadFault."""
    return [check(Fault(name)) for name in model.split("+")[1:]]


def applies(name: str, kind: str) -> bool:
    """Whether a fault can show in an answer of this kind."""
    return kind in _ONLY_FOR.get(name, (kind,))


def strikes(rules: list[Rule], model: str, path: str, kind: str, body: bytes) -> dict[str, Fault]:
    """The faults of one call by name."""
    found = {fault.fault: fault for fault in of_model(model)}
    for rule in rules:
        if rule.strikes(path, kind, body):
            found.setdefault(rule.fault.fault, rule.fault)
    return found


def delay_of(fault: Fault, body_number: int) -> float:
    """Seconds of a latency fault for one request; the same request always waits the same time."""
    median = fault.seconds or 0.0
    if not fault.sigma:
        return median
    chance = random.Random(fault.seed * 1_000_003 + body_number)  # noqa: S311
    return median * chance.lognormvariate(0.0, fault.sigma)
