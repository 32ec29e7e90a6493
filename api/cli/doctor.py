"""`igny8 doctor`: what is configured, what answers, what is wrong and what to do about it."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from db import migrate
from piccolo_conf import DB
from pipeline import connections, media, provider
from pipeline.heartbeat import alive
from pipeline.local.environment import home, is_demo, load, running, system
from pipeline.provider import Finding
from pipeline.settings import settings

LITTLE_SPACE = 2 * 1024**3
"""Bytes free below which runs with many images are at risk."""

PATIENCE = 5.0
"""Seconds for each of our own servers to answer."""

MARKS = {True: ("ok", "green"), None: ("note", "yellow"), False: ("WRONG", "bold red")}


@click.command()
def doctor() -> None:
    """Tell what is configured, what answers, and what is wrong.

    Exit code 1 if something is wrong. The AI service is asked a few tiny questions.
    """
    data = load()
    demo, is_up = is_demo(), running(data) is not None
    own = not (settings().database_url and settings().redis_url)
    findings = [_configuration(), _provider_choice(demo)]
    with system():
        findings += [_space(data), _system(data, is_up, own)]
        findings += asyncio.run(_look(is_up or not own, ask=is_up or not demo))
    _print(findings)
    if any(finding.ok is False for finding in findings):
        sys.exit(1)


def _configuration() -> Finding:
    file = home() / ".env"
    if file.exists():
        return Finding("settings", True, f"read from {file} and the environment")
    return Finding("settings", True, f"from the environment and defaults; there is no {file}")


def _provider_choice(demo: bool) -> Finding:
    if demo:
        detail = "the built-in demo; what it writes is marked as demo content"
        return Finding("AI service", None, detail, "Set OPENAI_API_KEY in .env for a real one.")
    base = settings().openai_base_url or "OpenAI"
    return Finding("AI service", True, f"{base}, text by {settings().text_model}")


def _space(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    detail = f"{free / 1024**3:.1f} GB free for {data}"
    if free < LITTLE_SPACE:
        return Finding("disk", False, detail, "Free some space, or set DATA_DIR elsewhere.")
    return Finding("disk", True, detail)


def _system(data: Path, is_up: bool, own: bool) -> Finding:
    if is_up:
        return Finding("igny8 up", True, f"runs on {data}")
    if own:
        detail = "does not run; servers were started for this command only"
        return Finding("igny8 up", None, detail, "Start it with `make run`.")
    return Finding("igny8 up", None, "does not run here; DATABASE_URL and REDIS_URL are set")


async def _look(workers_expected: bool, ask: bool) -> list[Finding]:
    """All that needs the databases."""
    database = await _tried("PostgreSQL", _postgresql, "Check DATABASE_URL.")
    memory = await _tried("Redis", _redis, "Check REDIS_URL.")
    findings = [database, memory]
    if database.ok and memory.ok:
        findings.append(await _tried("tables", _tables, "Run `python -m db.migrate`."))
        findings += await _workers(workers_expected)
        findings.append(await _tried("images' folder", _media, "Check MEDIA_URL and DATA_DIR."))
        if ask:
            findings += await provider.probe()
            await provider.close_client()
    await connections.close_all()
    return findings


async def _tried(name: str, look: Callable[[], Awaitable[Finding]], advice: str) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        said = str(error) or f"no answer within {PATIENCE:g} s"
        return Finding(name, False, f"{type(error).__name__}: {said}", advice)


async def _postgresql() -> Finding:
    await connections.open_all(patience=0)
    async with DB.connection() as connection:
        version = await connection.fetchval("show server_version")
    return Finding("PostgreSQL", True, f"{version} answers")


async def _redis() -> Finding:
    client = connections.new_redis(retries=0)
    try:
        about = await client.info()
    finally:
        await client.aclose()
    detail = f"{about['redis_version']} answers, {about['used_memory_human']} used"
    policy = about.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        advice = "Set maxmemory-policy to noeviction: nothing starts while Redis may drop keys."
        return Finding("Redis", False, f"{detail}, maxmemory-policy {policy}", advice)
    return Finding("Redis", True, detail)


async def _tables() -> Finding:
    if lacking := await migrate.missing():
        detail = f"not up to date, lacking {', '.join(lacking)}"
        return Finding("tables", False, detail, "Run `python -m db.migrate`.")
    return Finding("tables", True, "up to date")


async def _workers(expected: bool) -> list[Finding]:
    """One finding for each kind of worker that should have been heard lately."""
    heard = await alive()
    findings = []
    for kind in ("text", "images"):
        name = "text workers" if kind == "text" else "image workers"
        if found := heard[kind]:
            findings.append(Finding(name, True, f"{found} heard within the last seconds"))
        else:
            advice = f"Start one: `make run`, or `python -m pipeline.worker {kind}`."
            findings.append(Finding(name, False if expected else None, "none heard", advice))
    return findings


async def _media() -> Finding:
    where = settings().media_url or str(Path(os.environ["DATA_DIR"]) / "media")
    await asyncio.to_thread(media.write, "doctor", b"can this be written?")
    await asyncio.to_thread(media.delete, "doctor")
    return Finding("images' folder", True, f"{where} can be written")


def _print(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark, style = MARKS[finding.ok]
        console.print(
            Text(f"{mark:<6}", style=style) + Text(f"{finding.name:<16} {finding.detail}")
        )
        if finding.advice and finding.ok is not True:
            console.print(Text(f"{'':<23}{finding.advice}", style="dim"))
    wrong = sum(finding.ok is False for finding in findings)
    console.print(f"\n{wrong} thing(s) wrong." if wrong else "\nNothing is wrong.")
