"""What is measured: the work in progress or a version, and its figures."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.classifiers import Desk, Figures, Preview, Report, list_versions, open_desk, preview
from core.classifiers.tables import ClassifierVersion
from core.errors import RatchetError
from core.identity import Actor
from pages.process import get_process
from pages.widgets.style import escape
from pages.widgets.times import moment

_WORK = 0  # in the box, where versions are their numbers


@dataclass(frozen=True, slots=True)
class Source:
    """What the tab shows. One of ``version`` and ``found`` is there: a version, or the work in progress."""

    desk: Desk
    report: Report
    version: ClassifierVersion | None
    found: Preview | None
    live: ClassifierVersion | None

    @property
    def key(self) -> str:
        """For widgets: another one for each thing that is measured."""
        return f"{self.desk.classifier.key}_{self.version.version if self.version else 'work'}"

    def parts(self) -> dict[str, Figures]:
        """The sets of figures there are, by name."""
        both = {"Cross-validated": self.report.cross_validated, "Held out": self.report.held_out}
        return {name: each for name, each in both.items() if each is not None}


def choose_source(classifier_id: int, user: Actor) -> Source | None:
    """Draw the box and measure; None where nothing can be shown yet, which is then said.

    Raises:
        RatchetError: it cannot be measured; says why.
    """
    with get_process().database.reading() as session:
        desk = open_desk(user, classifier_id, session=session)
        versions = list_versions(user, classifier_id, session=session)
    live = next((each for each in versions if each.id == desk.classifier.live_version_id), None)
    by_number = {each.version: each for each in versions}
    left, right = st.columns([1, 3], vertical_alignment="bottom")
    chosen = left.selectbox(
        "Measured",
        [_WORK, *by_number],
        format_func=lambda number: f"Version {number}" if number else "Work in progress",
        key=f"measure_of_{classifier_id}",
    )
    version = by_number.get(chosen)
    with right:
        if version is not None:
            at = moment(version.created_at, user.time_zone)
            facts = [f"Made {at}", f"{version.example_count:,} examples", version.note]
            if live is not None and version.id == live.id:
                facts.insert(0, "Live")
            st.caption(escape(" · ".join(each for each in facts if each)))
            if not version.report:
                st.info(
                    "This version was made without examples, so nothing is known about how good it is. Add "
                    "some on the Write tab and measure the work in progress.",
                    icon=":material/hourglass_empty:",
                )
                return None
            return Source(desk, Report.from_json(version.report), version, None, live)
        st.caption("Examples and settings as they are now, judged by models that had not seen them.")
        if desk.classifier.kind == "prompt" and not st.session_state.get(f"measure_paid_{classifier_id}"):
            _offer(classifier_id)
            return None
    found = _preview(classifier_id, user)
    return Source(desk, found.report, None, found, live)


def _offer(classifier_id: int) -> None:
    """Measuring a prompt asks a model service about every example, so it waits to be told."""
    st.button(
        "Measure",
        icon=":material/play_arrow:",
        key=f"measure_go_{classifier_id}",
        on_click=lambda: st.session_state.update({f"measure_paid_{classifier_id}": True}),
        help="Asks the model service about every example, which may cost money. The Write tab says how much.",
    )


def _preview(classifier_id: int, user: Actor) -> Preview:
    process = get_process()
    try:
        with st.spinner("Measuring"):
            return preview(
                user,
                classifier_id,
                database=process.database,
                services=process.services,
                with_curve=False,
            )
    except RatchetError:
        st.session_state.pop(f"measure_paid_{classifier_id}", None)
        raise
