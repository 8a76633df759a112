"""The part of an operation's form about what happens around a call: before, after, and when it breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.actions import Choice, Connection, Operation, choices_of


def show_safety(connection: Connection, operation: Operation, choice: Choice, key: str) -> None:
    """Draw it."""
    look_ups = [
        "",
        *(one.id for one in choices_of(connection) if one.risk == "read" and one.id != operation.id),
    ]
    texts = ["", *(a.name for a in operation.arguments if a.kind == "text")]
    st.checkbox(
        "The system carries a repeated call out once",
        value=choice.idempotent,
        key=f"{key}idempotent",
        help="It keeps the idempotency key it got and answers a second call with the first one's result.",
    )
    if connection.kind == "openapi":
        st.text_input(
            "Header for the idempotency key", value=choice.idempotency_header, key=f"{key}idempotency_header"
        )
    else:
        st.checkbox(
            "An error of this tool means nothing was changed",
            value=choice.errors_change_nothing,
            key=f"{key}errors_change_nothing",
        )
    _select("Argument that takes the idempotency key", texts, choice.key_argument, f"{key}key_argument")
    _select(
        "Look-up that tells what became of a call",
        look_ups,
        choice.check_operation,
        f"{key}check_operation",
        help="Asked when the connection broke. It must also know calls that are still being carried out.",
    )
    st.text_input("Its argument that takes the key", value=choice.check_argument, key=f"{key}check_argument")
    _select(
        "Look-up that shows how things stand before",
        look_ups,
        choice.state_operation,
        f"{key}state_operation",
    )
    st.text_input(
        "Field of the answer with the receipt's number",
        value=choice.reference_field,
        key=f"{key}reference_field",
        placeholder="id",
    )
    st.text_area(
        "What a customer may be told afterwards, a sentence a line",
        value="\n".join(f"{language}: {sentence}" for language, sentence in choice.sentences.items()),
        key=f"{key}sentences",
        placeholder="en: We have refunded {amount} EUR for invoice {invoice}.",
        height=80,
        help="The language, a colon, the sentence. {name} stands for an argument or a field of the answer.",
    )


def take_safety(typed: Callable[[str], Any]) -> dict[str, Any]:
    """What was typed there."""
    taken = {
        name: typed(name)
        for name in (
            "idempotent",
            "key_argument",
            "check_operation",
            "check_argument",
            "state_operation",
            "reference_field",
        )
    }
    for name in ("idempotency_header", "errors_change_nothing"):  # depends on the kind
        try:
            taken[name] = typed(name)
        except KeyError:
            continue
    lines = [line.partition(":") for line in str(typed("sentences")).splitlines() if line.strip()]
    taken["sentences"] = {language.strip(): sentence.strip() for language, _, sentence in lines}
    return taken


def _select(label: str, options: list[str], value: str, key: str, *, help: str | None = None) -> None:
    st.selectbox(
        label,
        options,
        index=options.index(value) if value in options else 0,
        format_func=lambda name: name or "None",
        key=key,
        help=help,
    )
