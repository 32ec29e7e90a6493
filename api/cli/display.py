"""A run as it is watched: bars on a terminal, plain lines where output goes elsewhere.

Both are fed the payload of `pipeline.progress` and add no counting of their own.
"""

import sys
from types import TracebackType
from typing import Protocol, TextIO

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from db.status import RunStatus
from pipeline.progress import Progress, StageProgress


class Display(Protocol):
    """Shows a run until it is left."""

    def __enter__(self) -> "Display": ...

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def show(self, now: Progress) -> None:
        """What the run looks like now."""

    def say(self, text: str) -> None:
        """A remark that stays."""


def new_display(stream: TextIO | None = None) -> Display:
    """Bars if the stream (default: stdout) is a terminal, else lines."""
    stream = stream or sys.stdout
    return Bars(stream) if stream.isatty() else Lines(stream)


def duration(seconds: float) -> str:
    """`45 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def time_left(now: Progress) -> str:
    """The time left in words; empty while it is not known, or under a second."""
    seconds = now.estimated_seconds_remaining
    if seconds is None or round(seconds) < 1 or now.status != RunStatus.RUNNING:
        return ""
    return f"about {duration(seconds)} left"


def stage_counts(stage: StageProgress) -> str:
    """`12 of 40 done, 4 at work, 1 failed`; empty for a stage nothing has entered yet."""
    if not stage.total:
        return "nothing to do" if stage.status == "closed" else ""
    parts = [f"{stage.completed:,} of {stage.total:,} done"]
    for count, what in (
        (stage.processing, "at work"),
        (stage.failed, "failed"),
        (stage.cancelled, "cancelled"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    return ", ".join(parts)


class Bars:
    """The run on a terminal: overall bar, a line a stage, what is being done now."""

    def __init__(self, stream: TextIO) -> None:
        self._live = Live(console=Console(file=stream), refresh_per_second=8)

    def __enter__(self) -> "Bars":
        self._live.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, now: Progress) -> None:
        self._live.update(_picture(now))

    def say(self, text: str) -> None:
        self._live.console.print(Text(text))


def _picture(now: Progress) -> RenderableType:
    overall = Table.grid(padding=(0, 1))
    overall.add_row(
        "All",
        ProgressBar(total=100, completed=now.percentage, width=40),
        f"{now.percentage:5.1f} %",
        time_left(now),
    )
    stages = Table.grid(padding=(0, 1))
    for stage in now.stages:
        ended = stage.completed + stage.failed + stage.cancelled
        bar = ProgressBar(total=max(stage.total, 1), completed=ended, width=20)
        stages.add_row(
            str(stage.stage),
            Text(stage.name, style="bold" if stage.status == "open" else ""),
            bar,
            Text(stage_counts(stage), style="red" if stage.failed else ""),
        )
    lines: list[RenderableType] = [overall, stages, Text(_headline(now))]
    return Group(*lines)


def _headline(now: Progress) -> str:
    parts = [now.message]
    if now.current_item and now.current_item not in now.message:
        parts.append(now.current_item)
    return " · ".join(part for part in parts if part)


class Lines:
    """The run as lines of text: one when the stage, the message or a whole percent has changed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown: tuple[object, ...] = ()

    def __enter__(self) -> "Lines":
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.flush()

    def show(self, now: Progress) -> None:
        stage = next((each for each in now.stages if each.stage == now.stage), None)
        shown = (now.status, now.stage, int(now.percentage))
        if shown == self._shown:
            return
        self._shown = shown
        parts = [f"{now.percentage:5.1f} %"]
        if stage is not None:
            parts.append(f"{stage.name}: {stage_counts(stage)}".rstrip(": "))
        parts += [_headline(now), time_left(now)]
        self.say("  ".join(part for part in parts if part))

    def say(self, text: str) -> None:
        click.echo(text, file=self._stream)
        self._stream.flush()
