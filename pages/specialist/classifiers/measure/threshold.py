"""When it should answer: from a wanted precision to a threshold, with what it promises and what it costs."""

from __future__ import annotations

import streamlit as st

from core.classifiers import (
    Outcomes,
    Threshold,
    ThresholdChoice,
    ThresholdRefusal,
    choose_threshold,
    fit_version,
    outcomes,
    threshold_curve,
)
from core.identity import Actor, Permission
from pages.process import get_process
from pages.specialist.agreement_words import rate_words
from pages.specialist.classifiers.measure import charts
from pages.specialist.classifiers.measure.source import Source
from pages.specialist.classifiers.words import about_words
from pages.widgets.shell import notify, run_action
from pages.widgets.style import escape

RISK = 0.05


def draw(source: Source, user: Actor) -> None:
    """For the work in progress the choice of a threshold; for a version the one it has."""
    if source.found is None:
        _stored(source)
        return
    measured = source.found.measured
    familiar = Threshold(familiarity=measured.default.familiarity)
    known = outcomes(measured.question, measured.examples, measured.scores, familiar)
    left, right = st.columns([1, 1.5], gap="medium")
    with left:
        wanted = (
            st.slider(
                "At least this share of its answers shall be right",
                min_value=50,
                max_value=99,
                value=90,
                format="%d %%",
                key=f"measure_wanted_{source.key}",
            )
            / 100
        )
        choice = choose_threshold(
            known.confidence,
            known.correct,
            known.groups,
            wanted=wanted,
            risk=RISK,
            eligible=known.answered,
        )
        if isinstance(choice, ThresholdRefusal):
            st.warning(escape(choice.reason), icon=":material/warning:")
        else:
            _promise(source, choice)
            _make(source, choice, familiar, user)
        if familiar.familiarity > 0:
            unlike = 1 - float(known.answered.mean())
            st.caption(
                "Whatever is too unlike its examples it leaves alone at any threshold: "
                f"{100 * unlike:.0f} % of these."
            )
    with right:
        _curve(known, wanted, choice if isinstance(choice, ThresholdChoice) else None, source)


def _promise(source: Source, choice: ThresholdChoice) -> None:
    things = f"{about_words(source.desk.classifier.subject_type).lower()}s".replace("replys", "replies")
    st.markdown(
        f"It answers {_from(choice.threshold)}. With "
        f"**{100 * (1 - choice.risk):.0f} %** certainty at least "
        f"**{100 * choice.promised:.0f} %** of its answers are right; it answers "
        f"**{100 * choice.coverage.estimate:.0f} %** of {things}."
    )
    st.caption(
        f"Of the {choice.n:,} examples it answered {rate_words(choice.coverage)}; of those answers "
        f"{rate_words(choice.precision)} were right. The promise is for {things} like the examples: where "
        "they change, the Drift tab warns."
    )


def _curve(known: Outcomes, wanted: float, choice: ThresholdChoice | None, source: Source) -> None:
    st.subheader("What each threshold buys", anchor=False)
    points = threshold_curve(known.confidence, known.correct, known.groups, eligible=known.answered)
    charts.show_threshold(points, wanted=wanted, choice=choice, key=f"measure_threshold_{source.key}")


def _make(source: Source, choice: ThresholdChoice, familiar: Threshold, user: Actor) -> None:
    if not user.can(Permission.CLASSIFIERS_EDIT) or source.desk.closed:
        return
    if not st.button(
        "Make a version with this threshold",
        type="primary",
        icon=":material/deployed_code:",
        key=f"measure_make_{source.key}",
    ):
        return

    def act() -> int:
        with st.spinner("Making the version and measuring it"):
            made = fit_version(
                user,
                source.desk.classifier.key,
                database=get_process().database,
                services=get_process().services,
                note=f"Promises {100 * choice.promised:.0f} % right",
                threshold=Threshold(choice.threshold, familiar.familiarity),
            )
        return made.version

    number = run_action(act)
    if number is not None:
        notify(f"Version {number} has this threshold. It judges nothing until you ship it.")
        st.rerun()


def _stored(source: Source) -> None:
    confidence, familiarity = source.report.threshold
    figures = source.report.best
    words = _from(confidence)
    if familiarity > 0:
        words += ", and leaves alone what is too unlike its examples"
    st.markdown(f"This version answers {words}.")
    if figures is not None:
        st.markdown(
            f"It answers **{rate_words(figures.coverage)}** of the examples, and "
            f"**{rate_words(figures.right_when_answering)}** of those answers are right."
        )
    st.caption(
        "A version never changes. To answer more or less often, choose “Work in progress” above and make "
        "another one."
    )


def _from(confidence: float) -> str:
    return f"from a confidence of **{confidence:g}** on" if confidence > 0 else "however sure it is"
