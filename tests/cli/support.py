"""`igny8` as people run it: a process of its own on the tests' servers."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec

COMMAND = (sys.executable, "-m", "api.cli")
LIMIT = 120.0
"""Seconds any command of a test may take."""


class Answer(msgspec.Struct, frozen=True):
    """What a command said and its exit code."""

    code: int
    out: str
    err: str


class Igny8(msgspec.Struct, frozen=True):
    """Runs commands with a data directory of their own; `folder` is theirs too."""

    folder: Path
    environment: dict[str, str]

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        """The command as a running process."""
        return self._open(words, environment, subprocess.DEVNULL)

    def fed(self, text: str, *words: str) -> Answer:
        """Run the command to its end with `text` as its standard input."""
        with self._open(words, {}, subprocess.PIPE) as process:
            out, err = process.communicate(text, timeout=LIMIT)
        return Answer(process.returncode, out, err)

    def _open(
        self, words: tuple[str, ...], environment: dict[str, str], stdin: int
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, *words],
            env={**os.environ, **self.environment, **environment},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    async def __call__(self, *words: str, **environment: str) -> Answer:
        """Run the command to its end."""
        process = self.start(*words, **environment)
        try:
            out, err = await asyncio.to_thread(process.communicate, timeout=LIMIT)
        finally:
            process.kill()
        return Answer(process.returncode, out, err)

    def file(self, name: str, data: bytes) -> str:
        """A file in the folder; its path."""
        path = self.folder / name
        path.write_bytes(data)
        return str(path)
