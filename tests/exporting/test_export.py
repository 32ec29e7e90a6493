import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
import yaml  # type: ignore[import-untyped]

from db.columns import uuid7
from piccolo_conf import DB
from pipeline.exporting import ExportRefused, export_articles
from tests.review.rows import add_article, media_in
from tests.review.samples import STORE, good_articles

COFFEE, TRAIL, BALKON = good_articles()
SLUG = COFFEE.slug
READY = {"version": 1, "result": "ready", "reasons": [], "checks": [], "sketch": ["a1"]}
WAITING = {**READY, "result": "needs_attention", "reasons": [{"message": "The <title> is odd"}]}


@pytest.fixture(autouse=True)
def media_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with media_in(tmp_path / "media", monkeypatch) as folder:
        yield folder


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def front_matter(text: str) -> tuple[dict[str, object], str]:
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


async def test_an_export_holds_every_article_in_every_format(account: UUID, tmp_path: Path) -> None:
    await add_article(account, COFFEE, review=READY, status="review")
    await add_article(account, TRAIL, review=WAITING)
    await add_article(account, BALKON)
    out = tmp_path / "new" / "out"
    done = await export_articles(account, out)
    files = files_in(out)
    assert {"index.html", "index.md", "articles.json"} < files
    for article in (COFFEE, TRAIL, BALKON):
        here = {Path(name).name for name in files if name.startswith(f"{article.slug}/")}
        pages = {f"{article.slug}.md", f"{article.slug}.html"}
        assert here == pages | {"featured.png", "image-1.png", "image-2.png"}
    assert (done.articles, done.ready, done.needs_attention, done.not_reviewed) == (3, 1, 1, 1)
    assert done.images == 9
    assert done.summary == "3 articles: 1 ready, 1 needs attention, 1 not reviewed"


async def test_front_matter_is_yaml_with_the_values_as_they_are(
    account: UUID, tmp_path: Path
) -> None:
    title = 'Tea: "hot" # or\u2028not? — 🍵 {{x}} \x7f'
    await add_article(account, COFFEE, title=title, demo=True, review=WAITING)
    await export_articles(account, tmp_path)
    facts, body = front_matter((tmp_path / SLUG / f"{SLUG}.md").read_text("utf-8"))
    assert facts["title"] == title
    assert (facts["demo"], facts["words"], facts["review"]) == (True, 321, "needs_attention")
    assert facts["keywords"] == [COFFEE.primary_keyword]
    assert facts["images"][0]["file"] == "featured.png"  # type: ignore[index]
    assert "## Why the burrs matter" in body


async def test_images_stand_on_top_and_under_their_headings(account: UUID, tmp_path: Path) -> None:
    await add_article(account, COFFEE)
    await export_articles(account, tmp_path)
    _, body = front_matter((tmp_path / SLUG / f"{SLUG}.md").read_text("utf-8"))
    assert body.lstrip().startswith("![A picture for How to Find")
    assert "## Why the burrs matter\n\n![" in body
    page = (tmp_path / SLUG / f"{SLUG}.html").read_text("utf-8")
    assert page.index("featured.png") < page.index("Why the burrs matter</h2>")
    assert '<h2>Why the burrs matter</h2>\n<figure><img src="image-1.png"' in page
    assert (tmp_path / SLUG / "image-1.png").read_bytes() == STORE["in_article-1.png"]


async def test_an_image_without_a_known_section_stands_at_the_end(
    account: UUID, tmp_path: Path
) -> None:
    lost = msgspec.structs.replace(COFFEE.pictures[1], section="Quite another")
    article = msgspec.structs.replace(COFFEE, pictures=[lost])
    await add_article(account, article)
    await export_articles(account, tmp_path)
    text = (tmp_path / SLUG / f"{SLUG}.md").read_text("utf-8")
    assert text.rstrip().endswith("(image-1.png)")


async def test_pages_hold_no_script_whatever_the_article_holds(
    account: UUID, tmp_path: Path
) -> None:
    evil = "<script>alert(1)</script>"
    pictures = [msgspec.structs.replace(COFFEE.pictures[0], alt=f'"><img onerror=x> {evil}')]
    article = msgspec.structs.replace(COFFEE, body=f"## A\n\n{evil}\n", pictures=pictures)
    fields = dict.fromkeys(("title", "meta_title", "meta_description", "excerpt"), evil)
    await add_article(account, article, review=WAITING, **fields)
    await export_articles(account, tmp_path)
    for path in (tmp_path / "index.html", tmp_path / SLUG / f"{SLUG}.html"):
        page = path.read_text("utf-8")
        assert "<script" not in page
        assert "<img onerror" not in page
        assert "script-src 'none'" in page


async def test_the_lists_tell_the_result_and_the_reasons(account: UUID, tmp_path: Path) -> None:
    await add_article(account, COFFEE, review=WAITING)
    await export_articles(account, tmp_path)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert f'href="{SLUG}/{SLUG}.html"' in page
    assert "Needs attention" in page
    assert "The &lt;title&gt; is odd" in page
    assert f"({SLUG}/{SLUG}.md)" in (tmp_path / "index.md").read_text("utf-8")


async def test_json_holds_everything_but_the_sketch(account: UUID, tmp_path: Path) -> None:
    await add_article(account, COFFEE, review=READY)
    await export_articles(account, tmp_path, formats={"json"})
    (article,) = json.loads((tmp_path / "articles.json").read_text("utf-8"))
    assert article["body"] == COFFEE.body
    assert article["review"]["result"] == "ready"
    assert "sketch" not in article["review"]
    assert article["images"][0]["file"] == "featured.png"
    assert not any(name.startswith(f"{SLUG}/{SLUG}.") for name in files_in(tmp_path))


async def test_a_slug_cannot_lead_out_of_the_folder(account: UUID, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number, slug in enumerate(("../../evil", "/etc/evil", "..", "con", "Evil", "evil")):
        await add_article(account, COFFEE, slug=slug, title=f"Title {number}")
    await export_articles(account, out)
    folders = {"evil", "etc-evil", "article", "article-con", "evil-2", "evil-3"}
    assert names_in(out) == folders | {"index.html", "index.md", "articles.json"}
    assert names_in(tmp_path) == {"media", "out"}


async def test_a_link_in_place_of_an_article_is_refused(account: UUID, tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / SLUG).symlink_to(elsewhere)
    await add_article(account, COFFEE)
    with pytest.raises(ExportRefused, match="is a link"):
        await export_articles(account, out)
    assert files_in(elsewhere) == set()


async def test_a_file_in_place_of_the_folder_is_refused(account: UUID, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportRefused, match="is a file"):
        await export_articles(account, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


async def test_other_files_stay_and_a_second_export_replaces_the_first(
    account: UUID, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (out / SLUG).mkdir(parents=True)
    (out / SLUG / "notes.txt").write_text("mine")
    content = await add_article(account, COFFEE)
    await export_articles(account, out)
    async with DB.connection() as connection:
        await connection.execute("update content set body = 'New text' where id = $1", content)
    await export_articles(account, out)
    assert "New text" in (out / SLUG / f"{SLUG}.md").read_text("utf-8")
    assert (out / SLUG / "notes.txt").read_text() == "mine"
    assert not any(".writing-" in name for name in files_in(out))


async def test_missing_images_are_left_out_and_listed(
    account: UUID, tmp_path: Path, media_store: Path
) -> None:
    (media_store / "in_article-1.png").unlink()
    await add_article(account, COFFEE)
    done = await export_articles(account, tmp_path / "out")
    assert [(missing.image, missing.reason) for missing in done.missing] == [
        ("image-1", "its file is not in the media store")
    ]
    assert "image-1.png" not in (tmp_path / "out" / SLUG / f"{SLUG}.md").read_text("utf-8")


async def test_only_the_articles_of_a_run_are_exported(account: UUID, tmp_path: Path) -> None:
    content = await add_article(account, COFFEE)
    await add_article(account, TRAIL)
    async with DB.connection() as connection:
        run = await connection.fetchval(
            "insert into automation_run (account_id) values ($1) returning id", account
        )
        await connection.execute(
            "insert into run_item (run_id, account_id, stage, item_id, position)"
            " select $1, $2, 4, task_id, 0 from content where id = $3",
            run,
            account,
            content,
        )
    done = await export_articles(account, tmp_path, run_id=run)
    assert done.articles == 1
    assert (tmp_path / SLUG).is_dir()


async def test_chosen_articles_and_no_one_elses_are_exported(account: UUID, tmp_path: Path) -> None:
    content = await add_article(account, COFFEE)
    assert (await export_articles(account, tmp_path, content_ids=[content])).articles == 1
    assert (await export_articles(uuid7(), tmp_path, content_ids=[content])).articles == 0
