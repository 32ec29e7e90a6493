"""The pictures of an article: how many, where, and how prompts and alternative texts are stored."""

from typing import Any

import msgspec

from db.status import ImageKind
from pipeline.fields import find_alike, fit, heading_key, one_line
from pipeline.words import key_of, plural

LEAST_ALT, MOST_ALT = 5, 125
LEAST_PROMPT, MOST_PROMPT = 10, 1500


class Picture(msgspec.Struct):
    """A picture that shows the article as a whole."""

    prompt: str
    alt: str


class PictureInside(msgspec.Struct):
    """A picture of one section; `section` is the section's heading."""

    section: str
    prompt: str
    alt: str


class ImagePrompts(msgspec.Struct):
    """The answer of stage 5."""

    featured: Picture
    in_article: list[PictureInside]


def faults(answer: ImagePrompts, count: int) -> list[str]:
    """What makes the answer useless: too few pictures, or one without a prompt."""
    wrong = []
    if len(answer.in_article) < count:
        wrong.append(
            f"in_article has {plural(len(answer.in_article), 'picture')}, {count} are wanted"
        )
    for name, picture in _named(answer, count):
        if len(one_line(picture.prompt)) < LEAST_PROMPT:
            wrong.append(f"{name}: the prompt says too little to draw from")
    return wrong


def shortcomings(answer: ImagePrompts, count: int, headings: list[str]) -> list[str]:
    """What one more question may better: alternative texts and the choice of sections."""
    wrong = []
    keys = [heading_key(heading) for heading in headings]
    seen: set[str] = set()
    for name, picture in _named(answer, count):
        alt = one_line(picture.alt)
        if not LEAST_ALT <= len(alt) <= MOST_ALT:
            wrong.append(
                f"{name}: alt has {len(alt)} characters, {LEAST_ALT} to {MOST_ALT} are allowed"
            )
        elif key_of(alt) in seen:
            wrong.append(f"{name}: the alt is that of another picture")
        seen.add(key_of(alt))
        if isinstance(picture, PictureInside) and find_alike(picture.section, keys) is None:
            wrong.append(f'{name}: "{picture.section}" is none of the sections')
    return wrong


def rows_of(
    answer: ImagePrompts, count: int, headings: list[str], title: str
) -> list[dict[str, Any]]:
    """The columns of the image rows, featured first; each with a section and an alt of its own."""
    free = list(headings)
    taken: set[str] = set()
    rows = []
    for position, (_, picture) in enumerate(_named(answer, count)):
        section = ""
        if isinstance(picture, PictureInside):
            section = _place(picture.section, free, headings)
        rows.append(
            {
                "kind": (ImageKind.IN_ARTICLE if position else ImageKind.FEATURED).value,
                "position": position,
                "section": section,
                "prompt": fit(one_line(picture.prompt), MOST_PROMPT),
                "alt": _alt(picture.alt, section or title, taken),
            }
        )
    return rows


def _named(answer: ImagePrompts, count: int) -> list[tuple[str, Picture | PictureInside]]:
    inside = [(f"picture {n}", each) for n, each in enumerate(answer.in_article[:count], 1)]
    return [("featured", answer.featured), *inside]


def _place(wanted: str, free: list[str], headings: list[str]) -> str:
    """The heading meant by `wanted` if no other picture has it, else the first free one."""
    if not headings:
        return ""
    if not free:
        free.extend(headings)
    return free.pop(find_alike(wanted, [heading_key(heading) for heading in free]) or 0)


def _alt(written: str, subject: str, taken: set[str]) -> str:
    """An alternative text of 5 to 125 characters that no other picture of the article has."""
    alt = one_line(written)
    if len(alt) < LEAST_ALT:
        alt = f"{subject} {alt}".strip()
    alt = fit(alt, MOST_ALT)
    base, number = alt, 1
    if key_of(alt) in taken and subject:
        base = alt = fit(f"{fit(base, 70)} – {subject}", MOST_ALT - 5)
    while key_of(alt) in taken:
        number += 1
        alt = f"{base} ({number})"
    taken.add(key_of(alt))
    return alt
