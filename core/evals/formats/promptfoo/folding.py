"""What makes no difference to our checks, said to promptfoo, which compares letter by letter.

See :mod:`core.evals.expecting.folding`: kinds of quotes and dashes, white space, Unicode forms. Upper and
lower case differ in one respect: ``ß`` is ``ss`` here when case is ignored, and not there.
"""

from __future__ import annotations

from core.evals.expecting.folding import compared

FOLD = (
    'output.normalize("NFC")'
    r""".replace(/[\u2018\u2019\u201a\u201b\u2032\u2035`\u00b4\u02bc]/g, "'")"""
    r""".replace(/[\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb]/g, '"')"""
    r""".replace(/[\u2010-\u2015\u2212]/g, "-")"""
    r""".replace(/\u2026/g, "...")"""
    r""".replace(/[\u00ad\u200b\u2060\ufeff]/g, "")"""
    r""".replace(/[\s\x1c-\x1f\x85]+/g, " ").trim()"""
)
"""The transform of an assertion: JavaScript that brings a reply into the form of :func:`folded`."""


def folded(text: str) -> str:
    """The text as :data:`FOLD` would leave it."""
    return compared(text, ignore_case=False)
