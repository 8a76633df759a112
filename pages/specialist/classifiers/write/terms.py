"""Words that speak for an answer, added to the rules with a click."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.classifiers import Desk, Example, Term, suggest_terms
from pages.specialist.agreement_words import rate_words
from pages.widgets.style import escape

_FEWEST = 4
_LISTED = 12


def draw(desk: Desk, examples: Sequence[Example], *, on_rule: Callable[[str], None]) -> None:
    """The words for one answer with what a rule of each would find; ``on_rule`` gets a rule of some."""
    if len(examples) < _FEWEST:
        st.caption("With some examples, words that tell the answers apart are suggested here.")
        return
    words = st.expander(
        "Suggested words", icon=":material/lightbulb:", key="classifier_terms", on_change="rerun"
    )
    if not words.open:  # comparing thousands of texts takes a moment
        return
    with words:
        answer = st.selectbox(
            "That speak for", desk.question.answers, key=f"classifier_terms_answer_{desk.classifier.key}"
        )
        with st.spinner("Comparing words"):
            terms = suggest_terms(examples, answer, limit=_LISTED)
        if not terms:
            st.caption("No word tells it apart yet. More examples, of this answer and of others, will help.")
            return
        chosen = _table(terms, key=f"classifier_terms_{desk.classifier.key}_{hash((answer, len(examples)))}")
        if chosen:
            rule = f"{answer} when " + " or ".join(term.condition for term in chosen)
            st.code(rule, language=None, wrap_lines=True)
            st.button(
                "Add this rule",
                key=f"classifier_terms_add_{desk.classifier.key}",
                icon=":material/add:",
                on_click=on_rule,
                args=(rule,),
            )
        else:
            st.caption(f"Select words to make a rule for “{escape(answer)}” of them.")


def _table(terms: Sequence[Term], *, key: str) -> list[Term]:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Word or phrase": [each.term for each in terms],
                "Right where it stands": [rate_words(each.precision) for each in terms],
                "Finds": [rate_words(each.recall) for each in terms],
                "For": [each.wanted for each in terms],
                "Against": [each.others for each in terms],
            }
        ),
        hide_index=True,
        row_height=28,
        height="content",
        key=key,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Word or phrase": st.column_config.TextColumn(width=150),
            "Right where it stands": st.column_config.TextColumn(
                width=130, help="Precision: of the examples with it, how many have this answer."
            ),
            "Finds": st.column_config.TextColumn(
                width=110, help="Recall: of the examples with this answer, how many have it."
            ),
            "For": st.column_config.NumberColumn(width=50, help="Conversations with it and this answer."),
            "Against": st.column_config.NumberColumn(width=60, help="Conversations with it and another one."),
        },
    )
    return [terms[at] for at in chosen["selection"]["rows"] if at < len(terms)]
