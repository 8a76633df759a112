"""What of the Articles page is open, by its address, and the ways from one part to another."""

from __future__ import annotations

import streamlit as st

ARTICLES, EDITS, SUGGESTIONS, HEALTH = "Articles", "Edits", "Suggestions", "Health"
_VIEW, _ARTICLE, _EDIT, _SUGGESTION = "view", "article", "edit", "suggestion"


def article_id() -> int | None:
    """The article that is read."""
    return _number(_ARTICLE)


def edit_id() -> int | None:
    """The working copy that is edited."""
    return _number(_EDIT)


def view(views: list[str]) -> str:
    """Which of ``views`` is open; the first where the address names none of them."""
    named = str(st.query_params.get(_VIEW, "")).casefold()
    return next((each for each in views if each.casefold() == named), views[0])


def open_view(name: str) -> None:
    """Show another view, to be called in a callback like the rest here."""
    st.query_params.from_dict({_VIEW: name.casefold()} if name != ARTICLES else {})


def open_article(key: int) -> None:
    """Show one article."""
    st.query_params.from_dict({_ARTICLE: str(key)})


def open_edit_page(key: int) -> None:
    """Show one working copy."""
    st.query_params.from_dict({_EDIT: str(key)})


def open_suggestion(key: int) -> None:
    """Show one suggestion in its list."""
    st.query_params.from_dict({_VIEW: SUGGESTIONS.casefold(), _SUGGESTION: str(key)})


def _number(name: str) -> int | None:
    value = str(st.query_params.get(name, ""))
    return int(value) if value.isdecimal() and len(value) < 19 else None
