"""Asking for one expectation: a form of the fields its kind has."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.criteria import Criterion, choices, list_criteria
from core.errors import RatchetError
from core.evals import Expectation, ExpectationField
from core.identity import Actor, Permission
from core.knowledge import list_articles
from pages.process import get_process
from pages.widgets.labels import LANGUAGES

_MOST_ARTICLES = 300
_JUDGED = {"draft", "reply"}


def ask(user: Actor, kind: Expectation, *, prefix: str) -> dict[str, Any]:
    """Draw the fields of a kind; returns the expectation as it stands, whether or not it is complete."""
    given: dict[str, Any] = {"kind": kind.kind}
    for field in kind.fields:
        value = _ask(user, field, given, key=f"{prefix}{kind.kind}_{field.name}")
        if value is not None and value != field.default:
            given[field.name] = value
    return given


def _ask(user: Actor, field: ExpectationField, given: Mapping[str, Any], *, key: str) -> Any:
    match field.kind:
        case "texts":
            written = st.text_area(field.label, key=key, help=field.hint or "One a line.", height=90)
            return [line.strip() for line in written.splitlines() if line.strip()]
        case "text":
            return st.text_input(field.label, key=key, help=field.hint or None).strip()
        case "long_text":
            return st.text_area(field.label, key=key, help=field.hint or None, height=120).strip()
        case "number":
            return _number(field, key)
        case "switch":
            return st.toggle(field.label, value=bool(field.default), key=key, help=field.hint or None)
        case "choice":
            names = dict(field.choices)
            return st.selectbox(
                field.label, list(names), format_func=names.__getitem__, key=key, help=field.hint or None
            )
        case "choices":
            names = dict(field.choices)
            return st.multiselect(
                field.label, list(names), format_func=names.__getitem__, key=key, help=field.hint or None
            )
        case "criterion":
            return _criterion(field, key)
        case "answers":
            return _answers(field, given, key)
        case "article":
            return _article(user, field, key)
        case "action":
            return _action(field, key)
        case "arguments":
            return _arguments(field, key)
        case "locale":
            return st.selectbox(
                field.label,
                list(LANGUAGES),
                format_func=LANGUAGES.__getitem__,
                key=key,
                help=field.hint or None,
            )
        case _:
            return None


def _number(field: ExpectationField, key: str) -> float | None:
    found = st.number_input(
        field.label,
        min_value=field.low,
        max_value=None if math.isinf(field.high) else field.high,
        value=None if field.default is None else float(field.default),
        key=key,
        help=field.hint or None,
        placeholder="None",
    )
    return None if found is None else float(found)


def _questions() -> dict[str, Criterion]:
    with get_process().database.reading() as session:
        return {
            each.name: each
            for each in list_criteria(session=session)
            if _JUDGED & set(each.subjects) and each.kind not in ("span", "note")
        }


def _criterion(field: ExpectationField, key: str) -> str | None:
    found = _questions()
    return st.selectbox(
        field.label,
        list(found),
        format_func=lambda name: f"{found[name].question} ({name})",
        key=key,
        help=field.hint or None,
        placeholder="No question about drafts or replies yet",
    )


def _answers(field: ExpectationField, given: Mapping[str, Any], key: str) -> list[str]:
    criterion = _questions().get(str(given.get("criterion")))
    if criterion is None:
        return []
    options = list(choices(criterion))
    return st.multiselect(
        field.label,
        options,
        default=[each for each in criterion.good if each in options],
        format_func=lambda each: each.replace("_", " "),
        key=f"{key}_{criterion.name}",
        help=field.hint or None,
    )


def _article(user: Actor, field: ExpectationField, key: str) -> str | None:
    if not user.can(Permission.KNOWLEDGE_READ):
        return st.text_input(field.label, key=key, help="SOURCE/EXTERNAL_ID").strip()
    with get_process().database.reading() as session:
        rows = list_articles(user, session=session, limit=_MOST_ARTICLES).rows
    names = {f"{row.source}/{row.external_id}": row.title for row in rows}
    return st.selectbox(
        field.label,
        list(names),
        index=None,
        format_func=lambda each: f"{names[each]} ({each})" if each in names else each,
        key=key,
        placeholder="Choose one, or type SOURCE/EXTERNAL_ID",
        accept_new_options=True,
        help=field.hint or None,
    )


def _action(field: ExpectationField, key: str) -> str | None:
    try:
        names = {each.name: each.title for each in get_process().catalogue().actions()}
    except RatchetError:  # a connection that cannot be read: the name can still be typed
        names = {}
    return st.selectbox(
        field.label,
        list(names),
        index=None,
        format_func=lambda each: f"{names[each]} ({each})" if each in names else each,
        key=key,
        placeholder="Choose one, or type its name",
        accept_new_options=True,
        help=field.hint or None,
    )


def _arguments(field: ExpectationField, key: str) -> dict[str, Any]:
    written = st.text_area(
        field.label,
        key=key,
        height=90,
        placeholder="amount: 12.50",
        help=f"One a line, name: value. {field.hint}",
    )
    return read_pairs(written)


def read_pairs(written: str) -> dict[str, Any]:
    """Lines of ``name: value``; numbers, true and false are what they say, everything else is a text."""
    found: dict[str, Any] = {}
    for line in written.splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            found[name.strip()] = _plain(value.strip())
    return found


def _plain(value: str) -> Any:
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return read if isinstance(read, bool | int | float) and not _is_odd(read) else value


def _is_odd(read: float) -> bool:
    return isinstance(read, float) and not math.isfinite(read)
