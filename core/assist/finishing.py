"""From what the model returned to a draft: verified, guarded, and held back where it may be wrong."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.assist.abstention import CitedSentence, Found, SignalInput, live_calibration, signals, verdict
from core.assist.acting import Step
from core.assist.context import Context
from core.assist.equipment import Equipment
from core.assist.grounding.citations import ACROSS_LANGUAGES, Verified, VerifiedCitation, verify
from core.assist.grounding.evidence import Evidence, Stated
from core.assist.grounding.wording import language_of
from core.assist.guardrails import Finding, ReplyCheck, SentenceCheck, SourceText, blocks, check_reply
from core.assist.result import DraftResult
from core.assist.tables import Build
from core.knowledge import Hit
from core.llm import DraftOutput, provider_name
from core.traces import step

ANSWER, ABSTAIN = "answer", "abstain"
READ = ("en", "de", "es", "fr")
"""Languages whose promises the guardrails can read. In others a sentence that could not be compared with
what it rests on might claim anything."""
NOTHING_LEFT = "What is the right answer here, and where is it written down?"


def finish(
    output: DraftOutput,
    *,
    context: Context,
    evidence: Evidence,
    steps: tuple[Step, ...],
    findings: Sequence[Finding],
    build: Build,
    equipment: Equipment,
    usage: dict[str, Any],
    stages: dict[str, float],
) -> DraftResult:
    """Check what the model returned and put the draft together.

    Args:
        findings: what the guardrails saw before the run and in what its tools gave.
    """
    started = time.perf_counter()
    settings = equipment.settings
    with step("verification", "sentences against their sources") as seen:
        verified = verify(
            output.sentences,
            passages=evidence.sources,
            masker=context.masker,
            language=context.language,
            names=(settings.organisation,),
            customer_text=context.customer_text,
        )
        seen.note(factual=verified.factual, supported=verified.supported, removed=len(verified.removed))
    answers = output.decision == ANSWER
    after: list[Finding] = []
    if answers:
        with step("guardrail", "reply") as seen:
            after = check_reply(
                _reply(verified, context=context, evidence=evidence, instructions=equipment.instructions)
            )
            if any(_other_language(each, context) for each in verified.citations):
                after.append(_not_compared(context.language))
            seen.note(found=[each.guardrail for each in after], blocked=blocks(after))
    result = DraftResult(
        decision=output.decision,
        reason="" if answers else output.reason,
        question=context.masker.unmask(output.question),
        text=verified.text,
        confidence=output.confidence,
        locale=context.locale,
        citations=tuple(each for each in verified.citations if isinstance(each.source, Hit)),
        removed=verified.removed,
        retrieved=tuple(evidence.retrieved),
        build=build,
        model=provider_name(settings),
        usage=usage,
        stages=stages,
        supports=tuple(each for each in verified.citations if isinstance(each.source, Stated)),
        steps=steps,
        findings=(*findings, *after),
    )
    if answers and verified.supported == 0:
        result = replace(
            result,
            decision=ABSTAIN,
            reason="missing_knowledge",
            question=result.question or NOTHING_LEFT,
            text="",
            citations=(),
            supports=(),
            confidence=0.0,
        )
    elif answers:
        # a reply that lost sentences may have lost its point with them
        result = replace(result, confidence=output.confidence * verified.supported / verified.factual)
    if result.decision == ANSWER:
        result = _held_against_calibration(
            result, verified, own=output.confidence, context=context, equipment=equipment
        )
    elapsed = (time.perf_counter() - started) * 1000
    return replace(result, stages={**stages, "verify": elapsed})


def _held_against_calibration(
    result: DraftResult, verified: Verified, *, own: float, context: Context, equipment: Equipment
) -> DraftResult:
    """The answer, or why it is held back, by the level the operator chose.

    Answers that rest on the customer's account or on what the rep said are not scored: the
    calibration has only seen answers from articles.
    """
    given = SignalInput(
        questions=(context.customer_text,),
        passages=tuple(
            Found(each.hit.article_id, each.hit.title, each.hit.text, each.hit.score)
            for each in result.retrieved
        ),
        sentences=tuple(
            CitedSentence(result.text[each.start : each.end], each.quote, each.support)
            for each in verified.citations
        ),
        factual=verified.factual,
        language=context.language,
        confidence=own,
        warnings=tuple(each.message for each in result.findings if each.stage == "after"),
        decision=result.decision,
    )
    with step("abstention", "is it right?") as seen:
        found = signals(given)
        if result.supports:
            seen.note(**found)
            return replace(result, signals=dict(found))
        with equipment.database.reading() as session:
            judged = verdict(given, found, live_calibration(session=session))
        seen.note(**found, score=judged.score, threshold=judged.threshold, held_back=judged.held_back)
    result = replace(result, signals=dict(found), score=judged.score)
    if judged.held_back:
        result = replace(result, decision=judged.decision, reason=judged.reason, question=judged.question)
    return result


def _other_language(citation: VerifiedCitation, context: Context) -> bool:
    spoken = {language_of(citation.source.locale), context.language}
    return len(spoken) > 1 and citation.support <= ACROSS_LANGUAGES


def _not_compared(language: str) -> Finding:
    message = "Some sentences are in another language than what they rest on: only numbers were compared."
    if language in READ:
        return Finding("unsupported", "warn", "after", message, "")
    message += " No guardrail reads this language, so a person has to write the reply."
    return Finding("unsupported", "block", "after", message, "")


def _reply(verified: Verified, *, context: Context, evidence: Evidence, instructions: str) -> ReplyCheck:
    by_span: dict[tuple[int, int], list[SourceText]] = {span: [] for span in verified.spans}
    for citation in verified.citations:
        source = citation.source
        by_span[citation.start, citation.end].append(
            SourceText(source.text, source.audience, source.kind, source.done)
            if isinstance(source, Stated) and source.vouched
            # what stands in a field of another system is no deed of ours, whatever it says
            else SourceText(source.text, source.audience)
        )
    return ReplyCheck(
        text=verified.text,
        sentences=[
            SentenceCheck(verified.text[start:end], "fact" if sources else "courtesy", sources)
            for (start, end), sources in by_span.items()
        ],
        language=context.language,
        customer_text=context.masker.unmask(context.customer_text),
        internal_passages=[
            instructions,
            *(source.text for source in evidence.sources.values() if source.audience != "public"),
        ],
        removed=[each.text for each in verified.removed],
    )
