"""YAML as promptfoo's own reader takes it: of version 1.2, in which ``no`` and ``12:30`` are texts."""

from __future__ import annotations

import re
from typing import Any

import yaml

from core.errors import InvalidInput
from core.evals.formats.json_text import cleaned
from core.evals.formats.promptfoo.folding import FOLD

_MOST_VALUES = 2_000_000
_DEEPEST = 100
_PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-zA-Z][a-zA-Z_]*")
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is ten times as quick


class _Loader(_SafeLoader):  # type: ignore[misc] # chosen when it runs
    """The core schema of YAML 1.2."""


class _Dumper(yaml.SafeDumper):
    """Every text in double quotes, so that no reader takes one for a number, a date or nothing."""

    def ignore_aliases(self, data: Any) -> bool:
        return data is not FOLD  # long, and always the same: written once

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _ in node.value:
            if _PLAIN.fullmatch(key.value):
                key.style = None
        return node


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)))


_Loader.add_constructor("tag:yaml.org,2002:int", _int)
_Loader.add_constructor("tag:yaml.org,2002:float", _float)
_Dumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, '"'))


def read_yaml(content: bytes) -> tuple[Any, dict[str, list[int]]]:
    """The value of a file, and on which line each item of its top-level lists begins, by key.

    Raises:
        InvalidInput: it is no YAML; the message says on which line.
    """
    try:
        text = content.decode("utf-8-sig")
        _check_depth(text)
        loader = _Loader(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidInput(f"line {line}: not UTF-8") from None
    except yaml.reader.ReaderError as error:
        raise InvalidInput(f"not YAML: a character no text has, at {error.position + 1}") from None
    except yaml.YAMLError as error:
        raise _refusal(error) from None
    try:
        node = loader.get_single_node()
        if node is None:
            return None, {}
        _check(node)
        lines = _lines(node)
        return cleaned(loader.construct_document(node)), lines
    except yaml.YAMLError as error:
        raise _refusal(error) from None
    except (RecursionError, ValueError, TypeError):
        raise InvalidInput("nested too deeply, or with a value nobody can mean") from None
    finally:
        loader.dispose()


def write_yaml(value: Any) -> str:
    """Block style, keys in their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)


def _refusal(error: yaml.YAMLError) -> InvalidInput:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = f"line {mark.line + 1}: " if mark else ""
    why = getattr(error, "problem", "") or getattr(error, "context", "") or str(error)
    return InvalidInput(f"{where}not YAML: {' '.join(str(why).split())[:200]}")


def _check_depth(text: str) -> None:
    """Refuse deep nesting before anything recursive sees it: the parser in C would take the process along."""
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise InvalidInput("nested too deeply to be read")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _lines(node: yaml.Node) -> dict[str, list[int]]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {
        str(key.value): [each.start_mark.line + 1 for each in value.value]
        for key, value in node.value
        if isinstance(value, yaml.SequenceNode)
    }


def _check(root: yaml.Node) -> None:
    """Refuse what a few lines can blow up to: anchors within anchors, and what contains itself.

    Raises:
        InvalidInput: it is such a file.
    """
    left = _MOST_VALUES
    waiting: list[tuple[yaml.Node, int]] = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        left -= 1
        if left < 0 or depth > _DEEPEST:
            raise InvalidInput("its anchors or nesting make it larger than anybody can mean")
        if isinstance(node, yaml.SequenceNode):
            waiting += [(each, depth + 1) for each in node.value]
        elif isinstance(node, yaml.MappingNode):
            waiting += [(each, depth + 1) for pair in node.value for each in pair]
