"""The supervisor: passes on output, starts again what died, stops all it started."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.local.supervisor import LONGEST, SHORTEST, Supervisor
from tests.local.conftest import processes_of
from tests.local.test_servers import until

WAITS = "import os, time; os.write(1, b'up\\n'); time.sleep(600)"  # a line in one write
IGNORES = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITS


class Watched:
    """A supervisor whose words are kept."""

    def __init__(self, folder: Path, grace: float) -> None:
        self.said: list[tuple[str, str]] = []
        environment = {**os.environ, "DATA_DIR": str(folder)}
        self.supervisor = Supervisor(environment, lambda *words: self.said.append(words), grace)

    def add(self, name: str, script: str) -> None:
        self.supervisor.add(name, [sys.executable, "-c", script])

    def until_said(self, name: str, words: str, times: int = 1) -> None:
        """Turn until `name` has said a line with `words` so often."""

        def heard() -> bool:
            self.supervisor.turn(0.05)
            return sum(who == name and words in line for who, line in self.said) >= times

        until(heard)


@pytest.fixture
def watched(folder: Path) -> Iterator[Watched]:
    one = Watched(folder, grace=10)
    yield one
    one.supervisor.stop()


def test_output_is_passed_on_line_by_line(watched: Watched) -> None:
    watched.add("talker", "print('one'); print('two', flush=True); import time; time.sleep(600)")
    watched.until_said("talker", "two")
    assert watched.said == [("talker", "one"), ("talker", "two")]


def test_the_last_words_of_one_that_dies_are_passed_on(watched: Watched) -> None:
    watched.add("dying", "import sys; sys.stderr.write('no newline'); sys.exit(3)")
    watched.until_said("igny8", "dying ended with code 3; starting it again in 0.5 s")
    assert watched.said[0] == ("dying", "no newline")


def test_one_that_is_killed_is_started_again(watched: Watched) -> None:
    watched.add("worker", WAITS)
    watched.until_said("worker", "up")
    killed = watched.supervisor.pid("worker")
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    watched.until_said("igny8", "worker was ended by SIGKILL")
    watched.until_said("worker", "up", times=2)
    assert watched.supervisor.pid("worker") not in (None, killed)


def test_the_others_run_on_when_one_dies(watched: Watched) -> None:
    watched.add("steady", WAITS)
    watched.add("dying", "pass")
    watched.until_said("igny8", "dying ended with code 0")
    assert watched.supervisor.pid("steady") is not None


def test_the_delay_doubles_up_to_a_limit(watched: Watched) -> None:
    watched.add("dying", "pass")
    one = watched.supervisor._all["dying"]
    watched.until_said("igny8", "dying ended")
    assert one.delay == 2 * SHORTEST
    one.delay, one.due = LONGEST, 0.0
    watched.until_said("igny8", "starting it again in 10 s")
    assert one.delay == LONGEST


def test_a_program_that_is_not_there_is_named(watched: Watched) -> None:
    watched.supervisor.add("missing", ["/no/such/program"])
    assert "missing cannot be started" in watched.said[0][1]


def test_stopping_leaves_nothing(folder: Path, watched: Watched) -> None:
    for name in ("one", "two"):
        watched.add(name, WAITS)
        watched.until_said(name, "up")
    watched.supervisor.stop()
    assert processes_of(folder) == []


def test_one_that_will_not_stop_is_killed_with_what_it_started(folder: Path) -> None:
    stubborn = Watched(folder, grace=0.2)
    stubborn.add("stubborn", f"import os; os.fork(); {IGNORES}")
    stubborn.until_said("stubborn", "up", times=2)
    stubborn.supervisor.stop()
    assert "stubborn did not stop in time" in stubborn.said[-1][1]
    until(lambda: processes_of(folder) == [])


def test_a_second_request_to_stop_is_obeyed_at_once(folder: Path, watched: Watched) -> None:
    watched.add("stubborn", IGNORES)
    watched.until_said("stubborn", "up")
    watched.supervisor.stop(hurry=lambda: True)
    until(lambda: processes_of(folder) == [])
