"""What the reply says: words it has, words it must not have, how it begins, its whole text, JSON."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from core.evals.expecting.folding import compared, quoted
from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
    setting,
)

_CASE = "Ignore upper and lower case"
_SAME = "Typographic quotes, dashes and line breaks never make a difference."
NO_REPLY = "There is no reply."


def _texts(label: str, hint: str) -> ExpectationField:
    return ExpectationField("texts", label, "texts", required=True, hint=hint)


@expectation("contains")
class Contains(Expectation):
    """Words the reply has, anywhere in it."""

    title = "Says"
    hint = f"Words that must stand in the reply. {_SAME}"
    fields = (
        _texts("Words it says", "One a line."),
        ExpectationField("all", "All of them", "switch", default=True, hint="Off: one of them is enough."),
        ExpectationField("ignore_case", _CASE, "switch", default=True),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Says “a” and “b”."""
        return f"Says {quoted(given['texts'], joined='and' if setting(given, 'all') else 'or')}"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Look for each."""
        found, missing = _sought(given, answered.output.text)
        wanted = quoted(given["texts"])
        if setting(given, "all"):
            said = f"It does not say {quoted(missing, joined='or')}." if missing else ""
            return Checked(not missing, said or "It says so.", answer=quoted(found), wanted=wanted)
        said = f"It says {quoted(found)}." if found else f"It says none of {quoted(missing)}."
        return Checked(bool(found), said, answer=quoted(found), wanted=wanted)


@expectation("not_contains")
class NotContains(Expectation):
    """Words the reply must not have."""

    title = "Does not say"
    hint = f"Words that must not stand in the reply. {_SAME}"
    fields = (
        _texts("Words it does not say", "One a line; none of them may be there."),
        ExpectationField("ignore_case", _CASE, "switch", default=True),
    )

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Does not say “a” or “b”."""
        return f"Does not say {quoted(given['texts'], joined='or')}"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Look for each."""
        found, _ = _sought(given, answered.output.text)
        said = f"It says {quoted(found)}." if found else "It says none of it."
        return Checked(
            not found, said, answer=quoted(found), wanted=f"not {quoted(given['texts'], joined='or')}"
        )


class _OneOf(Expectation):
    """The reply, or its beginning, is one of some texts."""

    same: ClassVar[str]
    other: ClassVar[str]
    shown: ClassVar[int | None] = None
    """Characters of the reply that are kept as its answer; None: all."""

    @abstractmethod
    def fits(self, text: str, wanted: str) -> bool:
        """Whether the reply is as wanted; both are ready to be compared."""

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """The title, and “a” or “b”."""
        return f"{self.title} {quoted(given['texts'], joined='or')}"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Compare with each."""
        ignore = setting(given, "ignore_case")
        text = compared(answered.output.text, ignore_case=ignore)
        passed = any(self.fits(text, compared(each, ignore_case=ignore)) for each in given["texts"])
        said = self.same if passed else (self.other if text else NO_REPLY)
        wanted = quoted(given["texts"], joined="or")
        return Checked(passed, said, answer=answered.output.text[: self.shown], wanted=wanted)


@expectation("equals")
class Equals(_OneOf):
    """The whole text of the reply."""

    title = "Is exactly"
    hint = "The whole reply is this text, or one of these."
    fields = (
        _texts("The reply", "Each of these is right."),
        ExpectationField("ignore_case", _CASE, "switch", default=False),
    )
    same, other = "It is the same.", "It says something else."

    def fits(self, text: str, wanted: str) -> bool:
        """Compare the whole."""
        return text == wanted


@expectation("starts_with")
class StartsWith(_OneOf):
    """How the reply begins."""

    title = "Begins with"
    hint = "The reply begins with this text, or with one of these."
    fields = (
        _texts("How it begins", "Each of these is right."),
        ExpectationField("ignore_case", _CASE, "switch", default=False),
    )
    same, other = "It does.", "It begins otherwise."
    shown = 80

    def fits(self, text: str, wanted: str) -> bool:
        """Compare the beginning."""
        return text.startswith(wanted)


@expectation("is_json")
class IsJson(Expectation):
    """The reply as a program reads it."""

    title = "Is JSON"
    hint = "The whole reply can be read as JSON."

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Is JSON."""
        return "Is JSON that can be read"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:  # noqa: ARG002
        """Read it, as strictly as RFC 8259 has it."""
        try:
            json.loads(answered.output.text, parse_constant=_refuse)
        except RecursionError:
            return Checked(False, "It is nested too deeply to be read.", wanted="JSON")
        except ValueError as error:
            return Checked(False, f"It is no JSON: {error}.", answer=answered.output.text[:80], wanted="JSON")
        return Checked(True, "It is JSON.", wanted="JSON")


def _sought(given: Mapping[str, Any], text: str) -> tuple[list[str], list[str]]:
    """Which of the texts stand there, and which do not."""
    ignore = setting(given, "ignore_case")
    read = compared(text, ignore_case=ignore)
    found: list[str] = []
    missing: list[str] = []
    for each in given["texts"]:
        (found if compared(each, ignore_case=ignore) in read else missing).append(each)
    return found, missing


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
