"""What the pages show of an article's Markdown: nothing loads, runs, or means something to Streamlit only."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from pages.widgets.article_text import shown_markdown


@pytest.mark.parametrize(
    "text",
    [
        "![a picture](https://tracker.example/p.png)",
        "![](https://tracker.example/p.png)",
        "![alt][ref]\n\n[ref]: https://tracker.example/p.png",
        "![ref]\n\n[ref]: https://tracker.example/p.png",
        "[![a](https://tracker.example/p.png)](https://halyard.example)",
        "![a [b] c](https://tracker.example/p.png)",
        "![over\ntwo lines](https://tracker.example/p.png)",
        "\\![not](one)![but this](https://tracker.example/p.png)",
        "`a ``x![in no code](https://tracker.example/p.png) b",
        "````\n```\n````\n![after a fence](https://tracker.example/p.png)",
        "``` not a `fence\n![a](https://tracker.example/p.png)",
    ],
)
def test_no_image_is_loaded(text: str) -> None:
    before, after = (MarkdownIt("commonmark").render(each) for each in (text, shown_markdown(text)))
    assert "<img" in before
    assert "<img" not in after


def test_code_looks_as_it_was_written() -> None:
    code = "```\nprice=$5 ![x](y) :red[a]\n```"
    assert shown_markdown(code).replace("\u2060", "") == code
    assert shown_markdown("`$HOME` costs $5") == "`$HOME` costs \\$5"


def test_what_only_streamlit_reads_is_plain() -> None:
    shown = shown_markdown("Open at 12:30:45, :material/home: and :red[not red], from $1 to $2, \\$3")
    assert shown.replace("\u2060", "") == (
        "Open at 12:30:45, :material/home: and :red[not red], from \\$1 to \\$2, \\$3"
    )
    assert ":\u2060material" in shown
    assert ":\u2060red[" in shown


def test_links_and_formatting_stay() -> None:
    text = "# Head\n\n- **bold** [link](https://halyard.example/a?b=1:2)\n\n| a | b |\n| --- | --- |"
    assert shown_markdown(text) == text
