"""`python -m api.serve`: the API on uvicorn with uvloop, on HOST and PORT.

SIGTERM and Ctrl-C stop it gracefully: no new connections, running requests end (at most
GRACE seconds), then PostgreSQL and Redis are closed.
"""

import logging

import uvicorn

from api.app import create_app
from pipeline.logs import set_up_logs
from pipeline.settings import settings

log = logging.getLogger("api.serve")

GRACE = 10
"""Seconds running requests get at a stop."""


def main() -> None:
    """Serve until a stop signal comes."""
    chosen = settings()
    set_up_logs()
    log.info("serving at http://%s:%d", chosen.host, chosen.port)
    uvicorn.run(
        create_app(),
        host=chosen.host,
        port=chosen.port,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=GRACE,
        access_log=False,
        server_header=False,
        log_config=None,
    )


if __name__ == "__main__":
    main()
