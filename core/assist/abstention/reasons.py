"""Why a draft is held back, in one of five reasons, and the one question that would unblock it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.assist.abstention.agreement import Contradiction, contradiction, overlap
from core.assist.abstention.signals import Found, SignalInput

NEAR = 0.15
"""Two articles whose scores differ by no more than this share of the better one both fit the question."""
APART = 0.6
"""Two articles that share fewer of the shorter one's words than this are about different things."""
SHOWN = 0.25
"""Head start, in logits, of a reason with something to show over mere weakness of the knowledge."""
_QUOTED = 140


def explain(given: SignalInput, shortfall: Mapping[str, float]) -> tuple[str, str]:
    """The most telling reason, and the question that would unblock the draft.

    A reason needs evidence that can be shown: two statements that contradict each other, a
    warning, a number that only the account explains, two articles that both fit. Among those with
    evidence, the one whose signals pull the score down most is given. Missing knowledge is always
    possible; its evidence is what no passage says.

    Args:
        shortfall: how much each signal pulls the score down, in logits; see ``Calibrator.shortfall``.
    """
    return max(_candidates(given, shortfall), key=lambda each: each[0])[1:]


def _candidates(given: SignalInput, shortfall: Mapping[str, float]) -> Iterator[tuple[float, str, str]]:
    def pull(*names: str) -> float:
        return sum(max(0.0, shortfall.get(name, 0.0)) for name in names)

    clash = contradiction(given.in_play, ask=given.ask, language=given.language)
    if clash is not None:
        yield pull("agreement") + SHOWN + clash.strength, "conflicting_sources", _which_holds(clash)
    if given.warnings:
        yield pull("clean") + SHOWN + 0.5, "policy", _who_decides(given.warnings[0])
    if account := _only_the_account_knows(given):
        yield pull("coverage", "reach") + SHOWN, "needs_tool", account
    if choice := _which_of_two(given):
        yield pull("margin", "corroboration") + SHOWN, "several_resolutions", choice
    yield pull("retrieval", "reach", "coverage", "supported", "support"), "missing_knowledge", _missing(given)


def _which_holds(clash: Contradiction) -> str:
    return (
        f"“{clash.first_title}” says “{_short(clash.first)}”, "
        f"“{clash.second_title}” says “{_short(clash.second)}”. Which of the two holds?"
    )


def _who_decides(warning: str) -> str:
    return f"{warning.strip().rstrip('.')}. May we tell the customer so, and who decides that?"


def _only_the_account_knows(given: SignalInput) -> str:
    """The customer names an invoice, an order, a host: something that no article can know."""
    known = " ".join(passage.text for passage in given.passages)
    unknown = [each for each in given.ask.identifiers if each not in known]
    return f"What does the customer's account show about {unknown[0]}?" if unknown else ""


def _which_of_two(given: SignalInput) -> str:
    """Two articles fit equally well and are about different things."""
    articles = given.in_play
    if len(articles) < 2:
        return ""
    first, second = articles[:2]
    near = first.score - second.score <= NEAR * first.score
    if not near or overlap(first.text, second.text, language=given.language) >= APART:
        return ""
    return f"Is this about “{_title(first)}” or about “{_title(second)}”?"


def _missing(given: SignalInput) -> str:
    """What the closest article does not say."""
    articles = given.articles
    said = " ".join(f"{each.text} {each.quote}" for each in given.sentences)
    if not articles:
        return "No article was found. What is the right answer here, and where is it written down?"
    closest = articles[0]
    own = " ".join(
        f"{each.title} {each.text}" for each in given.passages if each.article_id == closest.article_id
    )
    left = given.ask.missing_from(own) or given.ask.missing_from(said)
    if not left:
        return f"Does “{_title(closest)}” answer this? If not, what is the right answer?"
    words = ", ".join(f"“{word}”" for word in left)
    return f"The closest article, “{_title(closest)}”, says nothing about {words}. What is the right answer?"


def _title(passage: Found) -> str:
    return passage.title.strip() or f"{' '.join(passage.text.split()[:8])} …"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTED else f"{plain[: _QUOTED - 1].rsplit(' ', 1)[0]} …"
