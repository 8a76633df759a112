"""What the tests of the Assist page share: a system behind the actions, a customer who waits, a draft."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from core.actions import Action, ActionRequest, Catalogue
from core.assist import Draft
from core.conversations import MessageRecord, find_conversation
from core.database import Database
from core.identity import SYSTEM, Role
from pages.process import get_process
from tests.core.actions.scripted import Scripted, propose_refund
from tests.core.conversations.make import load, record, stored_id
from tests.pages.conftest import SignedIn

PAGE = "rep/assist.py"


def scripted_system(monkeypatch: pytest.MonkeyPatch, *actions: Action) -> Scripted:
    """The pages use this system, and write no drafts by themselves: tests put them into the database.

    Args:
        actions: what it offers; by default the ones of :class:`Scripted`.
    """
    system = Scripted(actions=actions)
    use_catalogue(monkeypatch, Catalogue([system]))
    monkeypatch.setattr(get_process().runner, "ensure_draft", lambda *_args, **_options: None)
    return system


def use_catalogue(monkeypatch: pytest.MonkeyPatch, catalogue: Catalogue) -> None:
    """Pages and the executor of this process know these actions instead of the installation's own."""
    for module in ("pages.process", "core.actions.execution.executor"):
        monkeypatch.setattr(f"{module}.open_catalogue", lambda _database, _settings: catalogue)


def waiting_customer(database: Database, *messages: MessageRecord, **rest: Any) -> int:
    """An escalated conversation ``c1``, as a rep's queue shows it; its id."""
    load(database, [record("c1", *messages, escalation_reason="asked for a person", **rest)])
    return stored_id(database)


def propose(database: Database, conversation: int, amount: float = 50, **rest: Any) -> ActionRequest:
    return propose_refund(database, get_process().catalogue(), conversation, amount, **rest)


def write_draft(database: Database, conversation: int, **values: Any) -> Draft:
    """A draft that answers the customer's last message, ready unless told otherwise."""
    with database.transaction() as session:
        basis = find_conversation(SYSTEM, "test", "c1", session=session).last_customer_message_id
        fields = {"state": "ready", "locale": "en", "basis_message_id": basis} | values
        draft = Draft(conversation_id=conversation, **fields)
        session.add(draft)
        session.flush()
        return draft


def opened(signed_in: SignedIn, role: Role = Role.REP) -> AppTest:
    app = signed_in(role, PAGE)
    assert not app.exception
    return app


def raw(app: AppTest) -> str:
    """All Markdown on the page, as it is sent to the browser."""
    return "\n".join(str(each.value) for each in [*app.markdown, *app.caption, *app.info, *app.error])


def texts(app: AppTest) -> str:
    return raw(app).replace("\\", "").replace("\u2060", "")


def labels(app: AppTest) -> set[str]:
    return {button.label for button in app.button}


def press(app: AppTest, label: str) -> AppTest:
    app = next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def field(app: AppTest, ending: str) -> TextInput:
    """The one text field whose key ends so."""
    (found,) = [each for each in app.text_input if (each.key or "").endswith(ending)]
    return found


def change(app: AppTest, argument: str, value: str) -> AppTest:
    """Edit an argument of the card; it is checked at once."""
    app = field(app, f"_argument_{argument}").set_value(value).run()
    assert not app.exception
    return app


def confirm(app: AppTest, label: str, ending: str, words: str) -> AppTest:
    """Fill in the form behind a button and send it."""
    field(app, ending).set_value(words)
    return press(app, label)
