"""What commands get: from the environment, `.env`, a running system, or temporary servers."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.local import environment, usage
from pipeline.local.environment import load, read_env_file, running, system
from pipeline.local.owner import demo_environment, procfile
from pipeline.local.processes import LocalError
from pipeline.settings import BadSetting, settings
from tests.local.conftest import processes_of, quiet
from tests.local.test_servers import ask, until

USES_IT = (
    "import sys, time; from pipeline.local.environment import system\n"
    "with system(): open(sys.argv[1], 'w').close(); time.sleep(600)"
)


@pytest.fixture
def data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory named by the environment, which names nothing else."""
    for name, value in quiet(folder / "var").items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield folder / "var"
    settings.cache_clear()


def test_an_env_file_is_read_with_comments_quotes_and_export() -> None:
    text = "# no\nA=1\n\nexport B = two words # no\nC='# kept' # no\nD=\"e=f\"\nE=\nno line\n"
    assert read_env_file(text) == {"A": "1", "B": "two words", "C": "# kept", "D": "e=f", "E": ""}


def test_the_environment_has_precedence_over_the_file(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("TEXT_MODEL=of-the-file\nIMAGE_MODEL=of-the-file\n")
    monkeypatch.setattr(environment, "home", lambda: folder)
    monkeypatch.setenv("TEXT_MODEL", "of-the-environment")
    monkeypatch.setenv("IMAGE_MODEL", "")
    assert load() == data
    assert (settings().text_model, settings().image_model) == ("of-the-environment", "of-the-file")


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("PORT", "many", "Expected `int`"),
        ("OPENAI_BASE_URL", "nonsense", "an address is needed"),
        ("LOG_LEVEL", "LOUD", "is needed"),
    ],
)
def test_a_bad_setting_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, rule: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=f"{name}='{value}' cannot be used: .*{rule}"), system():
        pass


def test_a_data_directory_that_cannot_be_made_is_named(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", "/proc/nowhere")
    with pytest.raises(LocalError, match="/proc/nowhere cannot be made"), system():
        pass


def test_with_both_urls_set_nothing_is_started(
    folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    with system():
        assert processes_of(folder) == []
        assert os.environ["DATABASE_URL"] == "postgresql://elsewhere/db"


def test_a_command_alone_gets_servers_that_end_with_it(folder: Path, data: Path) -> None:
    with system():
        assert os.environ["DATABASE_URL"].startswith("postgresql://postgres@/igny8?host=")
        assert os.environ["REDIS_URL"].startswith("unix://")
    assert os.environ["DATABASE_URL"] == ""
    assert processes_of(folder) == []


def test_a_second_command_finds_the_servers_of_the_first(folder: Path, data: Path) -> None:
    with system():
        owner = json.loads((data / "servers.json").read_text())["owner"]
        before = {process.pid for process in processes_of(folder)}
        with system():
            assert json.loads((data / "servers.json").read_text())["owner"] == owner
            assert {process.pid for process in processes_of(folder)} == before
        assert usage.owned(data)


def test_the_servers_end_when_their_only_user_is_killed(folder: Path, data: Path) -> None:
    user = subprocess.Popen([sys.executable, "-c", USES_IT, str(folder / "ready")])
    until((folder / "ready").exists)
    assert usage.owned(data)
    user.kill()
    user.wait()
    until(lambda: processes_of(folder) == [])


def test_servers_outlive_the_command_that_started_them_while_others_use_them(
    folder: Path, data: Path
) -> None:
    first = subprocess.Popen([sys.executable, "-c", USES_IT, str(folder / "ready")])
    until((folder / "ready").exists)
    with system():
        first.send_signal(signal.SIGINT)
        first.wait()
        assert running(data) is not None
    until(lambda: processes_of(folder) == [])


def test_the_file_of_a_killed_owner_misleads_nobody(folder: Path, data: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", USES_IT, str(folder / "ready")])
    until((folder / "ready").exists)
    published = (data / "servers.json").read_text()
    os.kill(json.loads(published)["owner"], signal.SIGKILL)
    owner.kill()
    owner.wait()
    until(lambda: not usage.owned(data))
    assert (data / "servers.json").read_text() == published
    with system():
        assert ask(os.environ["DATABASE_URL"], "select 1") == 1


def test_what_keeps_servers_from_starting_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_SERVER_BIN", "/no/such/redis")
    with pytest.raises(LocalError, match="REDIS_SERVER_BIN=/no/such/redis"), system():
        pass


def test_a_database_that_does_not_answer_is_told(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(LocalError, match="The database cannot be prepared"), system():
        pass


def test_the_published_urls_hold_no_secret_of_the_environment(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    settings.cache_clear()
    with system():
        published = json.loads((data / "servers.json").read_text())["environment"]
    assert sorted(published) == ["DATABASE_URL", "REDIS_URL"]


def test_without_a_key_the_demo_is_the_ai_service(data: Path) -> None:
    with system():
        expected = demo_environment(0)
        assert {name: os.environ[name] for name in expected if name != "OPENAI_BASE_URL"} == {
            name: value for name, value in expected.items() if name != "OPENAI_BASE_URL"
        }
        assert settings().provider_is_demo


def test_a_procfile_names_commands_of_this_python() -> None:
    commands = procfile(environment.home() / "Procfile")
    assert list(commands) == ["web", "worker", "images", "keeper"]
    assert commands["images"] == [sys.executable, "-m", "pipeline.worker", "images"]
