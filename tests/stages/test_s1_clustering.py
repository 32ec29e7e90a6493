import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.status import Phase, PlacedBy
from pipeline.clustering import asking, plans
from pipeline.clustering.assigning import Choice, Placement
from pipeline.clustering.grouping import Offer
from pipeline.clustering.plans import Plan
from pipeline.errors import ContentPolicyError, RetryLater, ValidationError
from pipeline.settings import settings
from pipeline.stage import Done, Item, Preparation
from pipeline.stages.s1_clustering import STAGE
from pipeline.words import key_of
from tests.stages import rows
from tests.stages.service import Declined, Service, busy


async def keyword(account: UUID, text: str, **columns: Any) -> UUID:
    return await rows.insert("keyword", account_id=account, text=text, key=key_of(text), **columns)


async def keywords(account: UUID, *texts: str) -> list[UUID]:
    return [await keyword(account, text) for text in texts]


async def cluster(account: UUID, name: str, **columns: Any) -> UUID:
    return await rows.insert("cluster", account_id=account, name=name, key=key_of(name), **columns)


async def by_text(account: UUID) -> dict[str, dict[str, Any]]:
    found = await rows.fetch(
        """
        SELECT k.text, k.status, k.placed_by, k.cluster_id, c.name, c.status AS cluster_status
        FROM keyword k LEFT JOIN cluster c ON c.id = k.cluster_id WHERE k.account_id = $1
        """,
        account,
    )
    return {row["text"]: row for row in found}


def by_last_word(data: dict[str, Any]) -> dict[str, Any]:
    """Groups by the last word of each keyword, in an existing cluster if one has that name."""
    existing = {one["name"].casefold(): one["id"] for one in data["existing"]}
    groups: dict[str, list[int]] = {}
    for one in data["keywords"]:
        groups.setdefault(one["text"].split()[-1], []).append(one["id"])
    return {
        "groups": [
            {
                "existing_id": existing.get(word),
                "name": word.capitalize(),
                "intent": "informational",
                "keyword_ids": ids,
            }
            for word, ids in groups.items()
        ]
    }


async def test_each_keyword_is_mapped_into_one_cluster(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", by_last_word)
    ids = await keywords(account, "green tea", "black tea", "good coffee")
    job = await rows.new_job(account, STAGE, *ids)
    outcomes = await rows.run(STAGE, job)
    assert all(isinstance(outcomes[item], Done) for item in ids)
    found = await by_text(account)
    assert {text: row["name"] for text, row in found.items()} == {
        "green tea": "Tea",
        "black tea": "Tea",
        "good coffee": "Coffee",
    }
    assert {(r["status"], r["placed_by"], r["cluster_status"]) for r in found.values()} == {
        ("mapped", "ai", "mapped")
    }
    assert ai.count("ClusterGroups") == 1
    reports = job.report
    assert isinstance(reports, rows.Reports)
    assert reports.of(Phase.SAVE) == [{"cluster_count": 2}]


async def test_a_hundred_keywords_take_one_question(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", by_last_word)
    ids = await keywords(account, *(f"number {n} tea{n % 7}" for n in range(100)))
    await rows.run(STAGE, await rows.new_job(account, STAGE, *ids))
    assert len(ai.asked) == 1
    assert await rows.value("SELECT count(*) FROM cluster") == 7
    assert await rows.value("SELECT count(*) FROM keyword WHERE cluster_id IS NOT NULL") == 100


async def test_a_second_run_extends_what_is_there(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", by_last_word)
    for texts in (("green tea", "good coffee"), ("black tea", "hot cocoa")):
        ids = await keywords(account, *texts)
        await rows.run(STAGE, await rows.new_job(account, STAGE, *ids))
    names = await rows.fetch("SELECT name FROM cluster ORDER BY name")
    assert [row["name"] for row in names] == ["Cocoa", "Coffee", "Tea"]
    offered = {one["name"]: one["examples"] for one in ai.data("ClusterGroups")["existing"]}
    assert offered == {"Tea": ["green tea"], "Coffee": ["good coffee"]}


async def test_of_many_clusters_the_nearest_are_offered(account: UUID, ai: Service) -> None:
    for number in range(80):
        await cluster(account, f"Subject {number} widgets")
    await cluster(account, "Tea")
    ai.says("ClusterGroups", by_last_word)
    ids = await keywords(account, "green tea")
    await rows.run(STAGE, await rows.new_job(account, STAGE, *ids))
    offered = [one["name"] for one in ai.data("ClusterGroups")["existing"]]
    assert len(offered) == 60
    assert "Tea" in offered


async def test_what_a_person_or_a_lock_has_settled_stays_and_costs_nothing(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterGroups", by_last_word)
    locked, mine = await cluster(account, "Locked", locked=True), await cluster(account, "Mine")
    ids = [
        await keyword(account, "green tea", cluster_id=locked, placed_by="ai"),
        await keyword(account, "black tea", cluster_id=mine, placed_by="person"),
        await keyword(account, "white tea", cluster_id=mine, placed_by="ai"),
    ]
    outcomes = await rows.run(STAGE, await rows.by_hand(account, STAGE, *ids))
    found = await by_text(account)
    assert [found[text]["name"] for text in ("green tea", "black tea", "white tea")] == [
        *("Locked", "Mine", "Tea")
    ]
    assert found["black tea"]["placed_by"] == "person"
    assert outcomes[ids[0]] == outcomes[ids[1]] == Done(cost=0)
    assert [one["text"] for one in ai.data("ClusterGroups")["keywords"]] == ["white tea"]


async def test_a_keyword_moved_by_a_person_while_the_work_went_on_stays_there(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterGroups", by_last_word)
    (item,) = await keywords(account, "green tea")
    job = await rows.new_job(account, STAGE, item)
    outcomes = await STAGE.work(job)
    mine = await cluster(account, "Mine")
    await rows.value(
        "UPDATE keyword SET cluster_id = $1, placed_by = 'person' WHERE id = $2", mine, item
    )
    await rows.save(STAGE, job, {item: outcomes[item].result})  # type: ignore[union-attr]
    assert (await by_text(account))["green tea"]["name"] == "Mine"


async def test_a_bad_keyword_fails_alone_and_leads_to_its_row(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", by_last_word)
    good, empty = await keyword(account, "green tea"), await keyword(account, "  ")
    gone = uuid4()
    job = await rows.new_job(account, STAGE, good, empty, gone)
    outcomes = await rows.run(STAGE, job)
    assert isinstance(outcomes[good], Done)
    error = outcomes[empty]
    assert isinstance(error, ValidationError)
    assert str(error) == "The keyword is empty"
    assert error.action.href == f"/keywords?id={empty}"
    assert isinstance(outcomes[gone], ValidationError)


async def test_keywords_of_other_accounts_are_not_touched(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", by_last_word)
    other = await rows.new_account()
    theirs = await keyword(other, "green tea")
    await cluster(other, "Tea")
    (mine,) = await keywords(account, "black tea")
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, mine, theirs))
    assert isinstance(outcomes[theirs], ValidationError)
    assert ai.data("ClusterGroups")["existing"] == []
    assert (await by_text(other))["green tea"]["cluster_id"] is None


async def test_the_same_text_in_two_countries_is_asked_about_once(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterGroups", by_last_word)
    ids = [await keyword(account, "green tea", country=country) for country in ("US", "DE")]
    await rows.run(STAGE, await rows.new_job(account, STAGE, *ids))
    assert len(ai.data("ClusterGroups")["keywords"]) == 1
    assert await rows.value("SELECT count(*) FROM keyword WHERE cluster_id IS NOT NULL") == 2


async def test_a_declined_keyword_fails_alone(account: UUID, ai: Service) -> None:
    def picky(data: dict[str, Any]) -> Any:
        texts = [one["text"] for one in data["keywords"]]
        return Declined("Not this.") if "bad tea" in texts else by_last_word(data)

    ai.says("ClusterGroups", picky)
    good, bad = await keywords(account, "green tea", "bad tea")
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, good, bad))
    assert isinstance(outcomes[good], Done)
    assert isinstance(outcomes[bad], ContentPolicyError)


async def test_a_busy_service_is_left_to_the_engine(account: UUID, ai: Service) -> None:
    ai.says("ClusterGroups", busy)
    (item,) = await keywords(account, "green tea")
    with pytest.raises(RetryLater):
        await STAGE.work(await rows.new_job(account, STAGE, item))


async def test_new_clusters_say_whether_they_are_demo_content(
    account: UUID, ai: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ai.says("ClusterGroups", by_last_word)
    await cluster(account, "Tea")
    monkeypatch.setenv("PROVIDER_IS_DEMO", "true")
    settings.cache_clear()
    ids = await keywords(account, "green tea", "good coffee")
    await rows.run(STAGE, await rows.new_job(account, STAGE, *ids))
    found = await rows.fetch("SELECT name, demo FROM cluster ORDER BY name")
    assert found == [{"name": "Coffee", "demo": True}, {"name": "Tea", "demo": False}]


async def test_saves_at_the_same_time_make_each_cluster_once(account: UUID, ai: Service) -> None:
    names = [f"Cluster {n}" for n in range(20)]

    async def save(number: int) -> None:
        ids = await keywords(account, *(f"keyword {number} {name}" for name in names))
        turned = names if number % 2 else names[::-1]
        job = await rows.new_job(account, STAGE, *ids)
        await rows.save(
            STAGE,
            job,
            {
                item: Placement(name.upper() if number % 3 else name, "informational", None)
                for item, name in zip(ids, turned, strict=True)
            },
        )

    await asyncio.gather(*(save(number) for number in range(8)))
    assert await rows.value("SELECT count(*) FROM cluster WHERE account_id = $1", account) == 20
    missing = "SELECT count(*) FROM keyword WHERE cluster_id IS NULL"
    assert await rows.value(missing) == 0


async def test_a_cluster_that_was_deleted_meanwhile_is_made_again(
    account: UUID, ai: Service
) -> None:
    (item,) = await keywords(account, "green tea")
    job = await rows.new_job(account, STAGE, item)
    await rows.save(STAGE, job, {item: Placement("Tea", None, uuid4(), PlacedBy.SIMILARITY)})
    found = (await by_text(account))["green tea"]
    assert (found["name"], found["placed_by"]) == ("Tea", "similarity")


async def test_a_cluster_that_was_renamed_meanwhile_keeps_its_new_name(
    account: UUID, ai: Service
) -> None:
    tea = await cluster(account, "Fine Tea")
    (item,) = await keywords(account, "green tea")
    job = await rows.new_job(account, STAGE, item)
    await rows.save(STAGE, job, {item: Placement("Tea", None, tea)})
    assert (await by_text(account))["green tea"]["cluster_id"] == tea
    assert await rows.value("SELECT count(*) FROM cluster") == 1


async def test_a_keyword_that_the_plan_of_its_run_names_goes_by_the_plan(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterGroups", by_last_word)
    ids = await keywords(account, "green tea", "mended coffee")
    job = await rows.new_job(account, STAGE, *ids)
    plan = Plan([Offer(None, "Planned", None, ["x"])], {"green tea": Choice(0)})
    await asking.remember(account, plans._key(account, job.run_id), plan)
    await rows.run(STAGE, job)
    found = await by_text(account)
    assert found["green tea"]["name"] == "Planned"
    assert found["mended coffee"]["name"] == "Coffee"
    assert [one["text"] for one in ai.data("ClusterGroups")["keywords"]] == ["mended coffee"]


async def test_preparing_gives_every_item_back_the_bad_and_settled_ones_last(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterGroups", by_last_word)
    ai.says("ClusterLabels", lambda data: {"groups": []})
    mine = await cluster(account, "Mine")
    settled = await keyword(account, "own tea", cluster_id=mine, placed_by="person")
    bad = await keyword(account, " ")
    good = await keywords(account, *(f"number {n} tea{n % 4}" for n in range(120)))
    job = await rows.new_job(account, STAGE)
    reports = rows.Reports()
    items = [settled, bad, *good]
    preparation = Preparation(account, job.run_id, job.options, items, 3, reports)
    assert STAGE.prepare is not None
    ordered = list(await STAGE.prepare(preparation) or [])
    assert sorted(ordered) == sorted(items)
    assert ordered[-2:] == [settled, bad]
    shares = [fraction for phase, fraction, _ in reports if phase is Phase.AI_CALL]
    assert shares == [0.0, 1 / 3, 2 / 3, 1.0]
    job.items = [Item(id=item, title="", price=1) for item in ordered[:100]]
    outcomes = await STAGE.work(job)
    assert sum(isinstance(outcome, Done) for outcome in outcomes.values()) == 100


async def test_an_automation_leaves_keywords_in_the_clusters_they_have(
    account: UUID, ai: Service
) -> None:
    tea = await cluster(account, "Tea")
    known = await keyword(account, "green tea", cluster_id=tea, placed_by="ai")
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, known))
    assert outcomes == {known: Done(cost=0)}
    assert not ai.asked
