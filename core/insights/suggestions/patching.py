"""Put what a person wrote in the place of the words of an article that it corrects."""

from __future__ import annotations

import re


def patched(body: str, replaces: str, text: str) -> str:
    """The body with ``text`` instead of ``replaces``; where those words are not found, at its end.

    White space between the words may differ, as passages are cut from the Markdown. A body that says it
    already stays as it is.
    """
    if text and text in body:
        return body
    words = replaces.split()
    if words:
        match = re.search(r"\s+".join(map(re.escape, words)), body)
        if match:
            return body[: match.start()] + text + body[match.end() :]
    return f"{body.rstrip()}\n\n{text}\n" if body.strip() else text
