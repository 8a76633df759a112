"""Writing rules: what is wrong with them where, what they say of the examples, and words worth a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.classifiers import (
    Desk,
    Example,
    Prediction,
    RulesError,
    Subject,
    Threshold,
    decide,
    explain_rules,
    parse_rules,
    read_examples,
    read_subjects,
    recent_subjects,
)
from core.errors import InvalidInput
from core.identity import Actor
from core.statistics import wilson_rate
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.words import answer_words, short
from pages.specialist.classifiers.write import state, terms
from pages.specialist.classifiers.write.settings import SettingsDraft, show_standing
from pages.widgets.style import escape
from pages.widgets.typing_pause import commit_while_typing

RULES = "rules"
"""The name of the text in the settings."""

_TRIED = 1_000
_LANGUAGE = """One rule a line; the first that matches gives the answer.

```
{first} when text contains "refund" or "money back"
{first} when words fewer than 4, and text is "cancel"
{last} when language is de, and not channel is email
{first} when customer plan is pro and text matches /order \\d+/
{last} otherwise
```

`text` can `contain`, `contain word`, `start with`, `end with`, `be` or `match /a pattern/`; `words` and
`characters` compare with `at least`, `fewer than` and so on; `channel is`, `language is`, `customer FACT is`,
`contains`, `at least` or `is known`. Join with `and`, `or`, `not`; parentheses or a comma say what belongs
together. Capitals and accents do not count. Lines that begin with `#` are remarks."""


def draw(desk: Desk, user: Actor) -> None:
    """The text, what is wrong with it, suggested words, and what it says of the examples."""
    draft = SettingsDraft(desk, user)
    text = _text(desk, user, draft)
    with get_process().database.reading() as session:
        examples = read_examples(desk.classifier.key, session=session)
    try:
        parse_rules(text, desk.question.answers)
    except RulesError as error:
        if text.strip():
            st.error("  \n".join(escape(str(each)) for each in error.problems[:6]), icon=":material/error:")
    if state.may_write(desk, user):
        terms.draw(desk, examples, on_rule=lambda rule: _add_rule(desk, draft, rule))
    if text.strip():
        _verdicts(desk, text, examples)


def rules_of(settings: Mapping[str, Any]) -> str:
    """The text in the settings."""
    return str(settings.get(RULES) or "")


def _field(desk: Desk, draft: SettingsDraft) -> str:
    """Key of the text area; another one when it is to be filled anew."""
    return f"classifier_rules_{desk.classifier.key}_{draft.generation}"


def _text(desk: Desk, user: Actor, draft: SettingsDraft) -> str:
    if not state.may_write(desk, user):
        st.code(rules_of(draft.settings) or "(no rules yet)", language=None, wrap_lines=True)
        return rules_of(draft.settings)
    key = _field(desk, draft)
    st.session_state.setdefault(key, rules_of(draft.settings))
    within = f"classifier_rules_field_{desk.classifier.key}"
    with st.container(key=within):
        st.text_area(
            "Rules, one a line",
            key=key,
            height=190,
            placeholder=f'{desk.question.answers[0]} when text contains "…"',
            on_change=lambda: draft.write({**draft.settings, RULES: st.session_state[key]}),
        )
    commit_while_typing(within)
    with st.popover("How rules are written", icon=":material/help:", key="classifier_rules_help"):
        answers = desk.question.answers
        st.markdown(_LANGUAGE.format(first=answers[0], last=answers[-1]))
    show_standing(draft, rules_of)
    return str(st.session_state[key])


def _add_rule(desk: Desk, draft: SettingsDraft, rule: str) -> None:
    """Put the rule before a closing "otherwise", which must stay last; else at the end."""
    lines = rules_of(draft.settings).rstrip().splitlines()
    last = len(lines)
    if lines and lines[-1].split("#")[0].rstrip().lower().endswith(" otherwise"):
        last -= 1
    text = "\n".join([*lines[:last], rule, *lines[last:]])
    st.session_state[_field(desk, draft)] = text
    draft.write({**draft.settings, RULES: text})


def _verdicts(desk: Desk, text: str, examples: Sequence[Example]) -> None:
    """What the rules as they stand say: of the examples, else of what customers wrote lately."""
    tried = list(examples[-_TRIED:])
    if not tried:
        _recent(desk, text)
        return
    said = _say(desk, text, [each.subject for each in tried])
    if said is None:
        return
    right = [one.answer == _given(each) for one, each in zip(tried, said, strict=True)]
    st.markdown(f"**Right on {rate_words(wilson_rate(sum(right), len(right)))} of {len(right):,} examples**")
    only_wrong = st.toggle("Only what it gets wrong", value=True, key="classifier_rules_wrong")
    rows = [at for at in range(len(tried)) if not (only_wrong and right[at])]
    if not rows:
        st.caption("It gets all of them right.")
        return
    chosen = _table(
        {
            "Text": [short(tried[at].subject.text) for at in rows],
            "Wanted": [answer_words(tried[at].answer) for at in rows],
            "Said": [_said(said[at]) for at in rows],
            "Why": [said[at].reason for at in rows],
        },
        key=f"classifier_rules_verdicts_{desk.classifier.key}_{only_wrong}_{hash((text, len(tried)))}",
    )
    if chosen is not None:
        _explain(desk, text, tried[rows[chosen]].subject)


def _recent(desk: Desk, text: str) -> None:
    with get_process().database.reading() as session:
        kind = desk.classifier.subject_type
        subjects = list(
            read_subjects(kind, recent_subjects(kind, session=session, limit=100), session=session).values()
        )
    said = _say(desk, text, subjects)
    if not said:
        return
    st.markdown(f"**What it says of the newest {len(said):,}**")
    st.caption("Add examples with their answers, and this shows what it gets right.")
    chosen = _table(
        {
            "Text": [short(each.text) for each in subjects],
            "Said": [_said(each) for each in said],
            "Why": [each.reason for each in said],
        },
        key=f"classifier_rules_recent_{desk.classifier.key}_{hash(text)}",
    )
    if chosen is not None:
        _explain(desk, text, subjects[chosen])


def _table(columns: dict[str, list[str]], *, key: str) -> int | None:
    """Draw it; the row that is selected."""
    rows = len(columns["Text"])
    chosen = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        row_height=28,
        height=min(38 + 28 * rows, 290),
        key=key,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Text": st.column_config.TextColumn(width=260),
            "Wanted": st.column_config.TextColumn(width=84),
            "Said": st.column_config.TextColumn(width=84),
            "Why": st.column_config.TextColumn(width=220),
        },
    )
    selected = chosen["selection"]["rows"]
    return int(selected[0]) if selected and selected[0] < rows else None


def _explain(desk: Desk, text: str, subject: Subject) -> None:
    """Each rule's verdict on one text."""
    with st.container(border=True, gap="small", key="classifier_rules_explained"):
        st.markdown(escape(short(subject.text, 600)))
        for verdict in explain_rules(
            parse_rules(text, desk.question.answers), subject, many=desk.question.many
        ):
            sign = ":green[:material/check:]" if verdict.gives else ":gray[:material/remove:]"
            held = [f"{test.test}: {'yes' if test.held else 'no'}" for test in verdict.tests]
            detail = escape(verdict.error or "; ".join(held))
            st.markdown(
                f"{sign} Line {verdict.line}, **{escape(verdict.answer)}** {escape(verdict.condition)}"
                + (f"  \n:gray[:small[{detail}]]" if detail and len(verdict.tests) > 1 else "")
            )


def _say(desk: Desk, text: str, subjects: Sequence[Subject]) -> list[Prediction] | None:
    """What the rules say of each; None while they cannot be read, which is said above."""
    try:
        model = desk.kind.fit(desk.question, {RULES: text}, (), services=get_process().services)
    except InvalidInput:
        return None
    scores = model.score(subjects)
    # a text that no rule matches is not answered
    sure = Threshold(familiarity=1e-6)
    return decide(scores, desk.question.answers, many=desk.question.many, threshold=sure)


def _given(prediction: Prediction) -> str:
    return "" if prediction.abstained else prediction.answer


def _said(prediction: Prediction) -> str:
    return prediction.error or answer_words(_given(prediction))
