"""The page at /schema works on a machine without internet."""

import re

import httpx2

from api import docs_page

FOREIGN = re.compile(r"(?:https?:)?//[\w.-]+\.\w+")


async def test_the_page_names_no_foreign_host(nobody: httpx2.AsyncClient) -> None:
    page = await nobody.get("/schema")
    assert page.headers["content-type"].startswith("text/html")
    start = await nobody.get("/schema/files/start.js")
    assert FOREIGN.findall(page.text + start.text) == []


async def test_everything_the_page_names_is_served_from_here(nobody: httpx2.AsyncClient) -> None:
    page = (await nobody.get("/schema")).text
    for path in re.findall(r'(?:src|href)="([^"]+)"', page):
        answer = await nobody.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) > 100, path


async def test_the_styles_load_nothing_from_elsewhere(nobody: httpx2.AsyncClient) -> None:
    styles = (await nobody.get("/schema/files/swagger-ui.css")).text
    named = re.findall(r"(?:url\(|@import)\s*[\"']?([^\"')]{1,40})", styles)
    assert [each for each in named if not each.startswith("data:")] == []


async def test_its_policy_allows_no_script_within_the_page(nobody: httpx2.AsyncClient) -> None:
    page = await nobody.get("/schema")
    assert page.headers["content-security-policy"] == docs_page.POLICY
    assert "<script>" not in page.text


async def test_other_files_of_the_package_are_not_served(nobody: httpx2.AsyncClient) -> None:
    for name in ("swagger-editor.js", "..%2fcore.py", "LICENSE"):
        assert (await nobody.get(f"/schema/files/{name}")).status_code == 404, name
