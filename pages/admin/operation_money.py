"""The part of an operation's form about money: which argument it is, and who may approve how much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.actions import Choice, Operation
from core.identity import Role

_ROLES = (Role.REP, Role.SPECIALIST, Role.MANAGER)


def show(operation: Operation, choice: Choice, key: str) -> None:
    """Draw it."""
    numbers = [a.name for a in operation.arguments if a.kind in {"amount", "whole_number"}]
    names = ["", *numbers]
    st.selectbox(
        "Which argument is the amount?",
        names,
        index=names.index(choice.amount_argument) if choice.amount_argument in names else 0,
        format_func=lambda name: name or "None",
        key=f"{key}amount_argument",
    )
    st.checkbox("It counts cents", value=choice.amount_in_hundredths, key=f"{key}amount_in_hundredths")
    st.text_input("Currency", value=choice.currency, key=f"{key}currency", placeholder="EUR", max_chars=3)
    texts = ["", *(a.name for a in operation.arguments if a.kind in {"text", "choice"})]
    st.selectbox(
        "Argument that takes the currency",
        texts,
        index=texts.index(choice.currency_argument) if choice.currency_argument in texts else 0,
        format_func=lambda name: name or "None",
        key=f"{key}currency_argument",
    )
    st.caption("Most that each role may approve. Empty for all: no limit.")
    for role, column in zip(_ROLES, st.columns(3), strict=True):
        limit = choice.limits.get(role)
        column.number_input(
            role.capitalize(),
            value=None if limit is None else float(limit),
            min_value=0.0,
            step=10.0,
            format="%.2f",
            key=f"{key}limit_{role}",
        )


def take(typed: Callable[[str], Any]) -> dict[str, Any]:
    """What was typed there."""
    limits = {role: typed(f"limit_{role}") for role in _ROLES}
    return {
        "amount_argument": typed("amount_argument"),
        "amount_in_hundredths": typed("amount_in_hundredths"),
        "currency": typed("currency").upper(),
        "currency_argument": typed("currency_argument"),
        "limits": {role: str(limit) for role, limit in limits.items() if limit is not None},
    }
