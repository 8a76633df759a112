"""The verdict of a replay for people who know of no runs, and what they can do where there is none."""

from __future__ import annotations

from core.evals import RunComparison


def verdict_words(found: RunComparison) -> str:
    """The verdict of the runs behind a replay; their numbers mean nothing on its page."""
    if found.verdict.word != "no verdict":
        return found.verdict.words
    side = max((found.after, found.before), key=lambda each: each.error_share)
    if side.errors:
        which = "with the changes" if side is found.after else "by what is live now"
        count = "1 answer" if side.errors == 1 else f"{side.errors:,} answers"
        return (
            f"No verdict: {count} ({100 * side.error_share:.1f} %) could not be given or graded {which}, and "
            "that is too many to compare. Replay again: only what is missing is asked once more."
        )
    left_out = f" ({found.left_out.words})" if found.left_out.total else ""
    return f"No verdict: no case could be compared{left_out}. Replay again."
