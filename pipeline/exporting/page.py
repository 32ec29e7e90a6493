"""An article, and the list of all, as HTML pages that need nothing but their images.

Bodies are sanitised by `pipeline.markdown.to_html`, everything else is escaped, and the pages
forbid scripts themselves.
"""

import secrets
from html import escape

from pipeline.exporting.articles import ArticleImage, ExportedArticle
from pipeline.exporting.placing import with_images
from pipeline.markdown import to_html

_STYLE = """
:root { color-scheme: light dark; --text: #1d2329; --soft: #5c6670; --line: #dde2e7;
  --back: #fff; --link: #0b57d0; --ready: #146c2e; --wait: #8a4b00; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --soft: #a0a9b2; --line: #3a424a;
  --back: #16191d; --link: #8ab4f8; --ready: #7ddb94; --wait: #ffb870; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 1.0625rem/1.65 Georgia, "Times New Roman", serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, h3, h4, .note, table, nav { font-family: system-ui, sans-serif; line-height: 1.25; }
h1 { font-size: 2rem; } h2 { margin-top: 2.2em; } a { color: var(--link); }
.lead { font-size: 1.2rem; color: var(--soft); } .note { font-size: .875rem; color: var(--soft); }
figure { margin: 1.5rem 0; } img { max-width: 100%; height: auto; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { border-bottom: 1px solid var(--line); padding: .5rem .6rem; text-align: left;
  vertical-align: top; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .4rem; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.ready { color: var(--ready); } .needs_attention, .not_reviewed { color: var(--wait); }
.number { text-align: right; } .scroll { overflow-x: auto; }
"""

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="script-src 'none'; object-src 'none'">
<title>{title}</title>
<meta name="description" content="{description}">
<style>{style}</style>
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"""


def _page(language: str, title: str, description: str, main: str) -> str:
    return _PAGE.format(
        language=escape(language),
        title=escape(title),
        description=escape(description),
        style=_STYLE,
        main=main,
    )


def to_page(article: ExportedArticle, index: str | None = "../index.html") -> str:
    """The page of an article, with a note on its review and on demo content.

    `index` is where the list of all articles is, None if there is none.
    """
    figures: dict[str, str] = {}

    def show(image: ArticleImage) -> str:
        # Put in as a word that nobody can guess and replaced after rendering: figures are not
        # among the tags that an article's own text may have.
        word = f"figure{secrets.token_hex(12)}"
        figures[f"<p>{word}</p>"] = _figure(image)
        return word

    body = to_html(with_images(article.body, article.images, show))
    for word, figure in figures.items():
        body = body.replace(word, figure)
    demo = "Demo content, not written by a person or a language model. " if article.demo else ""
    back = f' · <a href="{escape(index)}">All articles</a>' if index else ""
    main = (
        f"<article>\n<h1>{escape(article.title)}</h1>\n"
        f'<p class="lead">{escape(article.excerpt)}</p>\n{body}</article>\n'
        f'<p class="note">{demo}{article.word_count:,} words · review: '
        f'<span class="{escape(article.result)}">{escape(article.result_text)}</span>'
        f"{back}</p>"
    )
    return _page(article.language, article.meta_title, article.meta_description, main)


def _figure(image: ArticleImage) -> str:
    size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
    return (
        f'<figure><img src="{escape(image.file or "")}" alt="{escape(image.alt)}"{size}></figure>'
    )


def index_page(rows: str, summary: str) -> str:
    """The page that lists all articles; `rows` are table rows made by `index_row`."""
    main = (
        f"<h1>Articles</h1>\n<p>{escape(summary)}</p>\n"
        '<div class="scroll"><table>\n<thead><tr><th>Article</th><th>Primary keyword</th>'
        '<th class="number">Words</th><th>Review</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )
    return _page("en", "Articles", summary, main)


def index_row(article: ExportedArticle, name: str, has_page: bool) -> str:
    """One row of the list: title, keyword, words, and the review with what is to be mended."""
    title = escape(article.title)
    link = f'<a href="{name}/{name}.html">{title}</a>' if has_page else title
    listed = "".join(f"<li>{escape(reason)}</li>" for reason in article.reasons)
    demo = ' <span class="note">demo</span>' if article.demo else ""
    return (
        f"<tr><td>{link}{demo}</td><td>{escape(article.primary_keyword)}</td>"
        f'<td class="number">{article.word_count:,}</td>'
        f'<td><span class="{escape(article.result)}">{escape(article.result_text)}</span>'
        f"{f'<ul>{listed}</ul>' if listed else ''}</td></tr>"
    )
