"""A scripted back office: runs of the offline model through the agent loop, paused and resumed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents import Agent, FunctionTool, RunConfig, Runner, RunState

from core.llm import Briefing, DraftOutput, model_provider
from core.settings import Settings

EFFECTS = (
    "refund_invoice",
    "resend_invoice",
    "change_plan",
    "extend_trial",
    "rotate_api_key",
    "open_incident",
)
LOOK_UPS = ("find_customer", "list_invoices", "list_payments", "get_subscription", "incident_status")

FIRST = {"number": "HLY-2026-048213", "date": "2026-11-18", "kind": "plan", "description": "Sloop, monthly",
         "total": "29.00", "currency": "EUR", "status": "paid", "first_payment": True, "renewal": False,
         "paid": "29.00", "paid_too_much": "0.00", "refunded": "0.00"}  # fmt: skip
OVERAGE = {**FIRST, "number": "HLY-2026-051877", "date": "2026-10-02", "kind": "plan", "total": "41.50",
           "paid": "41.50", "description": "Sloop, monthly"}  # fmt: skip
RENEWAL = {**FIRST, "first_payment": False, "renewal": True}

LIBRARY: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("Where is my refund", "A refund reaches your original payment method within 5 to 10 business days."),
        ("Refunds for monthly plans", "You can ask for a full refund within 7 days of the first payment "
            "for your plan. "
         "Monthly renewals are not refunded. We do not refund days you did not use after a renewal."),
        ("Rotate a key", "After a rotation, the old key keeps working for 24 hours."),
        ("The free trial", "Support can extend a trial once, by 7 days. A second extension is not possible."),
    ],
    "de": [
        ("Wo ist meine Erstattung", "Eine Erstattung erreicht Ihr ursprüngliches Zahlungsmittel "
            "innerhalb von 5 bis 10 Werktagen."),
        ("Erstattungen bei Monatstarifen", "Monatliche Verlängerungen werden nicht erstattet."),
    ],
    "es": [
        ("Dónde está mi reembolso", "Un reembolso llega al método de pago original en un plazo de 5 a "
            "10 días laborables."),
        ("Reembolsos de planes mensuales", "Las renovaciones mensuales no se reembolsan."),
    ],
}  # fmt: skip

Answer = str | Mapping[str, Any] | Callable[[Mapping[str, Any]], Any]


def done(label: str, *statements: str, **more: Any) -> dict[str, Any]:
    """What a tool answers when it worked."""
    return {"label": label, "status": "done", "summary": "Done.", "statements": list(statements), **more}


@dataclass
class Office:
    """Tools with scripted answers, and the calls they got.

    Attributes:
        answers: tool -> what it answers: JSON, raw text, or a function of the arguments.
        without: tools that are not offered.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    without: Sequence[str] = ()
    language: str = "en"
    passages: Sequence[tuple[str, str]] = ()
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    asked_for: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    call_ids: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The tools called, the search left out."""
        return [name for name, _ in self.calls if name != "search_knowledge"]

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of the only effect that was asked for."""
        ((_, arguments),) = self.asked_for
        return arguments

    def agent(self) -> Agent[None]:
        names = [name for name in ("search_knowledge", *LOOK_UPS, *EFFECTS) if name not in self.without]
        return Agent(name="Draft writer", tools=[self._tool(name) for name in names], output_type=DraftOutput)

    def _tool(self, name: str) -> FunctionTool:
        async def invoke(context: Any, raw: str) -> str:
            arguments = json.loads(raw or "{}")
            self.calls.append((name, arguments))
            self.call_ids.append(context.tool_call_id)
            if name == "search_knowledge":
                return json.dumps({"passages": self._passages()}, ensure_ascii=False)
            answer = self.answers.get(
                name, {"label": "T9", "status": "failed", "error": "no answer scripted"}
            )
            value = answer(arguments) if callable(answer) else answer
            return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

        schema: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": True}
        if name == "open_incident":
            schema["properties"] = {
                "region": {"type": "string", "enum": ["eu-west", "eu-north", "us-east", "us-west"]}
            }
        return FunctionTool(
            name=name, description=name, params_json_schema=schema, on_invoke_tool=invoke,
            strict_json_schema=False, needs_approval=name in EFFECTS,
        )  # fmt: skip

    def _passages(self) -> list[dict[str, Any]]:
        return [
            {"id": f"P{number}", "title": title, "heading": title, "text": text, "locale": self.language,
             "audience": "public", "score": 0.9 - number / 10}
            for number, (title, text) in enumerate(self.passages or LIBRARY[self.language], start=1)
        ]  # fmt: skip


def draft(
    office: Office,
    *messages: str,
    system: Sequence[str] = (),
    note: str = "",
    approve: bool = True,
    reject_with: str = "",
) -> DraftOutput:
    """A draft. Every other message is ours, the last is the customer's.

    At each pause the run is stored as text and read back, as another process would.
    """
    roles = ["user" if (len(messages) - 1 - at) % 2 == 0 else "assistant" for at in range(len(messages))]
    items: list[Any] = [
        Briefing(organisation="Halyard", customer_name="Ada", locale=office.language, note=note).message(),
        *({"role": "system", "content": text} for text in system),
        *({"role": role, "content": text} for role, text in zip(roles, messages, strict=True)),
    ]
    config = RunConfig(model_provider=model_provider(Settings(_env_file=None)), tracing_disabled=True)

    async def run() -> DraftOutput:
        result = await Runner.run(office.agent(), items, run_config=config, max_turns=10)
        while result.interruptions:
            stored = json.dumps(result.to_state().to_json())
            agent = office.agent()
            state = await RunState.from_json(agent, json.loads(stored))
            for pending in state.get_interruptions():
                office.asked_for.append((str(pending.tool_name), json.loads(pending.arguments or "{}")))
                if approve:
                    state.approve(pending)
                else:
                    state.reject(pending, rejection_message=reject_with or None)
            result = await Runner.run(agent, state, run_config=config, max_turns=10)
        return result.final_output_as(DraftOutput)

    return asyncio.run(run())


def told(output: DraftOutput) -> list[tuple[str, str]]:
    """The factual sentences with the label of their source; each stands there word for word."""
    for sentence in output.sentences:
        for cite in sentence.cites:
            if not cite.passage.startswith("P"):
                assert cite.quote == sentence.text.strip()
    return [
        (sentence.cites[0].passage, sentence.text.strip()) for sentence in output.sentences if sentence.cites
    ]
