"""The house: who may import whom. DESIGN's floors, checked on the code's own import statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS = {
    "settings": 0, "errors": 0, "differences": 0, "database": 0,
    "audit": 1, "identity": 1, "jobs": 1, "llm": 1, "statistics": 1,
    "conversations": 2, "knowledge": 2, "criteria": 2, "actions": 2, "traces": 2,
    "classifiers": 2,
    "assist": 3,
    "evals": 4, "labelling": 4,
    "insights": 5, "releases": 5,
    "surfaces": 6, "sample": 6, "reporting": 6,
    "cli": 7, "__main__": 8,
}  # fmt: skip
WITHIN_A_FLOOR = {
    ("database", "settings"),
    ("database", "errors"),
    ("settings", "errors"),
    ("identity", "audit"),
    ("sample", "surfaces"),
    ("actions", "conversations"),  # whose matter it is
    ("classifiers", "criteria"),  # what is asked
    ("classifiers", "conversations"),  # what is judged
    ("classifiers", "knowledge"),  # what a judged reply cites
    ("labelling", "evals"),  # flagged subjects are a queue to label
}


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level
            assert not prefix, f"{package}: relative import; write the full name"
            yield node.module or ""
            # `from core import audit` names a package in its alias
            if node.module == "core":
                yield from (f"core.{alias.name}" for alias in node.names)


def _room(path: Path) -> str:
    relative = path.relative_to(ROOT / "core").parts
    return relative[0].removesuffix(".py")


def violations(files: dict[Path, str]) -> list[str]:
    """Every import in ``files`` (path -> source) that points up, sideways or out of the house."""
    found = []
    for path, source in files.items():
        room = _room(path)
        if room == "__init__":
            continue
        if room not in FLOORS:
            found.append(f"{path}: {room} has no floor; give it one in tests/test_house.py and DESIGN")
            continue
        for name in _imports(ast.parse(source), str(path)):
            top, _, rest = name.partition(".")
            if top in {"streamlit", "pages", "app", "tests", "benchmarks"}:
                found.append(f"{path}: core may not import {name}")
            if top != "core" or not rest:
                continue
            other = rest.split(".")[0]
            if other == room:
                continue
            if other not in FLOORS:
                found.append(f"{path}: unknown room {other}")
            elif FLOORS[other] > FLOORS[room] or (
                FLOORS[other] == FLOORS[room] and (room, other) not in WITHIN_A_FLOOR
            ):
                found.append(f"{path}: {room} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})")
            elif rest.count(".") >= 1 and other != "database" and rest.split(".")[1] not in {"tables"}:
                found.append(f"{path}: {name} is {other}'s own business; import it from core.{other}")
    return found


def _sources() -> dict[Path, str]:
    return {
        path: path.read_text("utf-8")
        for path in sorted((ROOT / "core").rglob("*.py"))
        if "migrations" not in path.parts
    }


def test_imports_point_down() -> None:
    assert violations(_sources()) == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("database", "import core.audit"),
        ("llm", "from core.knowledge import search"),
        ("knowledge", "from core.conversations import get_conversation"),
        ("assist", "import streamlit"),
        ("assist", "from core.knowledge.search import rank"),
        ("assist", "from pages.widgets import shell"),
        ("conversations", "from core import assist"),
    ],
)
def test_the_check_sees_a_wrong_arrow(room: str, line: str) -> None:
    assert violations({ROOT / "core" / room / "wrong.py": line})


def test_pages_use_public_faces_only() -> None:
    """A page may import ``core.x`` and ``core.x.tables``, never a module behind them."""
    found = []
    for path in [*sorted((ROOT / "pages").rglob("*.py")), ROOT / "app.py"]:
        for name in _imports(ast.parse(path.read_text("utf-8")), str(path)):
            parts = name.split(".")
            if parts[0] == "core" and len(parts) > 2 and parts[2] != "tables":
                found.append(f"{path.relative_to(ROOT)}: {name}")
    assert found == []


def test_no_page_file_lies_beside_the_router() -> None:
    """Streamlit serves ``pages/*.py`` beside a main script before any sign-in ran; only the router may."""
    assert [path.name for path in sorted((ROOT / "pages").glob("*.py")) if path.name not in _NOT_PAGES] == []


_NOT_PAGES = {"__init__.py", "router.py", "registry.py", "process.py"}
