"""The Markdown of an article as readers see it. Nothing in it runs, and nothing is loaded from the web."""

from __future__ import annotations

import re

import streamlit as st

from pages.widgets.style import escape

LONGEST = 60_000
"""Characters that are drawn; more makes a browser stand still."""

_JOINER = "\u2060"
_FENCE = re.compile(r"[ >]{0,8}(`{3,}|~{3,})")
_IMAGE = re.compile(r"!\[([^\]\n]*)\]?")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
# what Streamlit reads between colons: emoji, icons and colours
_DIRECTIVE = re.compile(r":(?=[A-Za-z_-]+\[|[a-z_]+/[a-z_]+:|[a-z0-9_+-]+:)")


def article_text(text: str) -> None:
    """Draw it. HTML stays text, images become links, and what is very long is cut, which is said."""
    st.markdown(shown_markdown(text[:LONGEST]))
    if len(text) > LONGEST:
        st.caption(
            escape(f"The first {LONGEST:,} of {len(text):,} characters are shown here. All of it is kept.")
        )


def has_images(text: str) -> bool:
    """Whether there may be images in it, which are shown as links only."""
    return "![" in text


def shown_markdown(text: str) -> str:
    """``text`` without what would load an image, and without what only Streamlit takes for formatting.

    Wherever "![" stands it is broken up, in code by an invisible joiner: whether something is code is for
    the browser to say, and it must not be able to say it wrong.
    """
    shown = []
    fence = ""
    for line in text.split("\n"):
        opening = _FENCE.match(line)
        if fence:
            if opening and opening[1].startswith(fence) and not line[opening.end() :].strip("`~ "):
                fence = ""
            shown.append(line.replace("![", f"!{_JOINER}["))
        elif opening:
            fence = opening[1]
            shown.append(line.replace("![", f"!{_JOINER}["))
        else:
            shown.append(_line(line))
    return "\n".join(shown)


def _line(line: str) -> str:
    parts = []
    at = 0
    for code in _CODE.finditer(line):
        parts.append(_plain(line[at : code.start()]))
        parts.append(code[0].replace("![", f"!{_JOINER}["))
        at = code.end()
    parts.append(_plain(line[at:]))
    return "".join(parts).replace("![", f"!{_JOINER}[")


def _plain(text: str) -> str:
    text = _IMAGE.sub(_as_link, text)
    text = _DIRECTIVE.sub(f":{_JOINER}", text)
    # an escaped dollar stays one; a bare one would begin a formula
    return re.sub(r"(?<!\\)\$", r"\\$", text)


def _as_link(image: re.Match[str]) -> str:
    if not image[0].endswith("]"):
        return f"!{_JOINER}[{image[1]}"
    return f"Image: [{image[1].strip() or 'without a description'}]"
