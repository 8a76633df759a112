"""What has to be true before a proposal goes live. Rules register themselves, for every kind or for some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session

from core.classifiers import has_enough_labels
from core.classifiers.tables import ClassifierVersion
from core.releases.hands import hands_of
from core.releases.kinds import ARCHIVE, ARTICLE, CLASSIFIER, INSTRUCTIONS, MODEL, kind_of, undone_by
from core.releases.tables import Proposal, ProposalChange, Replay

RuleState = Literal["passed", "failed", "unknown"]
MOST_ERRORS = 0.02
"""Share of a replay that may fail without an answer or a grade."""
FEWEST_CASES = 20
"""Cases that a change of everything (instructions, model) has to be tried on."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules look at.

    Attributes:
        digest: of the changes as they are now.
        build_id: of the build in force.
        replay: the newest one, whatever it tried and however it went.
        names: of people, by id.
    """

    proposal: Proposal
    changes: Sequence[ProposalChange]
    digest: str
    build_id: str
    replay: Replay | None
    names: Mapping[int | None, str]
    session: Session

    @property
    def hands(self) -> set[int]:
        """Whose work it is."""
        return hands_of(self.proposal, self.changes)

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What the replay found, if it is over and tried exactly these changes."""
        replay = self.replay
        if replay is None or replay.state != "finished" or replay.changes_digest != self.digest:
            return None
        return replay.report


Found = tuple[RuleState, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the gate. ``overridable``: a manager may release against it, with a written reason."""

    name: str
    title: str
    look: Callable[[Facts], Found]
    kinds: Collection[str]
    overridable: bool


RULES: list[Rule] = []
_NO_REPLAY = "Not known before these changes have been replayed."
_NOT_SAID = "The replay did not look at this. Replay again."


def rule(
    name: str, title: str, *, kinds: Collection[str] = (), overridable: bool = True
) -> Callable[[Callable[[Facts], Found]], Callable[[Facts], Found]]:
    """Register a rule. It holds for proposals with a change of one of ``kinds``; empty: for all."""

    def register(look: Callable[[Facts], Found]) -> Callable[[Facts], Found]:
        RULES.append(Rule(name, title, look, frozenset(kinds), overridable))
        return look

    return register


@rule("changes", "It changes something", overridable=False)
def _changes(facts: Facts) -> Found:
    n = len(facts.changes)
    if not n:
        return "failed", "There is no change in this proposal. Add one, or withdraw it."
    return "passed", f"{n} {'change' if n == 1 else 'changes'}."


@rule("current", "It is made from what is live", overridable=False)
def _current(facts: Facts) -> Found:
    problems = [kind_of(change.kind).overtaken(change, session=facts.session) for change in facts.changes]
    found = [each for each in problems if each]
    return ("failed", " ".join(found)) if found else ("passed", "Nothing it changes has moved on.")


@rule("scheduled", "Nothing that waits for its date takes it back", kinds=(ARTICLE, ARCHIVE))
def _scheduled(facts: Facts) -> Found:
    found = [
        words
        for change in facts.changes
        if change.kind in (ARTICLE, ARCHIVE) and (words := undone_by(change, session=facts.session))
    ]
    return ("failed", " ".join(found)) if found else ("passed", "No version of it waits for a date.")


@rule("replayed", "These very changes were replayed")
def _replayed(facts: Facts) -> Found:
    replay = facts.replay
    if replay is None:
        return "unknown", "They have not been replayed. Start the replay."
    if replay.state in ("waiting", "running"):
        return "unknown", "The replay is not over yet."
    if replay.state != "finished":
        why = replay.error or "It was stopped."
        again = "" if why.endswith("again.") else " Replay again."
        return "failed", f"The last replay did not finish. {why}{again}"
    if replay.changes_digest != facts.digest:
        return "unknown", "The changes are others than those that were replayed. Replay again."
    return "passed", "Replayed as they are."


@rule("fresh", "The replay was against what is in force")
def _fresh(facts: Facts) -> Found:
    if facts.report is None or facts.replay is None:
        return "unknown", _NO_REPLAY
    if facts.replay.before_build != facts.build_id:
        return "unknown", (
            f"Build {facts.build_id[:7]} is in force, and the replay was against "
            f"{facts.replay.before_build[:7]}: something else has gone live since. Replay again."
        )
    return "passed", f"Replayed against build {facts.build_id[:7]}, which is in force."


@rule("critical", "No critical case fails newly")
def _critical(facts: Facts) -> Found:
    if facts.report is None:
        return "unknown", _NO_REPLAY
    if "critical_worse" not in facts.report:
        return "unknown", _NOT_SAID
    worse = list(facts.report["critical_worse"])
    if worse:
        names = ", ".join(f"“{each}”" for each in worse[:5])
        more = f" and {len(worse) - 5} more" if len(worse) > 5 else ""
        return "failed", f"{len(worse)} critical {_cases(len(worse))} would fail: {names}{more}."
    return "passed", "Every critical case that passes now still passes."


@rule("not_worse", "The answers are not significantly worse")
def _not_worse(facts: Facts) -> Found:
    if facts.report is None:
        return "unknown", _NO_REPLAY
    words = str(facts.report.get("words") or "")
    match facts.report.get("word"):
        case "worse":
            return "failed", words or "The replay says: worse."
        case "better" | "unclear":
            return "passed", words or f"The replay says: {facts.report['word']}."
    return "unknown", words or "The replay came to no verdict."


@rule("errors", "Errors are under 2 %")
def _errors(facts: Facts) -> Found:
    if facts.report is None:
        return "unknown", _NO_REPLAY
    if "errors_share" not in facts.report:
        return "unknown", _NOT_SAID
    counts = facts.report.get("counts") or {}
    sampled = int(counts.get("sampled") or 0)
    of_sample = int(counts.get("sample_errors") or 0) / sampled if sampled else 0.0
    share = max(float(facts.report["errors_share"]), of_sample)
    words = f"{100 * share:.1f} % of the {'sample' if of_sample == share > 0 else 'cases'} failed."
    return ("failed", words) if share > MOST_ERRORS else ("passed", words)


@rule("breadth", f"Tried on at least {FEWEST_CASES} cases", kinds=(INSTRUCTIONS, MODEL))
def _breadth(facts: Facts) -> Found:
    if facts.report is None:
        return "unknown", _NO_REPLAY
    n = int(facts.report.get("n") or 0)
    words = f"It changes every draft, and was tried on {n} {_cases(n)}."
    return ("passed", words) if n >= FEWEST_CASES else ("failed", words)


@rule("measured", "The classifier was measured on enough labels", kinds=(CLASSIFIER,))
def _measured(facts: Facts) -> Found:
    poor = []
    for change in facts.changes:
        version_id = change.content.get("version_id") if change.kind == CLASSIFIER else None
        version = facts.session.get(ClassifierVersion, version_id) if version_id else None
        if version is not None and not has_enough_labels(version):
            poor.append(str(change.content.get("title") or change.summary))
    if poor:
        return "failed", f"Too few labels to say how good it is: {', '.join(poor)}."
    return "passed", "There are enough labels to say how good it is."


@rule("reviewed", "A second person has approved it", overridable=False)
def _reviewed(facts: Facts) -> Found:
    proposal = facts.proposal
    overrides = proposal.override_digest == facts.digest and proposal.override_by_id not in facts.hands
    if proposal.state == "returned" and not (overrides and is_last_word(proposal)):
        return "failed", f"{_name(facts, proposal.reviewer_id)} returned it: {proposal.review_note}"
    if proposal.state == "approved" and proposal.reviewed_digest == facts.digest:
        return "passed", f"{_name(facts, proposal.reviewer_id)} approved it."
    if overrides:
        return "passed", f"{_name(facts, proposal.override_by_id)} read it and overrides the gate."
    if proposal.state != "approved":
        return "unknown", "It waits for somebody other than its author to approve it."
    return "unknown", "It was changed after it was approved. Ask for the approval again."


def is_last_word(proposal: Proposal) -> bool:
    """Whether the override of a proposal came after its review."""
    decided = (proposal.override_at, proposal.reviewed_at)
    return decided[1] is None or (decided[0] is not None and decided[0] > decided[1])


def _name(facts: Facts, person_id: int | None) -> str:
    return facts.names.get(person_id, "Somebody")


def _cases(n: int) -> str:
    return "case" if n == 1 else "cases"
