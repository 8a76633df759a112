"""``articles``: read, edit, check, send on and archive by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.database import Database
from core.identity import SYSTEM, Person
from core.knowledge import archive_article
from tests.core.cli.test_commands import fails, ok
from tests.core.knowledge.making import REFUND, fill


def test_an_article_is_shown_edited_and_sent_on(database: Database, tmp_path: Path) -> None:
    fill(database)
    shown = json.loads(ok("articles", "show", "refunds", "--json"))
    assert (shown["body"], shown["version"], shown["edits"]) == (REFUND.body, 1, [])
    assert [each["article"] for each in shown["translations"]] == ["refunds-de"]
    text = tmp_path / "refunds.md"
    text.write_text(REFUND.body.replace("14 days", "30 days"), "utf-8")
    for _twice in range(2):
        made = json.loads(ok("articles", "edit", "refunds", "--body", str(text), "--json"))
        assert (made["title"], made["state"], made["conflicts"]) == ("Refunds", "open", 0)
    assert json.loads(ok("articles", "show", "refunds", "--json"))["edits"] == [made["edit"]]
    assert "14 days" in ok("articles", "show", "refunds"), "it is not live before a release"
    assert ok("articles", "redirect", "refunds", "password").strip() == "refunds -> password"
    assert "in a circle" in fails("articles", "redirect", "password", "refunds")
    proposed = json.loads(ok("articles", "archive", "refunds", "--json"))
    assert (proposed["status"], proposed["proposal"]) == ("live", 1), "nothing goes past the gate"
    with database.transaction() as session:
        archive_article(SYSTEM, shown["id"], session=session)
    assert "redirects to: password" in ok("articles", "show", "refunds")
    assert json.loads(ok("articles", "redirect", "refunds", "--clear", "--json"))["redirects_to"] is None


def test_who_looks_after_an_article(database: Database) -> None:
    fill(database)
    with database.transaction() as session:
        session.add(Person(username="sue", name="Sue", role="specialist", password_hash="x"))
    made = json.loads(
        ok("articles", "care", "refunds", "--owner", "sue", "--review", "2090-01-31", "--as", "sue", "--json")
    )
    assert (made["owner"], made["review_on"]) == ("sue", "2090-01-31")
    assert "no day" in ok("articles", "care", "refunds", "--owner", "", "--review", "")
    assert json.loads(ok("articles", "show", "refunds", "--json"))["owner_id"] is None
    assert "2027-01-31" in fails("articles", "care", "refunds", "--review", "soon")
    ok("articles", "care", "refunds-de", "--followed")


def test_checks_exit_with_what_they_found(database: Database, tmp_path: Path) -> None:
    fill(database)
    assert "words" in ok("articles", "checks", "refunds")
    bad = tmp_path / "bad.md"
    bad.write_text("Hello <script>x</script> [x](nowhere)", "utf-8")
    assert "2 things are wrong" in fails("articles", "checks", "--file", str(bad))
    ok("articles", "edit", "refunds", "--body", str(bad))
    assert "2 things are wrong" in fails("articles", "checks", "refunds", "--json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "nothing"], "no article 'nothing'"),
        (["edit"], "--title"),
        (["edit", "refunds", "--body", "missing.md"], "cannot be read"),
        (["checks"], "--file"),
        (["redirect", "refunds"], "--clear"),
        (["care", "refunds"], "--owner"),
    ],
)
def test_bad_input_is_one_line(database: Database, arguments: list[str], message: str) -> None:
    fill(database)
    assert message in fails("articles", *arguments)
