"""What a run over many seeds says of them: which are proved clean, however it ends."""

from collections.abc import Iterator

import pytest

from tests.simulation.__main__ import follow
from tests.simulation.chunk import Chunk

SEEDS = range(1000, 1750)


def told(results: Iterator[Chunk], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = follow(SEEDS, 2, results)
    return code, capsys.readouterr().out.splitlines()


def test_a_run_to_the_end_names_all_its_seeds(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = told(iter([(250, 90_000, [])] * 3), capsys)
    assert code == 0
    (line,) = lines
    assert line.startswith("seeds 1000 to 1749: 750 histories of 270,000 steps, nothing lost")


def test_an_interrupted_run_names_the_seeds_it_finished(capsys: pytest.CaptureFixture[str]) -> None:
    def some() -> Iterator[Chunk]:
        yield 250, 90_000, []
        raise KeyboardInterrupt

    code, lines = told(some(), capsys)
    assert code == 130
    assert lines[0].startswith("seeds 1000 to 1249: 250 histories of 90,000 steps, nothing lost")
    assert lines[1] == "go on with --seed 1250"


def test_a_run_interrupted_at_once_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    def some() -> Iterator[Chunk]:
        raise KeyboardInterrupt
        yield

    code, lines = told(some(), capsys)
    assert code == 130
    assert lines[0].startswith("no history was finished")


def test_a_broken_seed_is_not_among_the_clean_ones(capsys: pytest.CaptureFixture[str]) -> None:
    broken: list[Chunk] = [(250, 90_000, []), (250, 90_000, [(1300, "Broken: lost")])]
    code, lines = told(iter(broken), capsys)
    assert code == 1
    assert lines[0] == "seed 1300: Broken: lost"
    assert lines[2].startswith("seeds 1000 to 1249: 250 histories")
