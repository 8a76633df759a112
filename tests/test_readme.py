"""The README's configuration table is the settings themselves. ``RATCHET_TEST_WRITE=1`` rewrites it."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from core.settings import ROOT, Settings

README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- settings: .*? -->\n).*?(<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        shown = "" if default is PydanticUndefined else str(default)
        code = f"`{shown}`" if shown.strip("*") else ""
        rows.append(f"| `RATCHET_{name.upper()}` | {code} | {field.description} |")
    return "\n".join(rows) + "\n"


def test_the_configuration_table_is_true() -> None:
    text = README.read_text("utf-8")
    wanted = BLOCK.sub(lambda found: found[1] + settings_table() + found[2], text)
    assert BLOCK.search(text), "the README has lost its settings block"
    if os.environ.get("RATCHET_TEST_WRITE"):
        README.write_text(wanted, "utf-8")
        return
    assert text == wanted, "run RATCHET_TEST_WRITE=1 pytest tests/test_readme.py"


def test_every_setting_is_explained() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_named_files_exist() -> None:
    text = README.read_text("utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []
