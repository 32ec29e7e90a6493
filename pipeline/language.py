"""Which language a text is written in, told offline by py3langid.

The model takes most of a second to load, once per process, so it is loaded in a thread when it is
first needed; a verdict on a sample then takes a tenth of a millisecond.
"""

import asyncio
import threading

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LEAST = 100
"""Characters below which no verdict is given."""

GLANCE, SAMPLE = 100, 200
"""Characters that are looked at: what seems right at a glance is right, doubt looks further."""

SURE = 0.9

_lock = threading.Lock()
_model: LanguageIdentifier | None = None


def loaded() -> LanguageIdentifier:
    """The model, loaded by whoever comes first."""
    global _model
    with _lock:
        if _model is None:
            _model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        return _model


async def load() -> None:
    """Load the model if this process has not done so yet, without stopping the event loop."""
    if _model is None:
        await asyncio.to_thread(loaded)


def other_language(text: str, wanted: str) -> str | None:
    """Code of the language `text` is in when that surely is not `wanted`, else None.

    Short texts and languages that the model does not know get no verdict.
    """
    if len(text) < LEAST:
        return None
    model = loaded()
    if wanted not in model.nb_classes:
        return None
    if model.classify(text[:GLANCE])[0] == wanted:
        return None
    found, certainty = model.classify(text[:SAMPLE])
    return str(found) if found != wanted and certainty >= SURE else None
