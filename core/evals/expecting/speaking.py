"""The language of the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
)
from core.llm import detect_language

_READ = 5_000  # characters; more change nothing
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@expectation("language")
class Language(Expectation):
    """The language it is written in."""

    title = "Is written in a language"
    hint = "The reply is written in this language; where it is spoken makes no difference."
    fields = (
        ExpectationField(
            "locale", "Language", "locale", required=True, hint="A code such as en, de or pt-BR."
        ),
    )

    def problems(self, given: Mapping[str, Any]) -> list[str]:
        """Whether it is a code of a language."""
        if _TAG.fullmatch(given["locale"].strip()):
            return []
        return [f"Language: “{given['locale'][:40]}” is no code of a language, such as en, de or pt-BR."]

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Is written in the language de."""
        return f"Is written in the language “{_code(given['locale'])}”"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Detect it; a text that does not show its language is an error, not a failure."""
        wanted = _code(given["locale"])
        if not answered.output.text.strip():
            return Checked(False, "There is no reply.", wanted=wanted)
        spoken = detect_language(answered.output.text[:_READ], fallback="")
        if not spoken:
            return Checked(None, wanted=wanted, error="The reply is too short to tell its language.")
        return Checked(spoken == wanted, f"It is written in “{spoken}”.", answer=spoken, wanted=wanted)


def _code(locale: str) -> str:
    return locale.strip().lower().replace("_", "-").partition("-")[0]
