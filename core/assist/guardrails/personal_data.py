"""Personal data that masking does not know, because it is spelled unusually or is secret by context.

Masking (:mod:`core.assist.masking`) hides what has a clear form. This looks at what is left: cards and
IBANs with odd separators, codes and passwords after their word, identity numbers, dates of birth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from core.assist.guardrails.reading import without_unseen
from core.assist.guardrails.registry import Flag, before
from core.assist.guardrails.texts import CustomerTexts
from core.assist.masking import PLACEHOLDER, mask
from core.assist.masking.detectors import iban_valid, luhn_valid

HIDDEN = "[hidden]"


_STRETCH = re.compile(r"\S[\s\S]{0,1999}\S{0,200}")
"""Long texts are masked piece by piece, as some of masking's expressions take more than linear time."""


class Remaining(NamedTuple):
    """``text[start:end]`` is personal data; ``what`` it is, in words."""

    start: int
    end: int
    what: str


@before(
    "personal_data",
    title="Personal data",
    severity="warn",
    description="Personal data that masking does not recognise. It is hidden from the model as well.",
)
def check(texts: CustomerTexts) -> Iterator[Flag]:
    """What would leave towards a model although the text was masked."""
    for text in (texts.subject, texts.text):
        for stretch in _STRETCH.findall(text):
            yield from hide_remaining(mask(stretch).text)[1]


def hide_remaining(text: str) -> tuple[str, list[Flag]]:
    """The text with ``[hidden]`` for what masking left, and what that was."""
    plain = _plain(text)
    pieces: list[str] = []
    flags: list[Flag] = []
    position = 0
    for start, end, what in sorted(find_remaining(plain)):
        if start < position or PLACEHOLDER.search(plain, start, end):
            continue
        pieces += [plain[position:start], HIDDEN]
        position = end
        flags.append(
            Flag(f"The customer wrote {what}. It is hidden from the model.", _hint(plain[start:end]))
        )
    if not flags:
        return text, []
    return "".join([*pieces, plain[position:]]), flags


def find_remaining(text: str) -> Iterator[Remaining]:
    """Personal data by odd spelling, and by the word before it."""
    for match in _SPREAD_DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn_valid(digits):
            yield Remaining(match.start(), match.end(), "a card number")
    for match in _SPELLED.finditer(text):
        digits = "".join(_DIGITS[word] for word in re.findall(r"[^\W\d_]+", match.group().lower()))
        if 13 <= len(digits) <= 19 and luhn_valid(digits):
            yield Remaining(match.start(), match.end(), "a card number")
    for match in _SPREAD_IBAN.finditer(text):
        if iban_valid(re.sub(r"[^A-Za-z0-9]", "", match.group())):
            yield Remaining(match.start(), match.end(), "a bank account")
    for match in _DNI.finditer(text):
        if _dni_valid(match.group()):
            yield Remaining(match.start(), match.end(), "an identity number")
    for pattern, what in _AFTER_WORDS:
        for match in pattern.finditer(text):
            yield Remaining(match.start(1), match.end(1), what)
    for match in _DISGUISED_EMAIL.finditer(text):
        yield Remaining(match.start(), match.end(), "an e-mail address")


def _plain(text: str) -> str:
    """Full-width digits and letters as plain ones, nothing invisible."""
    return text if text.isascii() else unicodedata.normalize("NFKC", without_unseen(text))


def _hint(value: str) -> str:
    """Enough to find it in the message, not enough to use it."""
    value = " ".join(value.split())
    return f"{value[:2]}•••• ({len(value)} characters)"


def _dni_valid(text: str) -> bool:
    """Whether the check letter of a Spanish DNI or NIE is right (number modulo 23)."""
    compact = re.sub(r"[ -]", "", text).upper()
    number = compact[:-1].translate(str.maketrans("XYZ", "012"))
    return compact[-1] == "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


_SPREAD_DIGITS = re.compile(r"(?<![\w.,])[2-6](?:[\s._/·•|*-]{0,3}\d){12,18}(?![\w])")
_DIGITS = {
    word: str(value)
    for value, words in enumerate((
        "zero null cero", "one eins uno", "two zwei dos", "three drei tres", "four vier cuatro",
        "five fünf cinco", "six sechs seis", "seven sieben siete", "eight acht ocho", "nine neun nueve",
    ))
    for word in words.split()
}  # fmt: skip
_DIGIT_WORD = "|".join(_DIGITS)
_SPELLED = re.compile(rf"\b(?:{_DIGIT_WORD})(?:[ ,-]{{1,2}}(?:{_DIGIT_WORD})){{12,18}}\b", re.IGNORECASE)
_SPREAD_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ ._-]{0,2}[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
_DNI = re.compile(r"(?<![\w-])(?:\d{8}|[XYZxyz]-?\d{7})[ -]?[A-Za-z](?![\w-])")
_DISGUISED_EMAIL = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}\s?[(\[{]\s?(?:at|ät|@|arroba)\s?[)\]}]\s?[\w-]{1,63}"
    r"(?:\s?[(\[{]\s?(?:dot|punkt|punto|\.)\s?[)\]}]\s?[\w-]{2,63}|\.[\w-]{2,63})+",
    re.IGNORECASE,
)
_IS = r"\s*(?:\b(?:is|ist|lautet|es|est|which is|que es|:)|[:=])+\s*[:=]?\s*[\"'`“„]?"
_STATES = (
    r"(?!(?:not|no|nicht|wrong|right|correct\w*|expired|invalid|incorrect\w*|falsch|richtig|abgelaufen|"
    r"zu|too|to|the|a|an|"
    r"case|required|reset|being|still|also|never|always|weak|strong|secure|safe|sicher|ungültig|gültig|"
    r"vergessen|gesperrt|"
    r"locked|lost|missing|empty|old|new|unknown|blocked|rejected|accepted|changed|sent|saved|stored|"
    r"hidden|visible|"
    r"mandatory|needed|asked|shown|fine|ok|okay|es|está|una|un|muy|válida|inválida|demasiado|que|"
    r"reiniciar|in|on|at|for|"
    r"von|mit|bei|wie|was|what|when|where|only|just|now|working|broken|trop|pas|le|la|un|une|expiré|"
    r"oublié|valide|it|"
    r"longer|short|kurz|lang|same|dieselbe|immer|hier|here|there|fehlt|nötig|leer|caducada|bloqueada|"
    r"obligatori[ao])\b)"
)
_AFTER_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"\b(?:password|passwort|kennwort|contraseña|mot de passe|passphrase){_IS}{_STATES}"
            r"([^\s\"'`“”,;.?!\[][^\s\"'`“”,;?!]{3,60})",
            re.IGNORECASE,
        ),
        "a password",
    ),
    (re.compile(r"\bpw:?\s+(?=\S*\d)([^\s,;?!\[]{5,60})", re.IGNORECASE), "a password"),
    (
        re.compile(rf"\bmi clave(?: de acceso)?{_IS}{_STATES}([^\s,;.?!\[]{{4,60}})", re.IGNORECASE),
        "a password",
    ),
    (
        re.compile(
            r"\b(?:cvv2?|cvc2?|security code|prüfziffer|kartenprüfnummer|"
            r"código de seguridad(?: de la tarjeta)?)\b"
            r"[^\d.\n?]{0,30}(\d{3,4})(?![\d])",
            re.IGNORECASE,
        ),
        "a card's security code",
    ),
    (
        re.compile(r"\b(?:my|meine|mi|card|karten)[ -]?pin\b[^\d.\n?]{0,15}(\d{4,8})(?!\d)", re.IGNORECASE),
        "a PIN",
    ),
    (
        re.compile(
            r"\b(?:authenticator|one[- ]time code|einmalcode|tan|otp|código de un solo uso|"
            r"verification code|2fa code)\b"
            r"[^\d.\n?]{0,20}(\d{3}[ -]?\d{3,5})(?!\d)",
            re.IGNORECASE,
        ),
        "a one-time code",
    ),
    (
        re.compile(
            r"\b(?:recovery|backup|wiederherstellungs)[ -]?codes?\b(?: (?:is|are|lauten?))?[ :]{1,3}"
            r"((?=\S*\d)[a-z0-9]{4,8}-[a-z0-9]{4,8}(?:(?:,| and| und|"
            r" y)? [a-z0-9]{4,8}-[a-z0-9]{4,8}){0,12})",
            re.IGNORECASE,
        ),
        "recovery codes",
    ),
    (
        re.compile(
            r"\b(?:born on|date of birth|birth date|birthday is|dob|geboren am|geburtsdatum|geburtstag|"
            r"fecha de nacimiento|"
            r"nací el|né[e]? le|date de naissance)\b[^\d\n?]{0,20}?(\d{1,4}[^\n?]{1,12}?\d{2,4})(?!\d)",
            re.IGNORECASE,
        ),
        "a date of birth",
    ),
    (
        re.compile(r"\bmaiden name(?: is|:)\s+([^\W\d_][\w'’-]{1,40})", re.IGNORECASE),
        "the answer to a security question",
    ),
    (
        re.compile(
            r"\b(?:steuer-?id(?:entifikationsnummer|nr)?|steuernummer|idnr|nhs number|tax id|"
            r"sozialversicherungsnummer)\b"
            r"[^\d\n?]{0,12}(\d(?:[ /-]?\d){8,12})(?!\d)",
            re.IGNORECASE,
        ),
        "an identity number",
    ),
)
