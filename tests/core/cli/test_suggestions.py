"""``suggestions``: note, list, show, accept, reject, reopen and find by command."""

from __future__ import annotations

import json

from core.database import Database
from tests.core.cli.test_commands import fails, ok
from tests.core.knowledge.making import fill


def test_a_note_is_listed_shown_accepted_and_another_rejected(database: Database) -> None:
    fill(database)
    text = "A refund for a monthly plan is paid within 30 days to the original card."
    made = json.loads(ok("suggestions", "note", "--title", "Refunds", "--text", text, "--json"))["suggestion"]
    listed = json.loads(ok("suggestions", "list", "--json"))
    assert (listed["id"], listed["state"], listed["source"], listed["affected"]) == (made, "open", "note", 0)
    (against,) = listed["finds"]["contradictions"]
    assert (against["my_value"], against["their_value"]) == ("30 days", "14 days")
    assert "contradicts Refunds" in ok("suggestions", "show", str(made))
    assert json.loads(ok("suggestions", "accept", str(made), "--json"))["edit"]
    assert "accepted already" in fails("suggestions", "reject", str(made), "--reason", "No.")
    other = json.loads(
        ok("suggestions", "note", "--title", "Trials", "--text", "Trials last 14 days.", "--json")
    )
    assert ok("suggestions", "reject", str(other["suggestion"]), "--reason", "No.").strip() == "rejected"
    assert ok("suggestions", "list").strip() == "no suggestions"
    assert ok("suggestions", "reopen", str(other["suggestion"])).strip() == "open"
    assert "accepted" in fails("suggestions", "reopen", str(made))
    assert json.loads(ok("suggestions", "find", "--json")) == {"evidence": 0}
    assert "no suggestion 99" in fails("suggestions", "show", "99")
    assert "empty" in fails("suggestions", "note", "--title", "Nothing")
