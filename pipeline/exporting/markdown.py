"""An article as Markdown with YAML front matter.

Values are written as JSON, which YAML reads as it is: quoted, so that no value can be taken for
syntax, and with every character that YAML does not allow in a file escaped.
"""

import json
import re
from typing import Any

from pipeline.exporting.articles import ArticleImage, ExportedArticle
from pipeline.exporting.placing import with_images

_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINK_MARKS = re.compile(r"([\\\[\]!*_`<>])")


def to_markdown(article: ExportedArticle) -> str:
    """The file of an article: front matter, featured image, body with its images."""
    facts: dict[str, Any] = {
        "title": article.title,
        "slug": article.slug,
        "meta_title": article.meta_title,
        "meta_description": article.meta_description,
        "excerpt": article.excerpt,
        "keywords": [article.primary_keyword, *article.secondary_keywords],
        "cluster": article.cluster,
        "content_type": article.content_type,
        "language": article.language,
        "date": article.created_at.isoformat(timespec="seconds"),
        "status": article.status,
        "review": article.result,
        "review_reasons": article.reasons,
        "words": article.word_count,
        "demo": article.demo,
        "images": [_image(image) for image in article.images if image.file],
    }
    lines = [f"{name}: {_scalar(value)}" for name, value in facts.items()]
    body = with_images(article.body, article.images, image_markdown)
    return "\n".join(["---", *lines, "---", "", body, ""])


def _image(image: ArticleImage) -> dict[str, Any]:
    return {
        "file": image.file,
        "alt": image.alt,
        "kind": image.kind.value,
        "section": image.section,
    }


def _scalar(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def image_markdown(image: ArticleImage) -> str:
    """`![alt](file)`, the alt text's own marks escaped."""
    return f"![{escape(image.alt)}]({image.file})"


def escape(text: str) -> str:
    """`text` as one line of Markdown without meaning as Markdown."""
    return _LINK_MARKS.sub(r"\\\1", " ".join(text.split()))
