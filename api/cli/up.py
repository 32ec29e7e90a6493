"""`igny8 up`: the whole system on this machine, in the foreground, until Ctrl-C."""

import asyncio
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from api import people
from db.engine import Engine
from pipeline.local.environment import home, is_demo, listens, load
from pipeline.local.first_account import TOKEN_FILE
from pipeline.local.owner import Owner
from pipeline.local.processes import LocalError
from pipeline.settings import settings

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan")


@click.command()
def up() -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    PostgreSQL and Redis are started unless DATABASE_URL and REDIS_URL name others; a demo AI
    service unless OPENAI_API_KEY or OPENAI_BASE_URL is set. What dies is started again.
    """
    data = load()
    console = Console(highlight=False, soft_wrap=True)
    if listens(settings().host, settings().port):
        raise LocalError(
            f"port {settings().port} of {settings().host} is taken. "
            "If that is igny8, it already runs; else choose another port: PORT=8001 make run."
        )
    demo = is_demo()
    printer = Printer(console)
    console.print("Starting igny8 ...")
    owner = Owner(
        data, printer.say, temporary=False, ready=lambda: welcome(console, data, demo=demo)
    )
    owner.run()
    console.print("igny8 has stopped.")


class Printer:
    """Prints lines with the name of the process before them, in its colour on a terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._colours: dict[str, str] = {"igny8": "bold"}

    def say(self, name: str, line: str) -> None:
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        self.console.print(Text(f"{name:<7} | ", style=colour) + Text.from_ansi(line))


def welcome(console: Console, data: Path, *, demo: bool) -> None:
    """What to do next."""
    address = f"http://{settings().host}:{settings().port}"
    lines = [
        "",
        f"igny8 is running at {address}",
    ]
    if path := asyncio.run(sign_in_link()):
        lines += [
            f"  Sign in           {address}{path}",
            f"                    (once, within an hour; `{_command()} user link EMAIL` for more)",
        ]
    lines.append(f"  API description   {address}/schema")
    if (data / TOKEN_FILE).exists():
        token = f"in {data / TOKEN_FILE} (send it as: Authorization: Bearer ...)"
        lines.append(f"  API token         {token}")
    if demo:
        lines += [
            "  AI service        the built-in demo: what it writes is marked as demo content.",
            "                    Set OPENAI_API_KEY in .env to use a real one.",
        ]
    lines += [
        f"  Next              {_command()} automate examples/keywords.csv --out out",
        "                    (in a second terminal)",
        "  Stop              Ctrl-C",
        "",
    ]
    for line in lines:
        console.print(line, markup=False)


async def sign_in_link() -> str | None:
    """The path that signs the first administrator in, once; None if there is none."""
    connection = await Engine().get_new_connection()
    try:
        user = await connection.fetchval(
            "select id from app_user where role = 'admin' order by created_at, id limit 1"
        )
        return user and (await people.add_link(connection, user, people.HOUR))[0]
    finally:
        await connection.close()


def _command() -> str:
    """How to call `igny8` from the project's folder."""
    script = Path(sys.executable).with_name("igny8")
    if not script.exists():
        return "python -m api.cli"
    return str(script.relative_to(home()) if script.is_relative_to(home()) else script)
