"""``connections`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.app import app
from core.database import Database
from tests.core.actions.connectors.http.billing import DOCUMENT, TOKEN, Billing
from tests.serving import running

NAME = "RATCHET_CONNECTION_BILLING"


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["connections", *arguments])
    assert result.exit_code == code, result.output
    assert TOKEN not in result.output
    return result.output


def test_from_document_to_checked_connection(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, choices = tmp_path / "billing.json", tmp_path / "choices.json"
    document.write_text(json.dumps(DOCUMENT))
    choices.write_text(
        json.dumps([{"id": "GET /customers/{email}/invoices", "account_argument": "email", "risk": "read"}])
    )
    assert "give --base-url" in run("import", "Billing", str(document), code=1)
    monkeypatch.setenv(NAME, TOKEN)
    with running(Billing().app()) as url:
        listed = run(
            "import", "Billing", f"{url}/openapi.json", "--base-url", url, "--secret-variable", NAME, "--json"
        )
        offered = [json.loads(line) for line in listed.splitlines()]
        assert [one["id"] for one in offered if one["unsupported"]] == ["POST /attachments"]
        assert run("choose", "billing", str(choices)) == "Billing offers 1 actions.\n"
        assert "Billing answers" in run("check", "Billing")
        monkeypatch.setenv(NAME, "a-wrong-secret")
        assert "does not accept the secret" in run("check", "Billing", code=1)
    assert "does not answer" in run("check", "Billing", code=1)
    (shown,) = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert (shown["secret"], shown["secret_variable"]) == ("set", NAME)
    assert shown["operations"][0]["action"] == "billing__list_invoices"
    run("disable", "Billing")
    assert "(off)" in run("list")
    run("remove", "Billing")
    assert run("list") == ""
    assert "no connection called" in run("check", "Billing", code=1)


@pytest.mark.parametrize("text", ["", "[1]", "{}", '[{"id": "GET /nothing"}]', '[{"id": 5, "x": 1}]'])
def test_a_bad_choice_is_one_line(database: Database, tmp_path: Path, text: str) -> None:
    document, choices = tmp_path / "billing.json", tmp_path / "choices.json"
    document.write_text(json.dumps(DOCUMENT))
    choices.write_text(text)
    run("import", "Billing", str(document), "--base-url", "https://billing.example.com")
    output = run("choose", "Billing", str(choices), code=1)
    assert output.startswith("error: ")
    assert output.count("\n") == 1
