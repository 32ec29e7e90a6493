"""Which endpoint the settings name."""

import subprocess
import sys

import pytest

from pipeline.errors import AIAuthError
from pipeline.provider.endpoint import endpoint_of
from pipeline.settings import Settings


def test_without_an_address_it_is_openai() -> None:
    assert endpoint_of(Settings(openai_api_key="key")).host == "api.openai.com"


def test_a_server_at_home_needs_no_key() -> None:
    found = endpoint_of(Settings(openai_base_url="http://localhost:11434/v1"))
    assert (found.host, found.is_local) == ("localhost:11434", True)


def test_user_and_password_of_an_address_are_not_shown() -> None:
    found = endpoint_of(Settings(openai_base_url="https://me:secret@ai.example/v1"))
    assert found.host == "ai.example"
    assert "secret" not in repr(found)


def test_the_id_tells_addresses_and_keys_apart_and_holds_neither() -> None:
    found = [
        endpoint_of(Settings(openai_base_url=f"https://{host}/v1", openai_api_key=key)).id
        for host in ("one.example", "two.example")
        for key in ("first", "second")
    ]
    assert len(set(found)) == 4
    assert not any(word in "".join(found) for word in ("one", "first"))


@pytest.mark.parametrize("url", ["nonsense", "ftp://ai.example", "https://", "http://a:b/v1"])
def test_an_address_that_is_none_names_the_setting(url: str) -> None:
    with pytest.raises(AIAuthError, match="OPENAI_BASE_URL"):
        endpoint_of(Settings(openai_base_url=url))


def test_a_process_that_asks_nothing_does_not_pay_for_the_sdk() -> None:
    names = "[name for name in ('openai', 'httpx2', 'aiohttp') if name in sys.modules]"
    code = f"import sys, pipeline.provider; print({names})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
