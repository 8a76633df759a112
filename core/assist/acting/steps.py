"""One use of an action in a run, as it is shown, stored and told to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

from core.actions import ActionRequest, Outcome
from core.assist.grounding.evidence import Stated
from core.assist.guardrails import check_source

Status = Literal["done", "failed", "rejected", "waiting", "unknown"]
MOST_CHARACTERS = 6_000
"""Of a result that a model sees. A list of a thousand invoices would push the case out of its sight."""
_STATUS: dict[str, Status] = {
    "done": "done",
    "failed": "failed",
    "unknown": "unknown",
    "rejected": "rejected",
    "withdrawn": "rejected",
}
_WITHDRAWN = "It was withdrawn before anybody decided."


@dataclass(frozen=True)
class Step:
    """A look-up that ran, or a proposed action and what became of it.

    Attributes:
        label: what sentences cite: T1 ... of this run, A1 ... of earlier ones.
        arguments: as carried out, un-masked; ``edited`` when a person changed them.
        statements: sentences a customer may be told, in the language of the reply.
        locale: the language of the statements.
        error: why it failed, or why it was rejected.
    """

    label: str
    action: str
    title: str
    status: Status
    arguments: dict[str, Any] = field(default_factory=dict)
    summary: str = ""
    statements: tuple[str, ...] = ()
    locale: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    edited: bool = False
    milliseconds: float = 0.0
    request_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "statements": list(self.statements)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "statements": tuple(value.get("statements", ()))})

    @property
    def quotable(self) -> str:
        """What a sentence of the reply may rest on: statements; the plain result where there are none."""
        if self.status != "done":
            return ""
        if self.statements:
            return "\n".join(self.statements)
        return "\n".join([self.summary, *_lines(self.result)])

    def stated(self) -> Stated:
        """The step as a source that can be cited."""
        return Stated(
            self.label,
            "action",
            self.title,
            check_source(self.quotable, origin="tool", name=self.title).text,
            self.locale,
            done=self.status == "done",
            vouched=bool(self.statements),
        )

    def told(self, clean: Callable[[str], str]) -> dict[str, Any]:
        """The step as a model sees it.

        Args:
            clean: masks a text and takes instructions out of it.
        """
        value: dict[str, Any] = {"label": self.label, "action": self.action, "status": self.status}
        if self.summary:
            value["summary"] = self.summary
        if self.status == "done":
            value["statements"] = list(self.statements)
            if self.result:
                value["result"] = _shortened(self.result)
        if self.request_id is not None:
            value |= {"arguments": self.arguments, "edited": self.edited}
        if self.error:
            value["reason" if self.status == "rejected" else "error"] = self.error
        told: dict[str, Any] = cleaned(value, clean)
        return told


def step_of_request(request: ActionRequest, *, label: str, title: str, language: str) -> Step:
    """A proposed action and what became of it, as a step."""
    statements, locale = spoken(request.statements, language)
    status = _STATUS.get(request.status, "waiting")
    error = request.error or (request.decision_reason if request.status == "rejected" else "")
    return Step(
        label=label,
        action=request.action,
        title=title,
        status=status,
        arguments=dict(request.arguments),
        summary=request.summary or request.effect,
        statements=statements,
        locale=locale,
        result=dict(request.result),
        error=_WITHDRAWN if request.status == "withdrawn" else error,
        edited=request.decision == "edited",
        request_id=request.key,
    )


def step_of_outcome(
    outcome: Outcome,
    *,
    label: str,
    action: str,
    title: str,
    arguments: Mapping[str, Any],
    language: str,
    milliseconds: float,
) -> Step:
    """A look-up that worked, as a step."""
    statements, locale = spoken(outcome.statements, language)
    return Step(
        label=label,
        action=action,
        title=title,
        status="done",
        arguments=dict(arguments),
        summary=outcome.summary,
        statements=statements,
        locale=locale,
        result=dict(outcome.result),
        milliseconds=milliseconds,
    )


def spoken(statements: Mapping[str, Any], language: str) -> tuple[tuple[str, ...], str]:
    """The statements in a language, else in English, and the language they are in."""
    for locale in (language, "en"):
        if statements.get(locale):
            return tuple(statements[locale]), locale
    return (), "en"


def cleaned(value: Any, clean: Callable[[str], str]) -> Any:
    """A JSON value with every text in it cleaned, names of fields included where they are sentences."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {
            (clean(str(name)) if " " in str(name) else name): cleaned(each, clean)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [cleaned(each, clean) for each in value]
    return value


def _shortened(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result, lists cut to what fits."""
    kept: dict[str, Any] = {}
    room = MOST_CHARACTERS
    for name, value in result.items():
        if isinstance(value, list):
            fitting = []
            for item in value:
                room -= len(str(item))
                if room < 0:
                    break
                fitting.append(item)
            kept[name] = fitting
            if len(fitting) < len(value):
                kept[f"{name}_left_out"] = len(value) - len(fitting)
            continue
        room -= len(str(value))
        kept[name] = value if room >= 0 else str(value)[: max(0, 200)]
    return kept


def _lines(value: Any, name: str = "") -> list[str]:
    if isinstance(value, Mapping):
        return [line for key, each in value.items() for line in _lines(each, str(key))]
    if isinstance(value, list):
        return [line for each in value for line in _lines(each, name)]
    return [f"{name.replace('_', ' ')}: {value}"] if value not in (None, "") else []
