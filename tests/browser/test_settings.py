"""The settings page: the AI service and its test, API tokens, users, and one's own password."""

from uuid import UUID

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewContext, open_page


@pytest.fixture
async def page(page: Page) -> Page:
    """The settings of an administrator."""
    await page.get_by_role("link", name="Settings", exact=True).click()
    await expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    return page


async def test_the_service_is_shown_and_tested(page: Page) -> None:
    service = page.get_by_role("region", name="AI service")
    await expect(service.get_by_role("row", name="Endpoint")).to_contain_text("/v1")
    await expect(service.get_by_role("row", name="Cluster keywords")).to_be_visible()
    await service.get_by_role("button", name="Test the AI service").click()
    findings = service.get_by_role("list", name="Findings")
    await expect(findings.get_by_role("listitem").first).to_contain_text("Works", timeout=60_000)


async def test_a_token_is_shown_once_and_lets_a_script_in_until_it_is_revoked(
    page: Page, site: str
) -> None:
    await page.get_by_label("What it is for").fill("nightly")
    await page.get_by_role("button", name="Make a token").click()
    shown = page.get_by_role("status").filter(has_text="Token nightly")
    token = await shown.locator("code").inner_text()
    assert await _status(site, token) == 200
    await shown.get_by_role("button", name="I have kept it").click()
    await expect(page.get_by_text(token)).to_have_count(0)
    await page.get_by_role("button", name="Revoke nightly").click()
    await page.get_by_role("button", name="Revoke the token").click()
    await expect(page.get_by_text("There are no API tokens.")).to_be_visible()
    assert await _status(site, token) == 401


async def _status(site: str, token: str) -> int:
    async with httpx2.AsyncClient(trust_env=False) as http:
        headers = {"Authorization": f"Bearer {token}"}
        return (await http.get(f"{site}/api/v1/session", headers=headers)).status_code


async def test_a_new_user_signs_in_by_the_link(page: Page, new_context: NewContext) -> None:
    await page.get_by_label("E-mail address").fill("reader@example.com")
    await page.get_by_role("button", name="Add the user").click()
    shown = page.get_by_role("status").filter(has_text="Sign-in link for reader@example.com")
    link = await shown.locator("code").inner_text()
    other = await open_page(await new_context(), link)
    await other.get_by_role("link", name="Settings", exact=True).click()
    await expect(other.get_by_text("reader@example.com, member of Test")).to_be_visible()
    await expect(other.get_by_role("region", name="Users", exact=True)).to_have_count(0)


async def test_the_last_administrator_stays_one(page: Page) -> None:
    role = page.get_by_label("Role of writer@example.com")
    await role.select_option("member")
    await expect(page.get_by_role("alert")).to_contain_text(
        "writer@example.com is the only administrator of this account."
    )
    await expect(role).to_have_value("admin")


async def test_a_user_is_deleted_after_a_question(page: Page) -> None:
    await page.get_by_label("E-mail address").fill("reader@example.com")
    await page.get_by_role("button", name="Add the user").click()
    await page.get_by_role("button", name="Delete reader@example.com").click()
    await page.get_by_role("button", name="Delete the user").click()
    await expect(page.get_by_label("Role of reader@example.com")).to_have_count(0)


async def test_a_password_is_set_and_lets_one_in(page: Page, account: UUID) -> None:
    await page.get_by_label("New password").fill("a long green sentence")
    await page.get_by_role("button", name="Set a password").click()
    await expect(page.get_by_text("Your password is changed.")).to_be_visible()
    await page.get_by_role("region", name="You").get_by_role("button", name="Sign out").click()
    await page.get_by_label("E-mail").fill("writer@example.com")
    await page.locator("input[name=password]").fill("a long green sentence")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
