"""What changed from one version of a criterion to the next, word by word."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.conversations import word_diff
from core.criteria import Content, Criterion, Tally
from core.identity import Actor
from pages.widgets.components import Segment, rich_text
from pages.widgets.labels import CRITERION_KINDS, SUBJECTS
from pages.widgets.style import escape
from pages.widgets.times import moment

_KINDS = {"equal": "", "insert": "insert", "delete": "delete"}


def show(
    actor: Actor, versions: Sequence[Criterion], tallies: dict[int, Tally], names: dict[int, str]
) -> None:
    """Draw the versions, newest first, each with what was different from the one before it."""
    st.subheader("Versions", anchor=False)
    for at, version in enumerate(versions):
        author = names.get(version.created_by_id or 0, "Ratchet")
        head = f"Version {version.version} · {author}, {moment(version.created_at, actor.time_zone)}"
        note = f" · {version.change_note}" if version.change_note else ""
        tally = tallies.get(version.key, Tally())
        with st.expander(escape(head + note), expanded=at == 0 and len(versions) > 1):
            st.caption(
                f"Judgements in force: {tally.person:,} by people, {tally.classifier:,} by classifiers, "
                f"{tally.customer:,} by customers."
            )
            if at + 1 == len(versions):
                st.caption("The first version.")
            else:
                show_differences(
                    Content.of(versions[at + 1]), Content.of(version), key=f"criteria_diff_{version.key}"
                )


def show_differences(before: Content, after: Content, *, key: str) -> None:
    """Draw what turns one content into the other; say so when nothing does."""
    old, new = _texts(before), _texts(after)
    changed = [part for part in new if old[part] != new[part]]
    if not changed:
        st.caption("Nothing differs.")
    for part in changed:
        st.caption(part)
        segments: list[Segment] = [
            {"text": change["text"], "kind": _KINDS[change["op"]]}
            for change in word_diff(old[part], new[part])
        ]
        rich_text(segments, key=f"{key}_{part}", small=True)


def _texts(content: Content) -> dict[str, str]:
    """The parts of a content as texts that can be compared."""
    return {
        "Question": content.question,
        "Kind of answer": CRITERION_KINDS.get(content.kind, content.kind),
        "Asked about": ", ".join(SUBJECTS.get(each, each) for each in content.subjects),
        "Answers": "\n".join(content.answers),
        "Speak for us": ", ".join(content.good),
        "Guidance": content.guidance,
        "Examples": "\n\n".join(
            "\n".join(filter(None, (each.get("text"), each.get("answer"), each.get("why"))))
            for each in content.examples
        ),
    }
