"""The exact texts that people read."""

from typing import Any

import pytest

from db.status import Phase
from pipeline import messages

CASES: list[tuple[int, Phase, dict[str, Any], str]] = [
    (1, Phase.PREP, {"count": 50}, "Loading 50 keywords for clustering"),
    (1, Phase.PREP, {"count": 1}, "Loading 1 keyword for clustering"),
    (1, Phase.AI_CALL, {"processed": 12, "total": 50}, "Analyzing keyword relationships (12/50)"),
    (1, Phase.SAVE, {"cluster_count": 8}, "Creating 8 clusters"),
    (1, Phase.SAVE, {"cluster_count": 1}, "Creating 1 cluster"),
    (2, Phase.PREP, {"count": 3}, "Preparing 3 clusters for idea generation"),
    (2, Phase.PREP, {"count": 1}, "Preparing 1 cluster for idea generation"),
    (2, Phase.AI_CALL, {"cluster_name": "Tea pots"}, "Generating ideas for cluster: Tea pots"),
    (2, Phase.SAVE, {"idea_count": 12}, "Created 12 content ideas"),
    (2, Phase.SAVE, {"idea_count": 1}, "Created 1 content idea"),
    (4, Phase.PREP, {"task_title": "How to brew"}, "Preparing task: How to brew"),
    (4, Phase.AI_CALL, {"word_count": 1200}, "Writing 1,200-word article"),
    (4, Phase.SAVE, {"title": "How to brew"}, "Saving article: How to brew"),
    (5, Phase.PREP, {"count": 5}, "Mapping content for 5 image prompts"),
    (5, Phase.PREP, {"count": 1}, "Mapping content for 1 image prompt"),
    (5, Phase.AI_CALL, {}, "Writing featured image prompt"),
    (5, Phase.PARSE, {"count": 4}, "Writing 4 in-article image prompts"),
    (5, Phase.PARSE, {"count": 1}, "Writing 1 in-article image prompt"),
    (6, Phase.PREP, {"count": 5}, "Preparing 5 images for generation"),
    (6, Phase.PREP, {"count": 1}, "Preparing 1 image for generation"),
    (
        6,
        Phase.AI_CALL,
        {"current": 2, "total": 5, "prompt": "A kettle"},
        "Generating image 2/5: A kettle",
    ),
]

SUCCESSES: list[tuple[int, int, int, dict[str, int], str]] = [
    (1, 45, 45, {"clusters": 8}, "45 keywords mapped into 8 clusters"),
    (1, 1, 1, {"clusters": 1}, "1 keyword mapped into 1 cluster"),
    (1, 45, 43, {"clusters": 8}, "43 of 45 keywords mapped into 8 clusters, 2 failed"),
    (2, 3, 3, {"ideas": 12}, "Generated 12 content ideas for 3 clusters"),
    (2, 1, 1, {"ideas": 1}, "Generated 1 content idea for 1 cluster"),
    (3, 12, 12, {"tasks": 12}, "12 tasks created from 12 ideas"),
    (4, 1, 1, {"words": 1245}, "1,245-word article drafted successfully"),
    (4, 5, 5, {"words": 6210}, "5 articles drafted, 6,210 words"),
    (4, 5, 4, {"words": 5000}, "4 of 5 articles drafted, 5,000 words, 1 failed"),
    (
        *(5, 1, 1, {"featured": 1, "in_article": 4}),
        "1 Featured Image + 4 In-article Image Prompts ready",
    ),
    (5, 1, 1, {"featured": 1, "in_article": 0}, "1 Featured Image Prompt ready"),
    (6, 5, 5, {}, "5 images generated successfully"),
    (6, 1, 1, {}, "1 image generated successfully"),
    (6, 5, 3, {}, "3 of 5 images generated, 2 failed"),
    (
        7,
        14,
        14,
        {"ready": 12, "needs_attention": 2},
        "12 articles ready to publish, 2 need attention",
    ),
    (7, 2, 2, {"ready": 1, "needs_attention": 1}, "1 article ready to publish, 1 needs attention"),
    (7, 3, 3, {"ready": 3, "needs_attention": 0}, "3 articles ready to publish"),
    (6, 0, 0, {}, "No images to work on"),
]


@pytest.mark.parametrize(("stage", "phase", "values", "text"), CASES)
def test_the_text_of_a_phase(stage: int, phase: Phase, values: dict[str, Any], text: str) -> None:
    assert messages.message(stage, phase, {"processed": 0, "total": 0} | values) == text


@pytest.mark.parametrize("stage", messages.FUNCTIONS)
@pytest.mark.parametrize("phase", list(Phase))
def test_there_is_a_text_for_every_phase(stage: int, phase: Phase) -> None:
    text = messages.message(stage, phase, {"count": 3, "processed": 1, "total": 3})
    assert text
    assert "{" not in text


@pytest.mark.parametrize(("stage", "total", "completed", "made", "text"), SUCCESSES)
def test_what_a_stage_achieved(
    stage: int, total: int, completed: int, made: dict[str, int], text: str
) -> None:
    assert messages.success(stage, total, completed, total - completed, made) == text


@pytest.mark.parametrize(
    ("stage", "count", "title"),
    [
        (1, 50, "Clustering 50 keywords"),
        (1, 1, "Clustering 1 keyword"),
        (2, 3, "Generating ideas for 3 clusters"),
        (6, 5, "Generating 5 images"),
    ],
)
def test_the_headline_of_a_run_by_hand(stage: int, count: int, title: str) -> None:
    assert messages.title(stage, count) == title


@pytest.mark.parametrize(
    ("failed", "loaded", "text"),
    [
        (1, 1, "The only image failed."),
        (3, 3, "All 3 images failed. The first said:"),
        (1, 15, "1 of 15 images failed, none succeeded. It said:"),
        (2, 15, "2 of 15 images failed, none succeeded. The first said:"),
    ],
)
def test_what_is_said_of_a_stage_in_which_nothing_succeeded(
    failed: int, loaded: int, text: str
) -> None:
    assert messages.all_failed(6, failed, loaded) == text
