"""Logging of a process: one line an event on standard error, never a secret."""

import logging

from pipeline.settings import settings

QUIET = ("httpx2", "httpx", "openai", "dramatiq", "asyncio", "piccolo", "uvicorn")


def set_up_logs() -> None:
    """Log at the level of the settings; libraries only from warnings on."""
    logging.basicConfig(
        level=settings().log_level,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        datefmt="%H:%M:%S",
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    hush()


def hush() -> None:
    """Keep the pool's traceback at each restart of PostgreSQL out of sight: we say it in words."""
    logging.getLogger("asyncpg").setLevel(logging.ERROR)
