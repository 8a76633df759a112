"""What the reply rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evals.expecting.folding import quoted
from core.evals.expecting.registry import (
    Answered,
    Checked,
    Expectation,
    ExpectationField,
    Titles,
    expectation,
)
from core.evals.output import Output


@expectation("cites")
class Cites(Expectation):
    """A passage of one article."""

    title = "Cites an article"
    hint = "A sentence of the reply rests on a passage of this article, whichever version it is."
    fields = (
        ExpectationField(
            "article",
            "Article",
            "article",
            required=True,
            hint="As SOURCE/EXTERNAL_ID, for example help/refunds.",
        ),
    )

    def problems(self, given: Mapping[str, Any]) -> list[str]:
        """Whether it can be the address of an article."""
        source, _, external_id = given["article"].partition("/")
        if source.strip() and external_id.strip():
            return []
        return [f"Article: “{given['article'][:80]}” is no SOURCE/EXTERNAL_ID, for example help/refunds."]

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:
        """Cites “Refunds after renewal”."""
        return f"Cites “{titles.get(given['article'], given['article'])}”"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:
        """Look for it among the citations; say whether it was at least found."""
        wanted = given["article"]
        cited = _articles(answered.output)
        if wanted in cited:
            return Checked(True, f"It cites “{cited[wanted]}”.", answer=wanted, wanted=wanted)
        said = f"It cites {quoted(list(cited.values())[:5])}." if cited else "It cites nothing."
        if any(each.get("article") == wanted for each in answered.output.retrieved):
            said += " The search had found the right article."
        elif answered.output.retrieved:
            said += " The search had not found the right article."
        return Checked(False, said, answer=", ".join(cited), wanted=wanted)


@expectation("cites_something")
class CitesSomething(Expectation):
    """At least one passage."""

    title = "Cites something"
    hint = "At least one sentence of the reply rests on a passage."

    def describe(self, given: Mapping[str, Any], titles: Titles) -> str:  # noqa: ARG002
        """Cites at least one article."""
        return "Cites at least one article"

    def check(self, given: Mapping[str, Any], answered: Answered) -> Checked:  # noqa: ARG002
        """Count the citations."""
        cited = _articles(answered.output)
        said = f"It cites {quoted(list(cited.values())[:5])}." if cited else "It cites nothing."
        return Checked(bool(answered.output.citations), said, answer=", ".join(cited), wanted="a citation")


def _articles(output: Output) -> dict[str, str]:
    """Title by article, in the order of the citations."""
    return {
        str(each.get("article") or ""): str(each.get("title") or each.get("article") or "an article")
        for each in output.citations
    }
