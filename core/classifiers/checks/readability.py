"""Whether a text is easy to read, by the formula of its language.

All formulas are Flesch's with the weights of a language; about 0 is very hard and 100 very easy. Sources:
English: R. Flesch 1948, Journal of Applied Psychology 32:221-233. German: T. Amstad 1978, Wie verständlich
sind unsere Zeitungen? (Zürich). Spanish: J. Fernández Huerta 1959, Consigna 214:29-32. French: L. Kandel and
A. Moles 1958, Cahiers d'Études de Radio-Télévision 19:253-274. Italian: R. Vacca and V. Franchina 1972.
Dutch: W. H. Douma 1960, De leesbaarheid van landbouwbladen (Wageningen).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.classifiers.checks.registry import CheckParameter, Finding, Values, check
from core.classifiers.checks.texts import prose, sentences, words
from core.classifiers.kind import Subject
from core.llm import detect_language

_READ = 20_000  # characters; more change nothing


@dataclass(frozen=True, slots=True)
class _Formula:
    """``start - a_word * syllables per word - a_sentence * words per sentence``."""

    start: float
    a_word: float
    a_sentence: float


_FORMULAS = {
    "en": _Formula(206.835, 84.6, 1.015),
    "de": _Formula(180.0, 58.5, 1.0),
    "es": _Formula(206.84, 60.0, 1.02),
    "fr": _Formula(207.0, 73.6, 1.015),
    "it": _Formula(206.0, 65.0, 1.0),
    "nl": _Formula(206.84, 77.0, 0.93),
}
_VOWELS = {
    "en": r"[aeiouy]+",
    # written vowels that are two syllables: Ri-o, the-o, Mu-se-um
    "de": r"aa|ai|au|ay|äu|ee|ei|eu|ey|ie|oo|[aeiouyäöü]",
    # strong vowels part (a-é-re-o), weak ones join unless they bear an accent (dí-a)
    "es": r"[iuü]?[aeoáéó](?:[iuy](?![aeoáéíóú]))?|[iuü]?[íú]|[iuü]+",
    "fr": r"[aeiouyàâäéèêëîïôöùûüœæ]+",
    "it": r"[iu]?[aeoàèéò](?:[iu](?![aeoàèéò]))?|[iuìù]+",
    "nl": r"aai|ooi|oei|eeuw|ieuw|aa|ee|ie|oo|uu|ij|ei|eu|oe|ou|au|ui|[aeiouyäëïöüé]",
}
_PATTERNS = {language: re.compile(pattern) for language, pattern in _VOWELS.items()}
_SILENT_U = re.compile(r"(?<=q)u|(?<=g)u(?=[eiéí])")  # quiero, pague
_SILENT_END = {
    "en": re.compile(r"(?:[^laeiouy]e|[^aeioutd]ed|[^aeiouscxzhg]es)$"),
    "fr": re.compile(r"[^aeiouyé]es?$"),
}


def reading_ease(text: str, language: str) -> float | None:
    """Flesch's reading ease; None where the language has no formula here, or there are no words.

    Syllables are counted as groups of written vowels, which is a few per cent off on ordinary prose.
    """
    formula = _FORMULAS.get(language)
    body = prose(text[:_READ])
    spoken = words(body)
    if formula is None or not spoken:
        return None
    syllables = sum(_syllables(word.lower(), language) for word in spoken)
    per_sentence = len(spoken) / max(1, len(sentences(body)))
    return formula.start - formula.a_word * syllables / len(spoken) - formula.a_sentence * per_sentence


@check(
    "reading_level",
    title="Easy to read",
    subjects=("reply", "draft", "message", "conversation"),
    parameters=(
        CheckParameter(
            "least",
            "Reading ease, at least",
            "number",
            default=50,
            low=0,
            high=100,
            hint="90: very easy. 60: plain. 30: hard, like a law.",
        ),
        CheckParameter(
            "fewest_words",
            "Words a text needs",
            "number",
            default=20,
            low=5,
            high=1000,
            hint="Shorter texts are not judged: a few words say little about how hard a text is.",
        ),
    ),
)
def reading_level(subject: Subject, values: Values) -> Finding:
    """Yes: it is at least as easy to read as wanted (Flesch's formula for its language)."""
    body = prose(subject.text[:_READ])
    if len(words(body)) < int(values["fewest_words"]):
        return Finding(None, f"It has fewer than {values['fewest_words']} words.")
    locale = subject.locale.lower().replace("_", "-").partition("-")[0]
    language = detect_language(body, fallback=locale)
    ease = reading_ease(subject.text, language)
    if ease is None:
        known = ", ".join(_FORMULAS)
        return Finding(
            None, f"There is no formula for the language “{language or 'unknown'}”, only for {known}."
        )
    return Finding(ease >= int(values["least"]), f"Reading ease {ease:.0f} ({language}).")


def _syllables(word: str, language: str) -> int:
    if language == "es":
        word = _SILENT_U.sub("", word)
    count = len(_PATTERNS[language].findall(word))
    silent = _SILENT_END.get(language)
    if silent is not None and count > 1 and silent.search(word):
        count -= 1
    return max(1, count)
