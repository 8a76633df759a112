"""promptfoo takes most texts for Nunjucks templates: how to keep ours as they are, and read theirs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import InvalidInput
from core.evals.formats.json_text import parse_json, to_json

MOST_COMBINATIONS = 500
_TAGS = re.compile(r"\{(?=[{%#])|(?<=#)\}")
"""What begins a tag, and the end of a comment, which must not stand alone."""
_LOADED = ("file://", "package:", "http://", "https://")
_KEPT_APART = '{{ "" }}'
_VARIABLE = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:safe|trim)\s*)?-?\}\}")
_STRING = re.compile(r"""\{\{-?\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*-?\}\}""")
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}", re.DOTALL)
_OTHER = re.compile(r"\{[{%#]")


def literal(text: str) -> str:
    """A template that renders to exactly this text, and names no file to load."""
    escaped = _TAGS.sub(lambda found: f'{{{{ "{found[0]}" }}}}', text)
    return f"{_KEPT_APART}{escaped}" if text.startswith(_LOADED) else escaped


def literal_json(value: Any) -> str:
    """JSON in which no template can begin: a second brace is written by its number."""
    return _TAGS.sub(lambda found: f"\\u{ord(found[0]):04x}", to_json(value))


def rendered(template: str, variables: Mapping[str, Any]) -> tuple[str, bool]:
    """The text a template gives, and whether all was understood: names and texts, nothing that computes."""
    pieces: list[str] = []
    understood = True
    for part, raw in _parts(template):
        if raw:
            pieces.append(part)
            continue
        text, good = _rendered(part, variables)
        pieces.append(text)
        understood &= good
    return "".join(pieces), understood


def prompt_input(prompt: str, variables: Mapping[str, Any]) -> tuple[Any, bool]:
    """What a model is asked by a prompt: chat messages where it is JSON, else the text."""
    try:
        template = parse_json(prompt)
    except InvalidInput:
        template = None
    if isinstance(template, list):  # variables go into its texts, whatever they hold
        good = True
        messages = []
        for each in template:
            content = each.get("content") if isinstance(each, dict) else None
            if isinstance(content, str):
                text, understood = rendered(content, variables)
                good &= understood
                each = {**each, "content": text}
            messages.append(each)
        return messages, good
    text, good = rendered(prompt, variables)
    try:
        value = parse_json(text)
    except InvalidInput:
        return text, good
    return (value, good) if isinstance(value, list) and value else (text, good)


def combinations(variables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One set of variables for each combination of those that list several values, as promptfoo tries them.

    Raises:
        InvalidInput: there are too many.
    """
    several = {name: value for name, value in variables.items() if isinstance(value, list)}
    number = 1
    for value in several.values():
        number *= max(1, len(value))
    if number > MOST_COMBINATIONS:
        raise InvalidInput(f"its variables have {number:,} combinations, and {MOST_COMBINATIONS} is the most")
    for chosen in itertools.product(*(value or [""] for value in several.values())):
        yield {**variables, **dict(zip(several, chosen, strict=True))}


def resolved(variables: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Variables that name others with those in their place, and whether all was understood."""
    good = True
    made = dict(variables)
    for name, value in variables.items():
        if isinstance(value, str):
            made[name], understood = rendered(value, variables)
            good &= understood
    return made, good


def _parts(template: str) -> Iterator[tuple[str, bool]]:
    position = 0
    for found in _RAW.finditer(template):
        yield template[position : found.start()], False
        yield found[1], True
        position = found.end()
    yield template[position:], False


def _rendered(template: str, variables: Mapping[str, Any]) -> tuple[str, bool]:
    pieces: list[str] = []
    good = True
    position = 0
    while (found := _OTHER.search(template, position)) is not None:
        start = found.start()
        pieces.append(template[position:start])
        if (text := _STRING.match(template, start)) is not None:
            pieces.append(text[1] if text[1] is not None else text[2])
            position = text.end()
        elif (name := _VARIABLE.match(template, start)) is not None and name[1] in variables:
            pieces.append(_plain(variables[name[1]]))
            position = name.end()
        else:
            good = False
            pieces.append(template[start])
            position = start + 1
    return "".join([*pieces, template[position:]]), good


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    return to_json(value) if isinstance(value, dict | list | bool) or value is None else str(value)
