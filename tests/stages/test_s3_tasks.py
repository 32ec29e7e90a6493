from uuid import UUID, uuid4

from pipeline.errors import ValidationError
from pipeline.stage import Done
from pipeline.stages.s3_tasks import STAGE
from tests.stages import rows


async def test_a_task_carries_the_whole_plan_of_its_idea(account: UUID) -> None:
    idea = await rows.new_idea(account, language="de", demo=True)
    await rows.run(STAGE, await rows.new_job(account, STAGE, idea))
    (task,) = await rows.fetch("SELECT * FROM task WHERE idea_id = $1", idea)
    (planned,) = await rows.fetch("SELECT * FROM content_idea WHERE id = $1", idea)
    copied = [*rows.plan(), "language", "cluster_id", "account_id", "demo"]
    assert {name: task[name] for name in copied} == {name: planned[name] for name in copied}
    assert (task["status"], planned["status"]) == ("queued", "queued")


async def test_many_ideas_become_as_many_tasks_in_one_job(account: UUID) -> None:
    ideas = [await rows.new_idea(account, title=f"Coffee, part {n}") for n in range(12)]
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, *ideas))
    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    assert await rows.value("SELECT count(*) FROM task WHERE account_id = $1", account) == 12


async def test_an_idea_that_is_gone_or_has_no_outline_fails_alone(account: UUID) -> None:
    good, gone = await rows.new_idea(account), uuid4()
    bare = await rows.new_idea(account, title="Bare", outline=[])
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, good, gone, bare))
    assert isinstance(outcomes[good], Done)
    assert str(outcomes[gone]) == "The idea no longer exists"
    failed = outcomes[bare]
    assert isinstance(failed, ValidationError)
    assert str(failed) == 'The idea "Bare" has no outline'
    assert failed.action.href == f"/ideas?id={bare}"
    assert await rows.value("SELECT count(*) FROM task WHERE account_id = $1", account) == 1


async def test_a_finished_idea_does_not_go_back_to_queued(account: UUID) -> None:
    idea = await rows.new_idea(account, status="completed")
    await rows.run(STAGE, await rows.new_job(account, STAGE, idea))
    assert await rows.value("SELECT status FROM content_idea WHERE id = $1", idea) == "completed"
