"""Brings the database's tables up to date: `python -m db.migrate`.

Any number may start at once: an advisory lock lets one work and the others find nothing to do.
All that is missing is applied in one transaction, so a kill in the middle leaves what was before.
`python -m db.migrate new NAME` writes a migration for what changed in `tables/`;
`python -m db.migrate rewrite` writes the first one anew, while nothing has been released.
"""

import asyncio
import contextlib
import io
import re
import sys
from pathlib import Path

import asyncpg
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.apps.migrations.commands.new import AutoMigrationManager, _create_new_migration
from piccolo.conf.apps import Finder

from db.engine import Engine
from piccolo_conf import DB

LOCK = 7_265_646
"""Number of the advisory lock, the same for everyone who migrates."""

FOLDER = Path(__file__).parent / "migrations"
TABLES = "db_0001_tables.py"
"""The first migration: Piccolo writes it from `tables/`. The second is written by hand."""


class MigrationFailed(Exception):
    """A migration did not go through; what was applied with it was rolled back."""


async def missing() -> list[str]:
    """Ids of the migrations that the database does not have yet, oldest first."""
    connection = await Engine().get_new_connection()
    try:
        rows = await connection.fetch("select name from migration where app_name = 'db'")
    except asyncpg.UndefinedTableError:
        rows = []
    finally:
        await connection.close()
    known = {row["name"] for row in rows}
    return [name for name in _ids() if name not in known]


async def migrate() -> list[str]:
    """Apply what is missing; returns the ids applied here. Raises MigrationFailed, OSError."""
    if not await missing():
        return []
    guard = await Engine().get_new_connection()
    try:
        await guard.execute("select pg_advisory_lock($1)", LOCK, timeout=600)
        wanted = await missing()
        if wanted:
            await _apply()
        return wanted
    finally:
        await guard.close()


async def _apply() -> None:
    told = io.StringIO()
    try:
        async with DB.transaction():
            with contextlib.redirect_stdout(told):
                result = await run_forwards("db")
            if not result.success:
                raise MigrationFailed(result.message)
    except asyncpg.PostgresError as error:
        raise MigrationFailed(f"{error}\n{told.getvalue()}") from error


async def drift() -> list[str]:
    """What `tables/` has and the migrations lack, as Piccolo's statements; [] if they agree."""
    manager = AutoMigrationManager(auto_input="y")
    with contextlib.redirect_stdout(io.StringIO()):
        changes = await manager.get_alter_statements(app_config=Finder().get_app_config("db"))
    return [statement for change in changes for statement in change.statements]


async def new(name: str) -> Path:
    """Write a migration, numbered and named, for what changed in `tables/`. Returns its file."""
    if not re.fullmatch(r"[a-z0-9_]+", name):
        raise MigrationFailed(f"{name!r} is no name for a migration: use a-z, 0-9 and _")
    number = max((int(taken[:4]) for taken in _ids()), default=0) + 1
    return await _write(f"{number:04}_{name}")


async def rewrite() -> Path:
    """Write the first migration anew from `tables/`. Databases made before must be made anew."""
    later = [name for name in _ids() if int(name[:4]) > 2]
    if later:
        raise MigrationFailed(f"these would no longer apply, fold them in first: {later}")
    (FOLDER / TABLES).unlink(missing_ok=True)
    return await _write(TABLES.removeprefix("db_").removesuffix(".py"))


async def _write(name: str) -> Path:
    """Have Piccolo write the file, then give it a number instead of a time."""
    if not await drift():
        raise MigrationFailed("db/tables and the migrations agree: there is nothing to write")
    config = Finder().get_app_config("db")
    with contextlib.redirect_stdout(io.StringIO()):
        made = await _create_new_migration(config, auto=True, description=name, auto_input="y")
    return _rename(Path(made.migration_path), made.migration_id, name)


def _rename(made: Path, made_id: str, name: str) -> Path:
    file = FOLDER / f"db_{name}.py"
    file.write_text(made.read_text().replace(made_id, name))
    made.unlink()
    return file


def _ids() -> list[str]:
    """The ids of all migration files."""
    found = []
    for file in FOLDER.glob("db_*.py"):
        match = re.search(r'^ID = "([^"]+)"', file.read_text(), re.MULTILINE)
        if match:
            found.append(match[1])
    return sorted(found)


def main(arguments: list[str]) -> str:
    """Do what the command line asks for; returns what to print."""
    match arguments:
        case []:
            applied = asyncio.run(migrate())
            return f"{len(applied)} migration(s) applied"
        case ["new", name]:
            return f"wrote {asyncio.run(new(name))}"
        case ["rewrite"]:
            return f"wrote {asyncio.run(rewrite())}"
    return "usage: python -m db.migrate [new NAME | rewrite]"


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{main(sys.argv[1:])}\n")
    except MigrationFailed as error:
        sys.exit(str(error))
