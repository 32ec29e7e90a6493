"""Every text about progress that a person reads, made here from counts and never parsed back.

Spec §4 fixes those of the AI functions; the others are of the same kind.
"""

from collections.abc import Callable
from typing import Any

from db.status import Phase
from pipeline.words import plural

FUNCTIONS = {
    1: "auto_cluster",
    2: "generate_ideas",
    3: "create_tasks",
    4: "generate_content",
    5: "generate_image_prompts",
    6: "generate_images",
    7: "final_review",
}

NAMES = {
    1: "Clustering",
    2: "Ideas",
    3: "Tasks",
    4: "Content",
    5: "Image prompts",
    6: "Images",
    7: "Final review",
}

ITEMS = {
    1: "keyword",
    2: "cluster",
    3: "idea",
    4: "task",
    5: "article",
    6: "image",
    7: "article",
}
"""What an item of each stage is called."""

AUTOMATION = "automation"

TITLES = {
    1: "Clustering {items}",
    2: "Generating ideas for {items}",
    3: "Creating tasks from {items}",
    4: "Writing articles for {items}",
    5: "Writing image prompts for {items}",
    6: "Generating {items}",
    7: "Reviewing {items}",
}


DOING = {
    1: "Analyzing keyword relationships",
    2: "Generating ideas",
    3: "Creating tasks",
    4: "Writing articles",
    5: "Writing image prompts",
    6: "Generating images",
    7: "Reviewing articles",
}
"""What goes on in a stage when many items are at work."""


def title(stage: int, count: int) -> str:
    """Headline of a run of one function: `Clustering 50 keywords`."""
    return TITLES[stage].format(items=plural(count, ITEMS[stage]))


def message(stage: int, phase: Phase, d: dict[str, Any]) -> str:
    """What is going on, from the values in `d`: count, processed, total, current and the work's."""
    special = _SPECIAL.get((stage, phase))
    if special is not None:
        try:
            return special(d)
        except KeyError:  # the work did not name a value: say it in general terms
            pass
    return _GENERAL[phase](stage, d)


def counts_items(stage: int, phase: Phase) -> bool:
    """Whether the message counts the stage's items, so that an older copy would be wrong."""
    return (stage, phase) not in _SPECIAL or logs_counts(stage, phase)


def logs_counts(stage: int, phase: Phase) -> bool:
    """Whether each count of the message is a step of its own: keywords end in whole batches."""
    return (stage, phase) == (1, Phase.AI_CALL)


_SPECIAL: dict[tuple[int, Phase], Callable[[dict[str, Any]], str]] = {
    (1, Phase.PREP): lambda d: f"Loading {plural(d['count'], 'keyword')} for clustering",
    (1, Phase.AI_CALL): lambda d: (
        f"Finding clusters: {d['compared']:,} of {plural(d['total'], 'keyword')} compared"
        if "compared" in d  # before the stage opens: no keyword has an outcome yet
        else f"Analyzing keyword relationships ({d['processed']:,}/{d['total']:,})"
    ),
    (1, Phase.SAVE): lambda d: f"Creating {plural(d['cluster_count'], 'cluster')}",
    (2, Phase.PREP): lambda d: f"Preparing {plural(d['count'], 'cluster')} for idea generation",
    (2, Phase.AI_CALL): lambda d: f"Generating ideas for cluster: {d['cluster_name']}",
    (2, Phase.SAVE): lambda d: f"Created {plural(d['idea_count'], 'content idea')}",
    (4, Phase.PREP): lambda d: f"Preparing task: {d['task_title']}",
    (4, Phase.AI_CALL): lambda d: f"Writing {d['word_count']:,}-word article",
    (4, Phase.SAVE): lambda d: f"Saving article: {d['title']}",
    (5, Phase.PREP): lambda d: f"Mapping content for {plural(d['count'], 'image prompt')}",
    (5, Phase.AI_CALL): lambda d: "Writing featured image prompt",
    (5, Phase.PARSE): lambda d: f"Writing {plural(d['count'], 'in-article image prompt')}",
    (6, Phase.PREP): lambda d: f"Preparing {plural(d['count'], 'image')} for generation",
    (6, Phase.AI_CALL): lambda d: (
        f"Generating image {d['current']:,}/{d['total']:,}: {d['prompt']}"
    ),
    (3, Phase.SAVE): lambda d: f"Creating {plural(d['task_count'], 'task')}",
}

_GENERAL: dict[Phase, Callable[[int, dict[str, Any]], str]] = {
    Phase.INIT: lambda n, d: f"Starting {NAMES[n].lower()}{_loaded(n, d)}",
    Phase.PREP: lambda n, d: f"Preparing {plural(d.get('count', 0), ITEMS[n])}",
    Phase.AI_CALL: lambda n, d: f"{DOING[n]} ({d['processed']:,}/{d['total']:,})",
    Phase.PARSE: lambda n, d: f"Checking answers ({d['processed']:,}/{d['total']:,})",
    Phase.SAVE: lambda n, d: f"Saving results ({d['processed']:,}/{d['total']:,})",
    Phase.DONE: lambda n, d: d.get("success") or f"{NAMES[n]} complete",
}


def _loaded(stage: int, d: dict[str, Any]) -> str:
    """How far a long opening has come, if that is known."""
    if "loaded" not in d:
        return ""
    return f": {d['loaded']:,} of {plural(d['total'], ITEMS[stage])} loaded"


def success(stage: int, total: int, completed: int, failed: int, made: dict[str, int]) -> str:
    """What a stage achieved: `45 keywords mapped into 8 clusters`, with failures if any."""
    left_alone = made.get("clusters_left_alone", 0)
    if total == 0:
        why = f": {plural(left_alone, 'cluster')} already planned or written" if left_alone else ""
        return f"No {ITEMS[stage]}s to work on{why}"
    text = _SUCCESS[stage](completed, total if failed else None, made)
    if left_alone:
        text += f", {plural(left_alone, 'cluster')} already planned or written"
    return f"{text}, {failed:,} failed" if failed else text


def all_failed(stage: int, failed: int, loaded: int) -> str:
    """Why a run failed in which no item of a stage succeeded; what did not fail was cancelled."""
    first = "The first said:" if failed > 1 else "It said:"
    if failed < loaded:
        return f"{failed:,} of {plural(loaded, ITEMS[stage])} failed, none succeeded. {first}"
    if loaded == 1:
        return f"The only {ITEMS[stage]} failed."
    return f"All {plural(loaded, ITEMS[stage])} failed. {first}"


def _of(completed: int, total: int | None, noun: str) -> str:
    """`45 keywords`, or `43 of 45 keywords` when not all succeeded."""
    return plural(completed, noun) if total is None else f"{completed:,} of {plural(total, noun)}"


def _articles(completed: int, total: int | None, made: dict[str, int]) -> str:
    if total is None and completed == 1:
        return f"{made['words']:,}-word article drafted successfully"
    return f"{_of(completed, total, 'article')} drafted, {plural(made['words'], 'word')}"


def _prompts(completed: int, total: int | None, made: dict[str, int]) -> str:
    if made["in_article"]:
        text = (
            f"{plural(made['featured'], 'Featured Image')}"
            f" + {plural(made['in_article'], 'In-article Image Prompt')} ready"
        )
    else:
        text = f"{plural(made['featured'], 'Featured Image Prompt')} ready"
    return text if total is None else f"{text} for {_of(completed, total, 'article')}"


_SUCCESS: dict[int, Callable[[int, int | None, dict[str, int]], str]] = {
    1: lambda c, t, m: f"{_of(c, t, 'keyword')} mapped into {plural(m['clusters'], 'cluster')}",
    2: lambda c, t, m: f"Generated {plural(m['ideas'], 'content idea')} for {_of(c, t, 'cluster')}",
    3: lambda c, t, m: f"{plural(m['tasks'], 'task')} created from {_of(c, t, 'idea')}",
    4: _articles,
    5: _prompts,
    6: lambda c, t, m: (
        f"{_of(c, t, 'image')} generated" + ("" if t is not None else " successfully")
    ),
    7: lambda c, t, m: (
        f"{plural(m['ready'], 'article')} ready to publish"
        + (f", {m['needs_attention']:,} need attention" if m["needs_attention"] > 1 else "")
        + (", 1 needs attention" if m["needs_attention"] == 1 else "")
    ),
}
