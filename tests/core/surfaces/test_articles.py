"""Articles from JSON lines, Markdown and HTML."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.core.surfaces.reading import read_articles, write_lines


def article(id: str = "a-1", **changes: Any) -> dict[str, Any]:
    return {"id": id, "title": "Refunds", "body": "Within **14 days**."} | changes


def test_every_field_of_the_contract_arrives(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path / "in.jsonl",
        article(
            audience="internal", locale="pt_BR", tags=["billing"], updated_at="2026-10-01", translation_of="r"
        ),
        article("a-2"),
    )
    first, second = read_articles(path, "jsonl", locale="de").records
    assert (first.external_id, first.title, first.body) == ("a-1", "Refunds", "Within **14 days**.")
    assert (first.audience, first.locale, list(first.tags)) == ("internal", "pt-BR", ["billing"])
    assert (first.updated_at, first.translation_of) == (datetime(2026, 10, 1, tzinfo=UTC), "r")
    assert (second.audience, second.locale, second.updated_at) == ("public", "de", None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": None}, "id is missing"),
        ({"id": "x" * 301}, "id is longer than 300"),
        ({"title": ""}, "title is empty"),
        ({"title": ["x"]}, "title must be text"),
        ({"body": None}, "body is missing"),
        ({"body": " \n"}, "body is empty"),
        ({"body": 5}, "body must be text"),
        ({"body": "x" * 5_000_001}, "body is longer than 5,000,000"),
        ({"audience": "secret"}, "audience is 'secret'"),
        ({"tags": {"a": 1}}, "tags must be a list"),
        ({"updated_at": "soon"}, "updated_at: 'soon' is not a date"),
        ({"locale": "x" * 17}, "locale is longer than 16"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    path = write_lines(tmp_path / "in.jsonl", article() | changes, article("good"))
    found = read_articles(path, "jsonl")
    assert [record.external_id for record in found.records] == ["good"]
    assert reason in found.rejects[0].reason


def test_markdown_with_and_without_front_matter(tmp_path: Path) -> None:
    (tmp_path / "billing").mkdir()
    (tmp_path / "billing" / "refunds.md").write_text(
        "---\nid: refunds\ntitle: Refunds\naudience: internal\nlocale: de\ntags: [a, b]\n"
        "updated_at: 2026-10-01\n---\n\nText\n"
    )
    (tmp_path / "plain.md").write_text("Intro\n\n# The <a name='x'></a>title #\n\nText")
    (tmp_path / "no-heading_here.markdown").write_text("Only text")
    (tmp_path / "ignored.txt").write_text("no")
    found = read_articles(tmp_path, "markdown")
    assert not found.rejects
    assert [(r.external_id, r.title) for r in found.records] == [
        ("refunds", "Refunds"),
        ("no-heading_here.markdown", "No heading here"),
        ("plain.md", "The title"),
    ]
    refunds = found.records[0]
    assert (refunds.audience, refunds.locale, list(refunds.tags)) == ("internal", "de", ["a", "b"])
    assert refunds.updated_at == datetime(2026, 10, 1, tzinfo=UTC)
    assert refunds.body.strip() == "Text"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"---\ntitle: [unclosed\n---\nText", "front matter is not YAML"),
        (b"---\ntitle: &a [*a]\n---\nText", "title must be text"),
        (b"---\na: !!python/object/apply:os.system ['true']\n---\nText", "front matter is not YAML"),
        (b"---\nlocale: [de]\n---\nText", "locale must be text"),
        (b"", "body is empty"),
        (b"\xff\xfe#\x00", "UTF-16"),
        (b"x" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_a_bad_markdown_file_is_rejected_alone(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "bad.md").write_bytes(content)
    (tmp_path / "good.md").write_text("# Good\n\nText")
    found = read_articles(tmp_path, "markdown")
    assert [record.title for record in found.records] == ["Good"]
    (reject,) = found.rejects
    assert reject.file == "bad.md"
    assert reason in reject.reason


def test_two_files_with_one_id(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("---\nid: same\n---\nText")
    found = read_articles(tmp_path, "markdown")
    assert len(found.records) == 1
    assert found.rejects[0].reason == "the id 'same' was already used by a.md"


def test_html_becomes_markdown_of_the_main_content(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<html lang='de'><head><title>Site - Page</title><style>x{}</style></head><body>"
        "<nav>Menu</nav><header>Top</header><main><h1>Erstattung</h1><p>In <b>14</b> Tagen, siehe "
        "<a href='https://example.org'>hier</a>.</p><ul><li>eins</li><li>zwei</li></ul>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
        "<script>steal()</script><img src='https://t.example/x.gif'><pre><code>make run</code></pre></main>"
        "<footer>Imprint</footer></body></html>"
    )
    (record,) = read_articles(tmp_path, "html").records
    assert (record.external_id, record.title, record.locale) == ("page.html", "Erstattung", "de")
    for part in ("# Erstattung", "In **14** Tagen, siehe [hier](https://example.org).", "- eins\n- zwei",
                 "| A | B |", "make run"):  # fmt: skip
        assert part in record.body
    for part in ("Menu", "Top", "Imprint", "steal", "t.example", "x{}"):
        assert part not in record.body


def test_the_charset_of_a_page_is_honoured(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(
        "<meta charset='koi8-r'><title>Возврат</title><p>Деньги".encode("koi8-r")
    )
    (record,) = read_articles(tmp_path, "html").records
    assert (record.title, record.body) == ("Возврат", "Деньги")


def test_deeply_nested_html_is_rejected_not_fatal(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text("<div>" * 20_000 + "text")
    (tmp_path / "good.html").write_text("<h1>Good</h1><p>Text")
    found = read_articles(tmp_path, "html")
    assert [record.title for record in found.records if record.external_id == "good.html"] == ["Good"]
    assert len(found.records) + len(found.rejects) == 2
