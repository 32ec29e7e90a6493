"""Good articles: written as one would write them, with lists, a table and links."""

import io
from collections.abc import Callable

from PIL import Image as Pillow

from db.columns import uuid7
from db.status import ImageKind
from pipeline.review import Article, Picture, PlannedSection
from pipeline.words import count_words

COFFEE = """Choosing the best coffee grinder for espresso is mostly a question of how fine and how
evenly it cuts. Espresso forgives very little: a handful of coarse pieces lets the water rush
through, and a cloud of dust makes the cup bitter.

## Why the burrs matter

Burrs are the two cutting discs inside the machine, and everything you taste depends on how
steadily they stand. Flat burrs give a clear cup with much detail, while conical ones tend to be
rounder, quieter and easier to keep clean. Steel lasts for many years in a normal kitchen; ceramic
stays sharp even longer, yet a small stone among the beans can break it at once. Check whether
replacement burrs are sold at all, because a good grinder should outlive its first set.

## How much adjustment you need

A **coffee grinder** for espresso needs tiny steps, or none at all:

- Stepped models click from one setting to the next and are easy to repeat.
- Stepless models move freely, so you can shift the shot by a single second.

| Type | Good for | Drawback |
|---|---|:---:|
| Stepped | several drinkers | gaps between steps |
| Stepless | one bean, one drink | easy to lose the setting |

Write down the setting whenever a shot tastes right, because beans change from week to week and you
will want to find your way back without wasting half a bag on the search.

## What a fair price looks like

Hand grinders around the price of a restaurant dinner already produce an even grind, if you are
willing to turn for a minute each morning. Electric machines start at twice that and win when
several people want a drink in a row. Used machines from cafés are heavy and loud but nearly
impossible to wear out at home. See [our notes on brewing](https://coffee.invalid/brewing) before
you spend more than the espresso machine itself is worth; the best coffee grinder for espresso is
the one that you will clean every week.
"""

TRAIL = """Trail running shoes for beginners have an easier task than the shop wall suggests: they
must hold on wet ground, protect the toes and fit a foot that swells on long descents. Everything
else is a matter of taste, weather and how much mud you have at home.

## Grip before cushioning

Look at the sole first. Deep lugs dig into mud and soft forest floor, shallow ones roll better on
gravel and on the road between two woods. Rubber that feels slightly sticky to the thumb will hold
on wet stone, where hard rubber slides. If most of your paths are mixed, choose lugs of about four
millimetres and accept that you will be a little slower on asphalt and a little less certain in a
bog after heavy rain.

### A note on wet rock

No sole holds on algae. Shorten your stride, keep the knees soft and put the whole foot down.

## Finding the right fit

Buy in the evening, when feet are larger, and bring the socks in which you will run. A thumb's
width of room in front of the longest toe keeps the nails whole on the way down. The heel should
not lift when you walk up a ramp; if it does, thread the laces through the last eyelet as well.
Trail running shoes for beginners may weigh a few grams more, because a firm heel and a wide base
forgive the small mistakes that tired legs make in the last mile.

## When to replace them

1. The lugs in the middle of the sole are worn flat.
2. The foam stays pressed together overnight.
3. Old aches come back on a route that never hurt before.

Most pairs last between five and eight hundred kilometres, and the heavier runner on rocky ground
will reach the lower end. Let them dry in the air with newspaper inside, since a radiator makes the
glue brittle and the upper shrink. Two pairs used in turn last longer than the same two worn out
one after the other, and your feet will thank you for the change.
"""

BALKON = """Ein kleiner Balkongarten für Anfänger braucht weder viel Geld noch Erfahrung, sondern
vor allem Licht, passende Töpfe und ein wenig Geduld. Wer im April klein beginnt, erntet im Juli die
ersten Tomaten und weiß im Herbst, was im nächsten Jahr besser gehen wird.

## Der richtige Standort

Beobachten Sie zuerst einen Tag lang, wann und wo die Sonne auf den Balkon scheint. Auf der
Südseite wachsen Tomaten, Paprika und Basilikum, im Halbschatten gedeihen Salat, Petersilie und
Minze. Wind trocknet die Erde schneller aus als Hitze, deshalb lohnt sich ein einfaches Gitter als
Schutz. Prüfen Sie auch, wie viel Gewicht der Boden trägt, denn nasse Erde ist erstaunlich schwer,
und ein voller Kasten am Geländer muss immer gut gesichert sein.

## Töpfe und Erde

Je größer der Topf, desto seltener müssen Sie gießen. Tontöpfe atmen und sehen schön aus, Kunststoff
ist leichter und hält das Wasser länger. Wichtig ist ein Loch im Boden, damit die Wurzeln nicht
faulen. Nehmen Sie torffreie Erde und mischen Sie etwas Sand darunter, wenn Kräuter vom Mittelmeer
darin wachsen sollen. Nach sechs Wochen ist der Dünger der frischen Erde verbraucht, und ein
organischer Flüssigdünger hilft den Pflanzen über den Sommer.

## Gießen ohne Sorgen

Gießen Sie am Morgen, langsam und direkt auf die Erde, bis unten etwas Wasser herausläuft. Der
Finger ist das beste Messgerät: Ist die Erde zwei Zentimeter tief trocken, wird es Zeit. Für den
Urlaub genügt oft eine umgedrehte Flasche, bei größeren Balkonen ein Tropfschlauch mit Zeituhr. Ein
Balkongarten für Anfänger verzeiht viel, nur stehendes Wasser im Untersetzer nimmt er sehr übel.
"""


def _article(
    title: str, keyword: str, slug: str, description: str, body: str, code: str
) -> Article:
    headings = [line[3:] for line in body.splitlines() if line.startswith("## ")]
    return Article(
        id=uuid7(),
        title=title,
        slug=slug,
        meta_title=title[:65],
        meta_description=description,
        excerpt=description.split(".")[0] + ".",
        body=body,
        language=code,
        primary_keyword=keyword,
        target_words=round(count_words(body) / 50) * 50,
        outline=[PlannedSection(heading, "") for heading in headings],
        in_article=2,
        pictures=[
            _picture(ImageKind.FEATURED, 0, "", f"A picture for {title}"),
            _picture(ImageKind.IN_ARTICLE, 1, headings[0], f"A sketch of: {headings[0]}"),
            _picture(ImageKind.IN_ARTICLE, 2, headings[1], f"A sketch of: {headings[1]}"),
        ],
    )


def _picture(kind: ImageKind, position: int, section: str, alt: str) -> Picture:
    name = f"{kind.value}-{position}.png"
    return Picture(
        id=uuid7(),
        kind=kind,
        position=position,
        section=section,
        alt=alt,
        path=name,
        width=64,
        height=48,
    )


def good_articles() -> list[Article]:
    """Articles that a person would call ready."""
    return [
        _article(
            "How to Find the Best Coffee Grinder for Espresso",
            "best coffee grinder for espresso",
            "best-coffee-grinder-for-espresso",
            "What makes the best coffee grinder for espresso: even burrs, fine adjustment and a "
            "fair price. A calm guide to choosing one that lasts.",
            COFFEE,
            "en",
        ),
        _article(
            "Trail Running for Beginners: Which Shoe Is Right?",
            "trail running shoes for beginners",
            "trail-running-shoes-beginners",
            "Grip, fit and wear explained: how to choose trail running shoes for beginners without "
            "paying for what you will not need on your paths.",
            TRAIL,
            "en",
        ),
        _article(
            "Balkongarten für Anfänger: So gelingt der Start",
            "balkongarten für anfänger",
            "balkongarten-fuer-anfaenger",
            "Standort, Töpfe, Erde und Wasser: So gelingt der erste Balkongarten für Anfänger ohne "
            "große Kosten und ohne Enttäuschungen im Sommer.",
            BALKON,
            "de",
        ),
    ]


def png(color: str, width: int = 64, height: int = 48) -> bytes:
    """A real picture of one colour."""
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()


STORE = {
    "featured-0.png": png("tomato"),
    "in_article-1.png": png("teal"),
    "in_article-2.png": png("olive"),
}


def store(files: dict[str, bytes]) -> Callable[[str], bytes]:
    """A reader of these files that fails as the media store does."""

    def read(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return read
