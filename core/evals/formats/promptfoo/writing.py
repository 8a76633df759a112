"""Cases as a configuration that promptfoo runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.evals.formats.carrying import KEY, pack
from core.evals.formats.chat import to_chat
from core.evals.formats.json_text import encoded
from core.evals.formats.promptfoo.assertions import to_assertion
from core.evals.formats.promptfoo.templates import literal, literal_json
from core.evals.formats.promptfoo.yaml_text import write_yaml
from core.evals.formats.record import CaseRecord, WriteOptions

PROMPT = "{{chat}}"
VARIABLE = "chat"
_HEAD = """\
# Cases of Ratchet for promptfoo: promptfoo eval --config THIS_FILE --no-cache
# Each test carries the whole case in its metadata, so importing this file again gives the same cases.
"""


def write_promptfoo(records: Sequence[CaseRecord], options: WriteOptions) -> bytes:
    """YAML. Expectations that promptfoo cannot check stay in the metadata of their test."""
    provider: Any = options.provider or "echo"
    if options.base_url:
        provider = {
            "id": provider,
            "config": {"apiBaseUrl": options.base_url, "apiKey": "{{env.OPENAI_API_KEY}}"},
        }
    config: dict[str, Any] = {
        "description": literal(options.title or "Cases of Ratchet"),
        "prompts": [PROMPT],
        "providers": [provider],
    }
    tests = [shown_test(each, options) | {"metadata": {KEY: literal_json(pack(each))}} for each in records]
    if any(each["type"] == "llm-rubric" for test in tests for each in test.get("assert", ())):
        config["defaultTest"] = {"options": {"provider": provider}}
    return encoded(_HEAD + write_yaml(config | {"tests": tests}))


def shown_test(record: CaseRecord, options: WriteOptions) -> dict[str, Any]:
    """What promptfoo sees of a case."""
    test: dict[str, Any] = {
        "description": literal(record.name),
        "vars": {VARIABLE: literal_json(to_chat(record))},
    }
    assertions = [
        made for each in record.expectations if (made := to_assertion(each, options.questions)) is not None
    ]
    return test | {"assert": assertions} if assertions else test
