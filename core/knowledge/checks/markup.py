"""HTML and scripts in Markdown, which nobody will see run, and Markdown that is not closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from core.knowledge.checks.findings import Finding, shortened
from core.knowledge.checks.marks import Marks, Markup, Prose

_ACTIVE = re.compile(
    r"<\s*(script|style|iframe|object|embed|form|input|button|link|meta|base|svg|video|audio)\b",
    re.IGNORECASE,
)
_HANDLER = re.compile(r"<[^>]*\s(on[a-z]{3,})\s*=", re.IGNORECASE)
_RUNS = re.compile(r"<[^>]*=\s*[\"']?\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_COMMENT = re.compile(r"<!--")
_TAG = re.compile(r"<\s*([A-Za-z][\w-]*)")
_APART = re.compile(r"\[[^\[\]\n]+\]\s+\((?:https?://|#|\./)[^)\s]*\)")
_RUNNING_LINK = re.compile(r"\]\(\s*<?\s*(?:javascript|vbscript|data|file)\s*:", re.IGNORECASE)
_UNCLOSED = re.compile(r"\[[^\[\]\n]+\]\((?:https?://|#)[^)\s]*(?:\s|$)")


def check_markup(marks: Marks) -> Iterator[Finding]:
    """Everything of the form that will not be shown as it was meant."""
    if marks.open_fence is not None:
        yield Finding(
            "markdown", "warning",
            "This code block has no end: all that follows is shown as code. Close it with ```.",
            marks.open_fence,
        )  # fmt: skip
    for each in marks.markup:
        yield from _check_html(each)
    yield from _check_brackets(marks.prose)


def _check_html(markup: Markup) -> Iterator[Finding]:
    source = markup.source
    for line, text in enumerate(source.split("\n"), start=markup.line):
        if active := _ACTIVE.search(text):
            words = f"<{active.group(1).lower()}> is taken out: it is neither shown nor run."
            yield Finding("script", "error", words, line, shortened(text))
        elif handler := _HANDLER.search(text):
            words = f"The script in “{handler.group(1)}” is taken out: it will not run."
            yield Finding("script", "error", words, line, shortened(text))
        elif _RUNS.search(text):
            yield Finding("script", "error", "A script in an address is taken out.", line, shortened(text))
        elif _COMMENT.search(text):
            words = "A comment is hidden: neither readers nor the AI see it."
            yield Finding("html", "note", words, line, shortened(text))
        elif tag := _TAG.search(text):
            words = (
                f"The HTML tag <{tag.group(1).lower()}> is not shown as formatting; only its words stay. "
                "Write it in Markdown."
            )
            yield Finding("html", "warning", words, line, shortened(text))


def _check_brackets(prose: Iterable[Prose]) -> Iterator[Finding]:
    for each in prose:
        if "](" not in each.source and "] " not in each.source:
            continue
        for offset, line in enumerate(each.source.split("\n")):
            if found := _RUNNING_LINK.search(line):
                words = "This link would run a script or open a local file. It is shown as plain text."
                yield Finding("script", "error", words, each.line + offset, shortened(line[found.start() :]))
            elif found := _APART.search(line):
                words = "This is not a link yet: take out the blank between ] and (."
                yield Finding("markdown", "warning", words, each.line + offset, shortened(found.group()))
            elif (found := _UNCLOSED.search(line)) and ")" not in line[found.start() :]:
                words = "This is not a link yet: the closing ) is missing."
                yield Finding("markdown", "warning", words, each.line + offset, shortened(found.group()))
