"""Demo pictures: a soft gradient, a few shapes, and the words that say what they are."""

import io
import random

from PIL import Image, ImageDraw, ImageFont

from pipeline.demo.phrases import number_of

_PALETTES = (
    ((38, 70, 83), (42, 157, 143), (233, 196, 106)),
    ((29, 53, 87), (69, 123, 157), (168, 218, 220)),
    ((92, 75, 81), (140, 190, 178), (242, 235, 191)),
    ((66, 45, 79), (171, 108, 130), (253, 191, 155)),
    ((24, 61, 61), (92, 131, 116), (214, 228, 208)),
    ((51, 50, 79), (122, 113, 163), (229, 204, 220)),
)
LABEL = "demo image"


def picture(prompt: str, width: int, height: int) -> bytes:
    """A PNG of this size that belongs to this prompt."""
    chance = random.Random(number_of(prompt))  # noqa: S311 - a picture, not a secret
    dark, middle, light = chance.choice(_PALETTES)
    small = Image.new("RGB", (2, 2))
    small.putdata([dark, middle, middle, light])
    # Drawn small and enlarged: smooth runs of equal rows compress in a third of the time.
    image = small.resize((width, height), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    side = min(width, height)
    for _ in range(chance.randint(3, 5)):
        radius = int(side * chance.uniform(0.06, 0.2))
        x, y = chance.randint(0, width), chance.randint(0, height)
        colour = chance.choice((dark, middle, light))
        box = (x - radius, y - radius, x + radius, y + radius)
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape(box, outline=colour, width=max(2, side // 90))
    _write(draw, width, height, dark)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _write(draw: ImageDraw.ImageDraw, width: int, height: int, ground: tuple[int, ...]) -> None:
    size = max(10, min(width, height) // 14)
    font = ImageFont.load_default(size)
    left, top, right, bottom = draw.textbbox((0, 0), LABEL, font=font)
    # In the middle: pages crop pictures to the shape of a card or of an article's column.
    x, y = (width - (right - left)) // 2, (height - size) // 2
    margin = size // 2
    draw.rectangle(
        (x - margin, y - margin + top, x + right + margin, y + bottom + margin), fill=ground
    )
    draw.text((x, y), LABEL, fill=(255, 255, 255), font=font)
