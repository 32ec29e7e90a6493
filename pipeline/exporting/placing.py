"""Where images stand in an article: the featured one on top, others under their section's heading.

An image whose section is not found, or which has none, goes to the end.
"""

from collections.abc import Callable

from db.status import ImageKind
from pipeline.exporting.articles import ArticleImage
from pipeline.fields import find_alike, heading_key
from pipeline.markdown import Section, joined, sections


def with_images(body: str, images: list[ArticleImage], show: Callable[[ArticleImage], str]) -> str:
    """`body` with `show(image)` put in as a paragraph for each image that has a file."""
    parts = sections(body)
    keys = [heading_key(part.heading) for part in parts]
    blocks: dict[int, list[str]] = {}
    rest: list[str] = []
    top: list[str] = []
    for image in images:
        if not image.file:
            continue
        if image.kind is ImageKind.FEATURED:
            top.append(show(image))
            continue
        at = find_alike(image.section, keys) if heading_key(image.section) else None
        (rest if at is None else blocks.setdefault(at, [])).append(show(image))
    placed = [
        Section(part.heading, "\n\n".join([*blocks.get(at, []), part.text]))
        for at, part in enumerate(parts)
    ]
    return "\n\n".join([*top, joined(placed), *rest])
