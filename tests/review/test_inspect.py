"""Every check by mutation: good articles pass, and one damaged copy for each check is caught."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from db.status import ImageKind
from pipeline.review import Article, Check, inspect, make_report
from tests.review.samples import STORE, good_articles, png, store

GOOD = good_articles()
COFFEE = GOOD[0]


def checks_of(article: Article, files: dict[str, bytes] | None = None) -> list[Check]:
    return inspect(article, store(STORE if files is None else files))


def edited(**changes: Any) -> Article:
    return msgspec.structs.replace(COFFEE, **changes)


def body(old: str, new: str) -> Article:
    assert old in COFFEE.body
    return edited(body=COFFEE.body.replace(old, new))


def picture(number: int, **changes: Any) -> Article:
    pictures = list(COFFEE.pictures)
    pictures[number] = msgspec.structs.replace(pictures[number], **changes)
    return edited(pictures=pictures)


@pytest.mark.parametrize("article", GOOD, ids=lambda article: article.slug)
def test_a_good_article_is_ready_and_nothing_even_warns(article: Article) -> None:
    found = [(check.name, check.value) for check in checks_of(article) if check.verdict != "pass"]
    assert found == []
    assert make_report(checks_of(article), []).result == "ready"


SECTION = COFFEE.body[COFFEE.body.index("## How much") : COFFEE.body.index("## What a fair")]
GERMAN = GOOD[2].body.split("## Töpfe")[0].split("Standort\n\n")[1]

BLOCKED: dict[str, tuple[str, Article]] = {
    "no title": ("field_title", edited(title=" ")),
    "no slug": ("field_slug", edited(slug="")),
    "no meta title": ("field_meta_title", edited(meta_title="")),
    "no meta description": ("field_meta_description", edited(meta_description="")),
    "no excerpt": ("field_excerpt", edited(excerpt="")),
    "no body": ("field_body", edited(body="")),
    "no primary keyword": ("field_primary_keyword", edited(primary_keyword="")),
    "no language": ("field_language", edited(language="")),
    "a slug with capitals": ("slug_form", edited(slug="Best-Grinder")),
    "a slug outside ASCII": ("slug_form", edited(slug="café-grinder")),
    "a slug of 61 characters": ("slug_form", edited(slug="a" * 61)),
    "a slug with a path": ("slug_form", edited(slug="../grinder")),
    "a taken slug": ("slug_unique", edited(slug_taken=True)),
    "a chat's opening": (
        "chatter",
        edited(body="Here is the 300-word article you wanted:\n\n" + COFFEE.body),
    ),
    "a chat's yes": ("chatter", edited(body="Sure! Here it is.\n\n" + COFFEE.body)),
    "a model speaking": (
        "chatter",
        body("Check whether", "As an AI language model, check whether"),
    ),
    "a chat's closing": ("chatter", edited(body=COFFEE.body + "\nLet me know if you need more.")),
    "chat in the excerpt": ("chatter", edited(excerpt="I hope this helps.")),
    "an insert mark": ("placeholders", body("Steel lasts", "[insert brand] lasts")),
    "blind text": ("placeholders", body("Steel lasts", "Lorem ipsum lasts")),
    "a to-do": ("placeholders", body("Steel lasts", "TODO: check. Steel lasts")),
    "a template's braces": ("placeholders", edited(meta_title="The best {{keyword}} for you")),
    "an echo of the question": ("prompt_echo", body("Steel lasts", 'primary_keyword: "x" lasts')),
    "raw data": ("prompt_echo", body("Steel lasts", '"heading": "Steel" lasts')),
    "a fence round the whole": ("wrapping", edited(body=f"```markdown\n{COFFEE.body}\n```")),
    "raw JSON": ("wrapping", edited(body='{"body": "..."}')),
    "an H1 in the body": ("single_h1", body("## Why the burrs", "# Why the burrs")),
    "a jump of levels": ("heading_levels", body("## Why the burrs", "#### Why the burrs")),
    "a missing section": ("planned_sections", body(SECTION, "")),
    "another heading": ("planned_sections", body("## How much adjustment you need", "## Steps")),
    "an empty section": (
        "section_words",
        body(SECTION, "## How much adjustment you need\n\nSome.\n\n"),
    ),
    "a script": ("clean_html", body("Steel lasts", "<script>alert(1)</script> Steel lasts")),
    "an event handler": ("clean_html", body("Steel", '<img src="x" onerror="alert(1)"> Steel')),
    "a script in a link": ("clean_html", body("https://coffee.invalid/", "javascript:alert(1)/")),
    "a comment": ("clean_html", body("Steel lasts", "<!-- hidden --> Steel lasts")),
    "too short": ("words", edited(target_words=450)),
    "too long": ("words", edited(target_words=280)),
    "another language": ("language", edited(language="fr")),
    "no keyword in the title": ("keyword_in_title", edited(title="How to Buy a Good Machine")),
    "no keyword in the opening": (
        "keyword_in_opening",
        body("Choosing the best coffee grinder for espresso is", "The choice is"),
    ),
    "the keyword everywhere": (
        "keyword_density",
        edited(body=COFFEE.body + " best coffee grinder for espresso" * 40),
    ),
    "a short meta title": ("meta_title_length", edited(meta_title="Grinders")),
    "a long meta title": ("meta_title_length", edited(meta_title="grinder " * 9)),
    "a short description": ("meta_description_length", edited(meta_description="Grinders.")),
    "a long description": ("meta_description_length", edited(meta_description="grinder " * 21)),
    "no featured image": ("featured_image", edited(pictures=COFFEE.pictures[1:])),
    "an image too few": ("in_article_images", edited(pictures=COFFEE.pictures[:2])),
    "an image not generated": ("image_file", picture(1, path=None)),
    "an image of another size": ("image_file", picture(1, width=1024)),
    "a short alt text": ("image_alt", picture(1, alt="abc")),
    "a long alt text": ("image_alt", picture(1, alt="a" * 126)),
    "the same alt text twice": ("image_alt", picture(1, alt=COFFEE.pictures[2].alt)),
}


@pytest.mark.parametrize(("name", "article"), BLOCKED.values(), ids=BLOCKED.keys())
def test_a_damaged_article_is_caught_with_a_fix(name: str, article: Article) -> None:
    report = make_report(checks_of(article), [])
    assert report.result == "needs_attention"
    (reason, *_) = [reason for reason in report.reasons if reason.check == name]
    assert reason.message
    assert reason.fix.label


WARNED: dict[str, tuple[str, Article]] = {
    "a little too short": ("words", edited(target_words=375)),
    "sections in another order": ("section_order", edited(outline=COFFEE.outline[::-1])),
    "a foreign section": ("language", body(SECTION, SECTION + GERMAN[:400] + "\n\n")),
    "a foreign description": (
        "meta_language",
        edited(meta_description=GOOD[2].meta_description + " Mehr dazu hier."),
    ),
    "no keyword in the description": (
        "keyword_in_meta",
        edited(meta_description=COFFEE.meta_description.replace("espresso", "your kitchen")),
    ),
    "the keyword once only": (
        "keyword_density",
        body("best coffee grinder for espresso is\nthe", "right one is the"),
    ),
    "a keyword of another article": ("keyword_unique", edited(same_keyword=["Grinders"])),
    "a description of 119 characters": (
        "meta_description_length",
        edited(meta_description=COFFEE.meta_description[:119]),
    ),
}


@pytest.mark.parametrize(("name", "article"), WARNED.values(), ids=WARNED.keys())
def test_a_lesser_fault_warns_and_leaves_the_article_ready(name: str, article: Article) -> None:
    found = checks_of(article)
    assert [check.verdict for check in found if check.name == name] == ["warn"]


def truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    "damage",
    [truncated, lambda _: b"", lambda _: b"<html>busy</html>", lambda _: png("red", 10, 10)],
    ids=["half a file", "an empty file", "HTML", "another picture"],
)
def test_a_file_that_is_not_the_picture_is_caught(damage: Callable[[bytes], bytes]) -> None:
    files = {**STORE, "in_article-1.png": damage(STORE["in_article-1.png"])}
    report = make_report(checks_of(COFFEE, files), [])
    assert [reason.check for reason in report.reasons] == ["image_file"]
    assert report.reasons[0].fix.kind == "draw_again"


def test_a_file_missing_in_the_store_is_caught() -> None:
    files = {name: data for name, data in STORE.items() if "featured" not in name}
    (reason,) = make_report(checks_of(COFFEE, files), []).reasons
    assert reason.place == "the featured image"


def test_the_same_picture_twice_warns() -> None:
    files = {**STORE, "in_article-2.png": STORE["in_article-1.png"]}
    warned = [check for check in checks_of(COFFEE, files) if check.verdict == "warn"]
    assert [check.name for check in warned] == ["image_repeated"]


def test_without_a_known_plan_the_images_that_are_there_suffice() -> None:
    featured = [image for image in COFFEE.pictures if image.kind is ImageKind.FEATURED]
    report = make_report(checks_of(edited(in_article=None, pictures=featured)), [])
    assert report.result == "ready"


@pytest.mark.parametrize(
    "text",
    [
        "Certainly, steel lasts for years. Here the burrs stand still.",
        "A to-do list, a todo list and a TODO list are the same thing.",
        "Use `{{ name }}` in templates.",
        "Read [your options](https://coffee.invalid/options) first.",
        "Here is what a barista hears every day.",
    ],
)
def test_ordinary_sentences_are_not_taken_for_chat_or_placeholders(text: str) -> None:
    report = make_report(checks_of(body("Steel lasts for", f"{text} Steel lasts for")), [])
    assert report.reasons == []


def test_every_check_that_can_block_is_proved_by_a_damaged_article() -> None:
    proved = {name for name, _ in BLOCKED.values()} | {name for name, _ in WARNED.values()}
    names = {check.name for article in GOOD for check in checks_of(article)}
    assert names - proved == {"image_repeated"}  # has a test of its own above


def test_sections_of_a_short_article_may_be_shorter() -> None:
    parts = [f"## Part {number}\n\n{'Coffee tastes good in the morning. ' * 6}" for number in "123"]
    outline = [msgspec.structs.replace(COFFEE.outline[0], heading=f"Part {n}") for n in "123"]
    short = edited(body="\n\n".join(parts), outline=outline, target_words=200)
    found = [check for check in checks_of(short) if check.name == "section_words"]
    assert [(check.value, check.verdict) for check in found] == [(36, "pass")] * 3
    full = msgspec.structs.replace(short, target_words=1000)
    found = [check for check in checks_of(full) if check.name == "section_words"]
    assert [check.verdict for check in found] == ["block"] * 3
