"""Another model is checked before it is proposed, and named in words."""

from __future__ import annotations

from typing import Any

import pytest

from core.assist import put_setting
from core.database import Database
from core.errors import Conflict, InvalidInput, PermissionDenied
from core.identity import Actor, Role
from core.releases import get_proposal, preview_model, propose_change

SERVED = {
    "provider": "compatible",
    "name": "big",
    "base_url": "http://127.0.0.1:1/v1",
    "api": "chat_completions",
}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({**SERVED, "name": " "}, "Say which model"),
        ({**SERVED, "name": "the big one"}, "no spaces"),
        ({**SERVED, "name": "x" * 201}, "at most 200"),
        ({**SERVED, "base_url": ""}, "at which address"),
        ({**SERVED, "base_url": "127.0.0.1:1/v1"}, "begins with http"),
        ({**SERVED, "base_url": "file:///etc/passwd"}, "begins with http"),
        ({**SERVED, "base_url": "http://[::1"}, "begins with http"),
        ({**SERVED, "base_url": "https://me:secret@models.example/v1"}, "Leave name and password out"),
        ({**SERVED, "api": "soap"}, "api is one of responses, chat_completions"),
        ({"provider": "openai", "name": "big"}, "There is no key for OpenAI here"),
        ({"provider": "offline", "name": "big"}, "neither a model's name nor an address"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said(
    database: Database,
    articles: dict[str, int],
    sue: Actor,
    monkeypatch: pytest.MonkeyPatch,
    content: dict[str, Any],
    problem: str,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with database.reading() as session, pytest.raises(InvalidInput, match=problem):
        preview_model(sue, content, session=session)
    with database.transaction() as session, pytest.raises(InvalidInput, match=problem):
        propose_change(sue, "model", content, session=session)


def test_what_writes_now_is_no_change(database: Database, articles: dict[str, int], sue: Actor) -> None:
    with database.transaction() as session:
        with pytest.raises(Conflict, match="in force already"):
            propose_change(sue, "model", {"provider": "offline"}, session=session)
        put_setting("model", {"provider": "offline"}, session=session, person_id=None)
        back = propose_change(sue, "model", {}, session=session)
        (change,) = get_proposal(sue, back.key, session=session).changes
    assert change.words == "The operator's model again"


def test_a_model_is_shown_in_words(database: Database, articles: dict[str, int], sue: Actor) -> None:
    words = (
        "Written by: a server that speaks OpenAI's protocol\nModel: big\nAddress: http://127.0.0.1:1/v1\n"
        "API: chat completions"
    )
    with database.transaction() as session:
        assert preview_model(sue, None, session=session).startswith("What the operator has set.\nOffline")
        assert preview_model(sue, SERVED, session=session) == words
        with pytest.raises(PermissionDenied):
            preview_model(Actor(99, "admin", "Admin", Role.ADMIN), None, session=session)
        made = propose_change(sue, "model", SERVED, session=session)
        (change,) = get_proposal(sue, made.key, session=session).changes
    assert (change.before, change.after) == ("What the operator has set.", words)
    assert (made.title, change.title) == ("Model: big", "Model that writes drafts")
