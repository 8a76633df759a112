"""Kinds, stages and figures of classifiers in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.classifiers import Report, Subject, get_kind
from core.classifiers.tables import Classifier
from core.errors import InvalidInput
from core.statistics import too_few
from pages.specialist.agreement_words import rate_words
from pages.widgets.labels import CHANNELS, SUBJECTS, language

NONE_OF_THEM = "None of these"


def kind_title(name: str) -> str:
    """What people call the kind; its name when it is gone."""
    try:
        return get_kind(name).title
    except InvalidInput:
        return name


def about_words(subject_type: str) -> str:
    """What is judged: "Message"."""
    return SUBJECTS.get(subject_type, subject_type)


def stage(classifier: Classifier) -> str:
    """One or two words: where it stands."""
    if classifier.archived_at is not None:
        return "Archived"
    if classifier.live_version_id is not None:
        return "Live, next in shadow" if classifier.shadow_version_id is not None else "Live"
    return "Shadow" if classifier.shadow_version_id is not None else "Not shipped"


def stage_words(classifier: Classifier) -> str:
    """The stage as a coloured badge, in Markdown."""
    colour = "gray"
    if classifier.archived_at is None and classifier.live_version_id is not None:
        colour = "green"
    elif classifier.archived_at is None and classifier.shadow_version_id is not None:
        colour = "blue"
    return f":{colour}-badge[{stage(classifier)}]"


def answer_words(answer: str) -> str:
    """An example's answer as it is shown; an empty one is none of the answers."""
    return answer or NONE_OF_THEM


def short(text: str, most: int = 160) -> str:
    """The beginning of a text in one line."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def headline(stored: Mapping[str, Any]) -> str:
    """How good a version is, from its stored report: "91 % right (86 to 95), n 240"."""
    try:
        report = Report.from_json(stored)
    except InvalidInput:
        return "Not measured"
    if report.best is None:
        return "Not measured"
    figures = report.best
    if too_few(figures.accuracy):
        return f"Not enough labels to say (n {figures.n:,})"
    rate = figures.right_when_answering if figures.abstained else figures.accuracy
    words = f"{rate_words(rate)}, n {rate.n:,}"
    return f"{words}; answers {100 * figures.coverage.estimate:.0f} %" if figures.abstained else words


SOURCE_WORDS = {
    "click": "Click",
    "search": "Search",
    "labels": "Labels",
    "flags": "Flags",
    "file": "File",
    "suggestion": "Suggested",
}
"""Where an example came from."""


def subject_facts(subject: Subject) -> list[str]:
    """Where a text is from: "Message in conversation 12", "E-mail", "German", "Mon 3 Nov 2026"."""
    place = about_words(subject.subject_type)
    if subject.conversation_id and subject.subject_type != "conversation":
        place += f" in conversation {subject.conversation_id}"
    elif subject.conversation_id:
        place += f" {subject.conversation_id}"
    channel = CHANNELS.get(subject.channel, subject.channel)
    said = f"{subject.occurred_at:%d %b %Y}" if subject.occurred_at else ""
    return [part for part in (place, channel, language(subject.locale), said) if part]
