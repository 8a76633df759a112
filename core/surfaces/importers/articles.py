"""Articles from JSON lines, Markdown files and HTML pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import frontmatter
from bs4 import BeautifulSoup
from markdownify import markdownify
from yaml import YAMLError

from core.errors import InvalidInput
from core.knowledge import ArticleRecord
from core.surfaces.importers.article_building import MAX_BODY, build_article
from core.surfaces.importers.json_lines import check_new, parse_json
from core.surfaces.importers.options import ImportOptions
from core.surfaces.importers.registry import article_importer
from core.surfaces.importers.rejects import Reject, Remark
from core.surfaces.importers.source import Source, decode_line, read_small
from core.surfaces.mail import decode_text

_HEADING = re.compile(r"^# +(.+?)(?: +#+)?\s*$", re.MULTILINE)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\b[^>]*>\s*</a>", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_NOT_CONTENT = [
    "title", "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "iframe",
    "object", "embed", "svg", "canvas", "button", "input", "select", "textarea", "dialog",
]  # fmt: skip
_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm", ".xhtml")

_Found = Iterator[ArticleRecord | Reject | Remark]


@article_importer("jsonl", label="JSON lines", suffixes=(".jsonl", ".ndjson"))
def read_article_lines(source: Source, options: ImportOptions) -> _Found:
    """One article a line, UTF-8.

    ```json
    {"id": "refunds", "title": "Refunds", "body": "Money is back within **14 days**.",
     "audience": "public", "locale": "en", "tags": ["billing"], "updated_at": "2026-10-01"}
    ```

    | field | required | values |
    | --- | --- | --- |
    | `id` | yes | text or whole number, up to 300 characters, unique in the source |
    | `title` | yes | text |
    | `body` | yes | Markdown, up to 5,000,000 characters |
    | `audience` | no | `public` (default) or `internal` |
    | `locale` | no | such as `en` or `pt-BR`; default: the `--locale` option, else found out from the text |
    | `tags` | no | list of texts |
    | `updated_at` | no | a date (see Dates) |
    | `translation_of` | no | id of the article this one translates |

    Other fields are ignored. A second article with the same `id` in one file is rejected.
    """
    seen: dict[str, int] = {}
    for line in source.lines():
        if not line.text.strip():
            continue
        if line.broken:
            yield Remark(line.number, "not valid UTF-8; unreadable bytes were replaced")
        try:
            record = build_article(parse_json(line.text), options=options)
            check_new(record.external_id, line.number, seen)
        except InvalidInput as error:
            yield Reject(line.number, str(error), line.text)
            continue
        yield record


@article_importer("markdown", label="Markdown file or folder", suffixes=_MARKDOWN)
def read_markdown(source: Source, options: ImportOptions) -> _Found:
    """An `.md` file, or every one below a folder (hidden files and folders are left out).

    ```markdown
    ---
    id: refunds
    title: Refunds
    audience: public
    locale: en
    tags: [billing]
    updated_at: 2026-10-01
    ---
    Money is back within **14 days**.
    ```

    The front matter is optional and takes the fields of the JSON-lines format. Default `id`: the
    path below the folder, such as `billing/refunds.md`; default `title`: the first `#` heading,
    else the file's name. A file of more than 5 MB and one with broken front matter are rejected.
    """
    yield from _read_files(source, options, _MARKDOWN, _from_markdown)


@article_importer("html", label="HTML file or folder", suffixes=_HTML)
def read_html(source: Source, options: ImportOptions) -> _Found:
    """An `.html` file, or every one below a folder (hidden files and folders are left out).

    The main content (`<main>`, `<article>` or `role="main"`, else the body) becomes Markdown:
    headings, lists, tables, links and code stay; scripts, styles, navigation, headers, footers,
    forms and images go. `id`: the path below the folder; `title`: the first `<h1>`, else
    `<title>`, else the file's name; `locale`: the page's `lang`. The page's charset is honoured.
    """
    yield from _read_files(source, options, _HTML, _from_html)


def _read_files(
    source: Source,
    options: ImportOptions,
    suffixes: tuple[str, ...],
    read: Callable[[bytes], tuple[dict[str, Any], str]],
) -> _Found:
    seen: dict[str, str] = {}
    for path in source.files(*suffixes):
        name = path.relative_to(source.path).as_posix() if source.path.is_dir() else path.name
        try:
            fields, remark = read(read_small(source, path, limit=MAX_BODY))
            fields["id"] = fields.get("id") or name
            fields["title"] = fields.get("title") or _title_of(path)
            record = build_article(fields, options=options)
            if (first := seen.setdefault(record.external_id, name)) != name:
                raise InvalidInput(f"the id {record.external_id!r} was already used by {first}")
        except InvalidInput as error:
            yield Reject(1, str(error), file=name)
            continue
        if remark:
            yield Remark(1, remark, name)
        yield record


def _from_markdown(raw: bytes) -> tuple[dict[str, Any], str]:
    line = decode_line(raw, 1)
    try:
        metadata, body = frontmatter.parse(line.text)
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise InvalidInput(f"the front matter is not YAML: {reason}") from None
    fields = {str(key): value for key, value in metadata.items()}
    heading = _HEADING.search(body)
    if not fields.get("title") and heading:
        fields["title"] = _ANCHOR.sub("", heading[1]).strip()
    fields["body"] = body
    return fields, "not valid UTF-8; read as well as possible" if line.broken else ""


def _from_html(raw: bytes) -> tuple[dict[str, Any], str]:
    declared = _CHARSET.search(raw[:4096])
    decoded = decode_text(raw, declared[1].decode("ascii") if declared else "")
    page = BeautifulSoup(decoded.text, "html.parser")
    title = page.title.get_text(" ", strip=True) if page.title else ""
    language = page.html.get("lang") if page.html else None
    content = page.find("main") or page.find(role="main") or page.find("article") or page.body or page
    for element in content.find_all(_NOT_CONTENT):
        element.decompose()
    heading = content.find("h1")
    try:
        body = markdownify(str(content), heading_style="ATX", bullets="-", strip=["img"])
    except RecursionError:
        raise InvalidInput("elements are nested too deeply") from None
    fields = {
        "title": (heading.get_text(" ", strip=True) if heading else "") or title,
        "locale": language[:16] if isinstance(language, str) else None,
        "body": _BLANK_LINES.sub("\n\n", body).strip(),
    }
    return fields, decoded.remark


def _title_of(path: Path) -> str:
    return re.sub(r"[-_]+", " ", path.stem).strip().capitalize() or path.name
