"""Logging of a process: one line an event on standard error, never a secret.

LOG_FORMAT chooses `json` (an object a line, for machines) or `text` (for people); by default text
where standard error is a terminal. Both carry what the work at hand is about (`context.py`).
"""

import logging
import os
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import msgspec

from pipeline import context
from pipeline.settings import SECRET, settings

QUIET = ("httpx2", "httpx", "openai", "dramatiq", "asyncio", "piccolo", "uvicorn")

HIDDEN = "(hidden)"
SECRETS = re.compile(
    r"(?i)(?:(?<=bearer )|(?<=basic ))\S{6,}"  # a header
    r"|\bigny8_(?:session=)?[\w-]{8,}"  # a token, and the cookie with its value
    r"|(?:(?<=password=)|(?<=token=)|(?<=secret=)|(?<=api_key=)|(?<=cookie: ))[^\s,;&]+"
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # a user and a password in an address
    r"|\bsk-[\w-]{8,}"
)
"""What looks like a secret, wherever it stands."""
ERROR_ID = re.compile(r"\berror ([0-9a-f]{12})\b")


class Veil:
    """Takes secrets out of texts: those of the settings by value, others by their look."""

    def __init__(self, secrets: list[str]) -> None:
        self.values = sorted((s for s in secrets if len(s) > 5), key=len, reverse=True)

    def over(self, text: str) -> str:
        """`text` without secrets."""
        for value in self.values:
            text = text.replace(value, HIDDEN)
        return SECRETS.sub(HIDDEN, text)


def _veil() -> Veil:
    return Veil([str(getattr(settings(), name)) for name in SECRET])


class JsonLine(logging.Formatter):
    """A record as one JSON object: time, level, logger, message, and what the work is about."""

    def __init__(self, veil: Veil) -> None:
        super().__init__()
        self.veil = veil

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": text,
            **context.known(),
            **getattr(record, "facts", {}),
        }
        if found := ERROR_ID.search(text):
            line["error_id"] = found[1]
        if record.exc_info:
            line["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        line["process"] = record.process
        for name, value in line.items():
            if isinstance(value, str):
                line[name] = self.veil.over(value)
        return msgspec.json.encode(line).decode()


class TextLine(logging.Formatter):
    """A record for people: the time of day, the level, who speaks, and what about."""

    def __init__(self, veil: Veil) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S")
        self.veil = veil

    def format(self, record: logging.LogRecord) -> str:
        return self.veil.over(super().format(record))


def set_up_logs() -> None:
    """Log at the level of the settings; libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((JsonLine if _wants_json() else TextLine)(_veil()))
    logging.basicConfig(level=settings().log_level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    hush()


def _wants_json() -> bool:
    if settings().log_format == "auto":
        return not os.isatty(2)
    return settings().log_format == "json"


def hush() -> None:
    """Keep the pool's traceback at each restart of PostgreSQL out of sight: we say it in words."""
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
