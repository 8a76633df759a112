"""``replay``: by command and as a durable job, with an exit status that CI can go by."""

from __future__ import annotations

import json

import pytest

from core.assist import equipment
from core.database import Database
from core.identity import SYSTEM
from core.releases.replaying import staging
from core.releases.tables import Proposal
from tests.core.cli.test_commands import fails, run
from tests.core.knowledge.making import WordEmbedder
from tests.core.releases.making import proposed
from tests.core.releases.replaying.making import add_knowledge, add_smoke


@pytest.fixture
def proposal(database: Database, monkeypatch: pytest.MonkeyPatch) -> Proposal:
    """One that makes a critical case fail."""
    embedder = WordEmbedder()
    for module in (equipment, staging):
        monkeypatch.setattr(module, "get_embedder", lambda _settings: embedder)
    articles = add_knowledge(database, embedder)
    add_smoke(database, critical=True)
    return proposed(database, SYSTEM, articles["refunds"], "A refund is paid within 30 days.")


def test_it_ends_with_2_where_a_critical_case_would_fail(proposal: Proposal) -> None:
    result = run("replay", str(proposal.key), "--json")
    assert result.exit_code == 2, (result.output, result.exception)
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["critical"] == ["How many days does a refund take?"]
    assert told["cases"] == 5
    assert told["before_build"] != told["after_build"]
    assert told["comparison"]["critical_worse"] == 1


def test_no_such_proposal_is_one_line(database: Database) -> None:
    assert "There is no such proposal" in fails("replay", "7")
