"""Instructions to the assistant in what is only data: found, told to people, taken out for the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from core.assist.guardrails.markup import hidden_parts, parts, visible_text
from core.assist.guardrails.orders import COMMANDS, FAMILIES, REPORTED
from core.assist.guardrails.payloads import payloads
from core.assist.guardrails.reading import OVERRIDES, Reading, read, without_unseen
from core.assist.guardrails.registry import Flag, before
from core.assist.guardrails.texts import CustomerTexts, Origin

LEFT_OUT = "[left out: instructions to the assistant]"
"""Stands for what was taken out. No quotation marks, so that a JSON text stays JSON."""
_AROUND = 300
"""Characters around an instruction in which plain commands are taken as part of it."""
_LONGEST_SENTENCE = 600
_ARTICLE_TEXTS = 4_096  # passages of about a kilobyte
_SEPARATORS = re.compile(r"[_\-.+]+")


class Hit(NamedTuple):
    """``text[start:end]`` gives instructions. ``quote`` shows what it says, ``how`` it was hidden."""

    start: int
    end: int
    quote: str
    how: str = ""


@before(
    "injection",
    title="Instructions to the assistant",
    severity="warn",
    description="Text that tries to give the assistant orders, openly or hidden. It is never followed.",
)
def check(texts: CustomerTexts) -> Iterator[Flag]:
    """Instructions in the message, its subject, its file names and its HTML."""
    yield from _flags(find_orders(texts.text), "The customer's message gives instructions to the assistant.")
    yield from _flags(find_orders(texts.subject), "The subject gives instructions to the assistant.")
    for name in texts.file_names:
        yield from _flags(_in_file_name(name), "The name of a file gives instructions to the assistant.")
    if texts.html:
        hidden = [hit for part in parts(texts.html) if part.hidden for hit in _in_hidden(part)]
        yield from _flags(hidden, "The e-mail hides instructions to the assistant.")
        seen = find_orders(visible_text(texts.html))
        yield from _flags(seen, "The customer's message gives instructions to the assistant.")


def neutralised(text: str, *, origin: Origin, name: str) -> tuple[str, list[Flag]]:
    """The text without instructions and invisible characters, and what was found in it."""
    clean, hits = _clean_article(text) if origin == "article" else _clean(text, in_json=origin == "tool")
    where = {
        "article": f"The article “{name}” contains instructions to the assistant.",
        "tool": f"The result of “{name}” contains instructions to the assistant.",
        "customer": f"{name[:1].upper()}{name[1:]} gives instructions to the assistant.",
    }[origin]
    return clean, list(_flags(hits, where))


def _clean(text: str, *, in_json: bool = False) -> tuple[str, list[Hit]]:
    hits = find_orders(text, in_json=in_json)
    spans = [
        (hit.start, hit.end) if hit.how else _sentence(text, hit.start, hit.end, in_json=in_json)
        for hit in hits
    ]
    if hits:
        reading = read(text)
        for match in COMMANDS.finditer(reading.text):
            start, end = reading.place(match.start(), match.end())
            if any(start < hit.end + _AROUND and end > hit.start - _AROUND for hit in hits):
                spans.append(_sentence(text, start, end, in_json=in_json))
    return without_unseen(_without(text, spans)), hits


@lru_cache(maxsize=_ARTICLE_TEXTS)
def _clean_article(text: str) -> tuple[str, list[Hit]]:
    """Searches give the same passages again and again, and reading one takes some milliseconds."""
    return _clean(text)


def find_orders(text: str, *, in_json: bool = False) -> list[Hit]:
    """Every instruction in a text, in the order of its place. In JSON, sentences end with a string."""
    if not text.strip():
        return []
    reading = read(text)
    hits: list[Hit] = []
    covered = 0  # what one instruction's sentence holds already is not told again
    for start, end in sorted(reading.place(match.start(), match.end()) for match in _orders(reading)):
        if end > covered:
            first, covered = _sentence(text, start, end, in_json=in_json)
            hits.append(Hit(start, end, text[first:covered]))
    plain = list(hits)
    for payload in payloads(text, reading):
        if any(hit.start < payload.end and payload.start < hit.end for hit in plain):
            continue
        meaning = read(payload.meaning)
        encoded = payload.how in {"base64", "hexadecimal", "invisible characters"}
        if next(_orders(meaning), None) or (encoded and COMMANDS.search(meaning.text)):
            hits.append(Hit(payload.start, payload.end, payload.meaning, payload.how))
    for part in hidden_parts(text):
        hits += _in_hidden(part)
    return sorted(set(hits))


def _orders(reading: Reading) -> Iterator[re.Match[str]]:
    for family in FAMILIES:
        for match in family.finditer(reading.text):
            if not _reported(reading.text, match):
                yield match


def _reported(text: str, match: re.Match[str]) -> bool:
    """Whether somebody quotes the instruction to report or explain an attack."""
    before = text[max(0, match.start() - 120) : match.start()]
    after = text[match.end() : match.end() + 120]
    in_quotes = before.rpartition("\n")[2].count('"') % 2 == 1 or re.search(
        r"(?:^|[\s(:])['`][^'`\n]*$", before
    )
    return bool(in_quotes and REPORTED.search(f"{before} {after}"))


def _in_hidden(part: tuple[int, int, str, bool]) -> Iterator[Hit]:
    start, end, text, _ = part
    meaning = read(text)
    if COMMANDS.search(meaning.text) or next(_orders(meaning), None):
        yield Hit(start, end, text, "not visible to a reader")


def _in_file_name(name: str) -> list[Hit]:
    if any(character in OVERRIDES for character in name):
        shown = re.sub(f"[{OVERRIDES}]", "⇄", name)
        return [Hit(0, len(name), shown, "characters that turn the reading direction")]
    return [Hit(0, len(name), name) for _ in find_orders(_SEPARATORS.sub(" ", name))[:1]]


def _flags(hits: Iterable[Hit], message: str) -> Iterator[Flag]:
    quoted: set[str] = set()
    for hit in hits:
        if hit.quote not in quoted:
            quoted.add(hit.quote)
            how = f" They were hidden: {hit.how}." if hit.how else ""
            yield Flag(f"{message}{how} They are not followed.", hit.quote.strip())


def _sentence(text: str, start: int, end: int, *, in_json: bool = False) -> tuple[int, int]:
    """The sentence around a span, its blanks left outside."""
    stops = '.!?\n"' if in_json else ".!?\n"
    first = start
    while first > max(0, start - _LONGEST_SENTENCE) and text[first - 1] not in stops:
        first -= 1
    while first < start and text[first].isspace():
        first += 1
    last = end
    while (
        last < min(len(text), end + _LONGEST_SENTENCE)
        and text[last - 1] not in ".!?\n"
        and text[last] not in stops
    ):
        last += 1
    if last < len(text) and text[last] in ".!?":
        last += 1
    return first, last


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if end <= position:
            continue
        if start > position or not pieces:
            pieces += [text[position:start], LEFT_OUT]
        position = end
    return "".join([*pieces, text[position:]])
