"""Which model servers may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import InvalidInput
from core.llm import check_allowed
from core.settings import Settings, get_settings

OURS = {"model_provider": "compatible", "model_base_url": "https://models.example/v1"}


def _with(**changes: Any) -> Settings:
    return get_settings().model_copy(update=changes)


@pytest.mark.parametrize(
    ("operator", "wanted"),
    [
        ({}, {"model_provider": "offline", "model_base_url": "https://elsewhere.example"}),
        ({}, {"model_provider": "openai"}),
        (OURS, OURS | {"model_base_url": "https://Models.example/v1/"}),
        (
            OURS | {"model_servers": "https://a.example/v1, https://b.example/v1"},
            OURS | {"model_base_url": "https://b.example/v1"},
        ),
        (OURS, OURS | {"model_base_url": "http://127.0.0.1:8080/v1"}),
        (OURS, OURS | {"model_base_url": "http://[::1]:8080/v1"}),
        (OURS, OURS | {"model_base_url": "http://localhost:8080/v1"}),
    ],
)
def test_what_the_operator_uses_lists_or_runs_here_is_allowed(
    operator: dict[str, Any], wanted: dict[str, Any]
) -> None:
    check_allowed(_with(**wanted), operator=_with(**operator))


@pytest.mark.parametrize(
    ("operator", "address"),
    [
        (OURS, "https://models.example.evil.example/v1"),
        (OURS, "https://models.example/v2"),
        (OURS, "http://127.0.0.1.evil.example/v1"),
        (OURS, "http://localhost@evil.example/v1"),
        (OURS, ""),  # OpenAI's: the key is for another server
        ({}, "https://models.example/v1"),
    ],
)
def test_no_key_goes_to_another_server(operator: dict[str, Any], address: str) -> None:
    wanted = _with(model_provider="openai" if not address else "compatible", model_base_url=address)
    with pytest.raises(InvalidInput, match="RATCHET_MODEL_SERVERS"):
        check_allowed(wanted, operator=_with(**operator))
