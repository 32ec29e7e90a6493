"""`python -m pipeline.demo`: the demo server as a process. Ends with its parent, or on SIGTERM."""

import ctypes
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import click
import uvicorn

from pipeline.demo.app import create_app

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask the kernel for a SIGTERM when the parent ends (Linux; elsewhere nothing happens)."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((host, port))
    found.listen(2048)
    return found


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True, help="0 takes a free one.")
@click.option("--port-file", type=click.Path(path_type=Path), help="Gets the port.")
def main(host: str, port: int, port_file: Path | None) -> None:
    """Answer like an AI service, with demo content."""
    end_with_parent()
    # uvicorn stops on SIGTERM, then sends it again to whoever handled it before.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    logging.basicConfig(level=logging.WARNING)
    try:
        found = listen(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen at {host}:{port}: {error.strerror}") from None
    number = found.getsockname()[1]
    if port_file is not None:
        fresh = port_file.with_name(port_file.name + ".new")
        fresh.write_text(str(number))
        fresh.replace(port_file)  # whoever waits for the file never reads half of it
    click.echo(f"Demo AI service at http://{host}:{number}/v1 (key: demo)")
    config = uvicorn.Config(
        create_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1
    )
    uvicorn.Server(config).run(sockets=[found])


if __name__ == "__main__":
    main()
