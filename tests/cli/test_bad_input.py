"""What `automate` cannot work with: said before anything is started, nothing half done."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli.automate import automate, read_file
from pipeline.local import environment


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """A runner with a system that must not be started."""

    def started(**_: object) -> None:
        raise AssertionError("the system was started")

    monkeypatch.setattr(environment, "system", started)
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def automate_with(run: CliRunner, data: bytes, *options: str) -> Result:
    Path("keywords.csv").write_bytes(data)
    return run.invoke(automate, ["keywords.csv", "--out", "out", *options])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"keyword,volume\n", "no keywords: nothing follows the header in line 1"),
        (b"name,price\nanna,1\nbert,2\n", "No keyword column: line 1 holds the columns 'name'"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x9c\xff\xfe\x01", "keywords.csv: "),
        (b"keyword\n" + b"".join(b"tea %d\n" % n for n in range(100_001)), "line 100,002"),
        (b"keyword\n" + b"x" * 1_000_000 + b"\n", "no row can be used"),
        (b"keyword\nte\x00a\n", "no row can be used"),
    ],
    ids=["empty", "header only", "no keyword column", "binary", "100,001 rows", "1 MB", "NUL"],
)
def test_a_file_that_cannot_be_used_is_named_with_the_reason(
    run: CliRunner, data: bytes, said: str
) -> None:
    result = automate_with(run, data)
    assert result.exit_code == 2
    assert "keywords.csv" in result.stderr
    assert said in result.stderr


@pytest.mark.parametrize(
    ("cell", "said"),
    [(b"x" * 1_000_000, "line 3: column 1 has 1,000,000 characters"), (b"te\x00a", "NUL byte")],
)
def test_a_bad_cell_is_listed_with_its_line_and_the_rest_goes_on(
    run: CliRunner, cell: bytes, said: str
) -> None:
    result = automate_with(run, b"keyword\ngreen tea\n" + cell + b"\nblack tea\n")
    assert said in result.stderr
    assert isinstance(result.exception, AssertionError)  # it went on to start the system


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--words", "5"], "--words"),
        (["--images", "99"], "--images"),
        (["--ideas", "0"], "--ideas"),
        (["--language", "english"], "--language"),
        (["--concurrency", "0"], "--concurrency"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_a_bad_option_is_named(run: CliRunner, options: list[str], said: str) -> None:
    result = automate_with(run, b"keyword\ngreen tea\n", *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_that_is_not_there_is_named(run: CliRunner) -> None:
    result = run.invoke(automate, ["nowhere.csv", "--out", "out"])
    assert result.exit_code == 2
    assert "nowhere.csv" in result.stderr


def test_a_folder_given_as_the_file_is_refused(run: CliRunner, tmp_path: Path) -> None:
    result = run.invoke(automate, [str(tmp_path), "--out", "out"])
    assert result.exit_code == 2
    assert "directory" in result.stderr.lower()


def test_a_file_in_the_place_of_the_folder_is_named(run: CliRunner) -> None:
    Path("out").write_text("mine")
    result = automate_with(run, b"keyword\ngreen tea\n")
    assert result.exit_code == 2
    assert "there is a file of this name" in result.stderr
    assert Path("out").read_text() == "mine"


def test_a_bad_file_leaves_no_folder_behind(run: CliRunner) -> None:
    automate_with(run, b"")
    assert not Path("out").exists()


def test_the_tool_whose_export_a_file_is_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "queries.csv"
    file.write_text("Top queries,Clicks,Impressions,CTR,Position\nmoka pot,1,2,50%,1\n")
    assert len(read_file(file).rows) == 1
    assert "export of Google Search Console" in capsys.readouterr().err
