"""One operation: what it is, and everything an admin decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from pydantic import ValidationError

from core.actions import Choice, Connection, Operation, choices_of, choose_operations, prefix_of, suggest
from core.errors import InvalidInput
from core.identity import Actor, Role
from pages.admin import operation_money
from pages.admin.operation_safety import show_safety, take_safety
from pages.admin.operations_table import RISKS
from pages.process import get_process
from pages.widgets.shell import run_action
from pages.widgets.style import escape

_UNDECIDED, _NOBODY = "", "\x00"
_APPROVERS = (Role.REP, Role.SPECIALIST, Role.MANAGER)


def show(actor: Actor, connection: Connection, operation: Operation | None) -> None:
    """Draw the form of the selected operation."""
    if operation is None:
        return
    with st.container(border=True, key="operation_panel"):
        st.subheader(escape(operation.title), anchor=False)
        st.caption(f"{escape(operation.id)} · {escape(operation.hint)}")
        if operation.description != operation.title:
            st.markdown(f"> {escape(operation.description)}")
            st.caption("The other system's own words.")
        if operation.unsupported:
            st.info(escape(operation.unsupported), icon=":material/block:")
            return
        if operation.left_out:
            st.caption(escape("Left out: " + "; ".join(operation.left_out) + "."))
        stored = next((one for one in choices_of(connection) if one.id == operation.id), None)
        if stored is not None and stored.changed:
            st.warning("It has changed since it was chosen, so it is off. Saving accepts it as it is now.")
        _form(actor, connection, operation, stored)


def _form(actor: Actor, connection: Connection, operation: Operation, stored: Choice | None) -> None:
    choice = stored or suggest(operation, connection.name)
    # With the time of the last change in the key, a saved form is drawn from what was stored.
    key = f"operation_{connection.key}_{connection.updated_at.timestamp()}_{operation.id}_"
    prefix = prefix_of(connection.name)
    with st.form(f"{key}form", border=False, enter_to_submit=False):
        st.toggle("Offer this operation", value=choice.enabled, key=f"{key}enabled")
        st.text_input("Title", value=choice.title, key=f"{key}title", help="For people, in the imperative.")
        st.text_input(f"Name, after {prefix}", value=choice.action.removeprefix(prefix), key=f"{key}name")
        st.text_area(
            "When to use it",
            value=choice.description,
            key=f"{key}description",
            height=80,
            help="This is what the AI is told about it. Nothing else of the other system's words is.",
        )
        st.selectbox(
            "Risk",
            list(RISKS),
            index=list(RISKS).index(choice.risk),
            format_func=lambda risk: f"{RISKS[risk]} (runs by itself)" if risk == "read" else RISKS[risk],
            key=f"{key}risk",
        )
        st.multiselect(
            "Who approves",
            _APPROVERS,
            default=[role for role in _APPROVERS if role in choice.approvers],
            format_func=str.capitalize,
            key=f"{key}approvers",
            help="Look-ups need nobody.",
        )
        _customer(operation, choice, stored, key)
        with st.expander("Money and limits", expanded=bool(choice.limits)):
            operation_money.show(operation, choice, key)
        with st.expander("Receipts and broken connections"):
            show_safety(connection, operation, choice, key)
        st.form_submit_button(
            "Save operation",
            type="primary" if stored is None or stored.changed else "secondary",
            icon=":material/check:",
            on_click=_run,
            args=(lambda: _save(actor, connection, operation, choice, key), f"{operation.title} is saved."),
        )
    if stored is not None:
        st.button(
            "Take it out",
            icon=":material/close:",
            key="operation_remove",
            on_click=_run,
            args=(
                lambda: _replace(actor, connection, operation.id, None),
                f"{choice.title} is taken out.",
            ),
        )


def _run(action: Callable[[], None], done: str) -> None:
    run_action(action, done=done)


def _customer(operation: Operation, choice: Choice, stored: Choice | None, key: str) -> None:
    texts = [argument.name for argument in operation.arguments if argument.kind == "text"]
    options = [*([] if stored else [_UNDECIDED]), *texts, _NOBODY]
    now = choice.account_argument or (_NOBODY if choice.not_about_one_customer else _UNDECIDED)
    labels = {_UNDECIDED: "Choose …", _NOBODY: "None: it is not about one customer"}
    st.selectbox(
        "Which argument is the customer?",
        options,
        index=options.index(now) if now in options else 0,
        format_func=lambda name: labels.get(name, name),
        key=f"{key}account",
        help="Ratchet fills it in from the conversation. Nobody, and no AI, can name another customer.",
    )
    st.radio(
        "The system knows customers by",
        ["email", "external_id"],
        index=["email", "external_id"].index(choice.account_value),
        format_func=lambda value: "E-mail" if value == "email" else "Customer number",
        key=f"{key}account_value",
        horizontal=True,
    )


def _save(actor: Actor, connection: Connection, operation: Operation, choice: Choice, key: str) -> None:
    def typed(name: str) -> Any:
        value = st.session_state[f"{key}{name}"]
        return value.strip() if isinstance(value, str) else value

    account = typed("account")
    given = {
        **choice.model_dump(),
        "enabled": typed("enabled"),
        "title": typed("title"),
        "action": prefix_of(connection.name) + typed("name"),
        "description": typed("description"),
        "risk": typed("risk"),
        "approvers": typed("approvers"),
        "account_argument": "" if account in {_NOBODY, _UNDECIDED} else account,
        "not_about_one_customer": account == _NOBODY,
        "account_value": typed("account_value"),
        "pinned": operation.pinned,
        "changed": False,
        **operation_money.take(typed),
        **take_safety(typed),
    }
    try:
        new = Choice.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]).replace("_", " ") if first["loc"] else "a value"
        raise InvalidInput(f"{where.capitalize()} does not fit: {first['msg']}.") from None
    _replace(actor, connection, operation.id, new)


def _replace(actor: Actor, connection: Connection, operation_id: str, new: Choice | None) -> None:
    choices = [one for one in choices_of(connection) if one.id != operation_id]
    if new is not None:
        choices.append(new)
    with get_process().database.transaction() as session:
        choose_operations(actor, connection.key, choices, session=session, seen=connection.updated_at)
