"""Find personal data by its form: checksums where there are some, context words where there are none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

import phonenumbers


class Kind(StrEnum):
    """What a placeholder stands for. Declared from most to least certain: earlier kinds win overlaps."""

    LITERAL = "LITERAL"
    KEY = "KEY"
    CARD = "CARD"
    IBAN = "IBAN"
    EMAIL = "EMAIL"
    IP = "IP"
    PHONE = "PHONE"
    IDENTITY = "IDENTITY"
    ACCOUNT = "ACCOUNT"
    ADDRESS = "ADDRESS"
    NAME = "NAME"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {kind: rank for rank, kind in enumerate(Kind)}


class Finding(NamedTuple):
    """``text[start:end]`` is personal data of this kind."""

    start: int
    end: int
    kind: Kind


def find_all(text: str, *, locale: str = "") -> list[Finding]:
    """Everything the detectors below find in ``text``; findings may overlap."""
    found: list[Finding] = []
    for detector in _DETECTORS:
        found += detector(text)
    return [*found, *find_phones(text, locale=locale)]


def luhn_valid(digits: str) -> bool:
    """Whether the Luhn checksum of payment cards holds for a string of digits."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban_valid(text: str) -> bool:
    """Whether an IBAN (blanks allowed) has a right checksum, ISO 13616."""
    compact = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


_KEY_SHAPES = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        hly_[a-z]{2,8}_[A-Za-z0-9]{6,}                        # ours
      | [a-z]{2,6}[-_](?:live|test|prod|proj)[-_][A-Za-z0-9_-]{10,}
      | sk-[A-Za-z0-9_-]{16,} | gh[pousr]_[A-Za-z0-9]{20,} | glpat-[A-Za-z0-9_-]{16,}
      | xox[abposr]-[A-Za-z0-9-]{10,} | AKIA[0-9A-Z]{16} | AIza[0-9A-Za-z_-]{30,}
      | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{5,}   # JSON web token
    )""",
    re.VERBOSE,
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}-----|\Z)", re.DOTALL
)
_KEY_AFTER_WORD = re.compile(
    r"\b(?:password|passwort|passcode|mot\s+de\s+passe|contraseña|hasło|token|api[ _-]?key|secret)"
    r"\s*(?:is|ist|est|es|to)?\s*[:=]\s*[\"'`]?([^\s\"'`,;]{4,200})",
    re.IGNORECASE,
)
_PASSWORD_IS = re.compile(
    r"\bpass(?:word|code)\s+is\s+[\"'`]?((?=[^\s\"'`]*[\d!@#$%^&*])[^\s\"'`,;]{4,100})", re.I
)
_LONG_TOKEN = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+_=-]{24,512}(?![A-Za-z0-9+_=-])")
_UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9A-Za-z])", re.IGNORECASE
)


def find_keys(text: str) -> Iterator[Finding]:
    """API keys, private keys, passwords after their word, and long random strings."""
    for pattern in (_KEY_BLOCK, _KEY_SHAPES):
        for match in pattern.finditer(text):
            yield Finding(match.start(), match.end(), Kind.KEY)
    for pattern in (_KEY_AFTER_WORD, _PASSWORD_IS):
        for match in pattern.finditer(text):
            yield Finding(match.start(1), match.end(1), Kind.KEY)
    for match in _LONG_TOKEN.finditer(text):
        if _looks_random(match.group()):
            yield Finding(match.start(), match.end(), Kind.KEY)


def _looks_random(token: str) -> bool:
    # Hyphenated words and file names are long too; random strings switch between letters and
    # digits often. UUIDs are identifiers, found by find_accounts.
    if _UUID.fullmatch(token):
        return False
    switches = len(re.findall(r"[A-Za-z](?=\d)|\d(?=[A-Za-z])", token))
    return switches >= 4 and switches >= len(token) / 12


_CARD = re.compile(r"(?<![\dA-Za-z.])[2-6](?:[ -]?\d){11,18}(?![\dA-Za-z])")


def find_cards(text: str) -> Iterator[Finding]:
    """Payment card numbers: 12 to 19 digits, an issuer's first digit, a right checksum."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 12 <= len(digits) <= 19 and luhn_valid(digits) and len(set(digits)) > 1:
            yield Finding(match.start(), match.end(), Kind.CARD)


_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,4})?(?![A-Za-z0-9])"
)


def find_ibans(text: str) -> Iterator[Finding]:
    """Bank accounts by IBAN. Words after one are cut off until the checksum is right."""
    for match in _IBAN.finditer(text):
        value = match.group()
        while len(value) >= 15:
            if iban_valid(value):
                yield Finding(match.start(), match.start() + len(value), Kind.IBAN)
                break
            shorter = value.rfind(" ")
            value = value[:shorter] if shorter > 0 else ""


_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w](?:[\w-]{0,62})?\.)+[^\W\d_]{2,24}(?![\w-])", re.UNICODE
)


def find_emails(text: str) -> Iterator[Finding]:
    for match in _EMAIL.finditer(text):
        yield Finding(match.start(), match.end(), Kind.EMAIL)


_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{3,39}(?![\w:])")


def find_ips(text: str) -> Iterator[Finding]:
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            try:
                address = ipaddress.ip_address(match.group())
            except ValueError:
                continue
            # "::" and loopback are talked about in articles; they point at nobody.
            if not address.is_unspecified and not address.is_loopback:
                yield Finding(match.start(), match.end(), Kind.IP)


_IDENTITY = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_LICENCE = re.compile(
    r"\b(?:passport|licen[cs]e|ssn|social security|pesel|national id|identity card|ausweis)\b[^.\n]{0,40}?"
    r"\b((?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{4,19})\b",
    re.IGNORECASE,
)


def find_identities(text: str) -> Iterator[Finding]:
    """Social security numbers by form; passport, licence and identity numbers after their word."""
    for match in _IDENTITY.finditer(text):
        yield Finding(match.start(), match.end(), Kind.IDENTITY)
    for match in _LICENCE.finditer(text):
        yield Finding(match.start(1), match.end(1), Kind.IDENTITY)


_ACCOUNT = re.compile(
    r"\b(?:account|acct|customer|client|member(?:ship)?|user|konto|kunden|compte|cuenta|cliente|klient|kont\w)"
    r"[- ]?(?:number|nummer|numéro|número|numer|num|no|nr|id|n°|#)?\.?\s*(?:is|ist|est|es|to|:|#|=)?\s*"
    r"((?=[A-Z0-9_-]*\d)[A-Z0-9][A-Z0-9_-]{3,31})\b",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\w.,-])(?!(?:19|20)\d\d-\d\d-\d\d)\d(?:[ -]?\d){8,23}(?![\w-])")


def find_accounts(text: str) -> Iterator[Finding]:
    """Customer and account numbers after their word, UUIDs, and any other number of 9 digits or more."""
    for match in _ACCOUNT.finditer(text):
        yield Finding(match.start(1), match.end(1), Kind.ACCOUNT)
    for pattern in (_UUID, _LONG_NUMBER):
        for match in pattern.finditer(text):
            yield Finding(match.start(), match.end(), Kind.ACCOUNT)


_STREET = (
    r"Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Square|Sq|Terrace|"
    r"Crescent|Close|Highway|Hwy|Parkway|Pkwy|Circle|Trail|Loop|Row|Gardens"
)
_CAPITALISED = r"[^\W\d_a-z][\w.'’-]*"
_ADDRESSES = (
    # 12 Old Mill Road Apt. 4, and what follows it up to a postcode on the same or the next lines
    re.compile(
        rf"(?<![\w-])\d{{1,6}}[a-zA-Z]?\s+(?:{_CAPITALISED}\s+){{1,4}}(?:{_STREET})\b\.?"
        rf"(?:,?\s+(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor)\b\.?\s*#?\w{{1,6}})?"
        rf"(?:,?\s+(?:{_CAPITALISED},?\s+){{1,4}}(?:[A-Z]{{2}}\s+)?\d{{4,5}}(?:-\d{{4}})?)?"
    ),
    # Hauptstraße 5, Lange Gasse 12a, Koskikatu 25 Apt. 864; a preceding house number belongs to it
    re.compile(
        r"(?<!\w)(?:\d{1,6}\s+)?(?:[^\W\d_a-z][\w.-]*\s+){0,3}"
        r"[^\W\d_][\w-]*(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ufer|damm|ring|gatan|gata|katu|tie|veien|vej|"
        r"straat|laan|utca|gade|gränd|vägen)\s+\d{1,4}[a-z]?\b(?:,?\s+(?:Apt|Suite)\b\.?\s*\w{1,6})?"
    ),
    # 12 rue de la Paix; Calle Mayor 5; ul. Długa 7; Via Roma 3
    re.compile(
        r"(?<!\w)\d{1,5}(?:\s?(?:bis|ter))?,?\s+(?:rue|avenue|boulevard|place|impasse|chemin|quai|allée)\s+"
        r"(?:[\w'’-]+\s+){0,3}[^\W\d_a-z][\w'’-]*",
        re.UNICODE,
    ),
    re.compile(
        rf"(?<!\w)(?:Calle|Avenida|Avda\.?|Plaza|Via|Viale|Piazza|Corso|Rua|ul\.|al\.|os\.|ulica|Strada)\s+"
        rf"(?:{_CAPITALISED}\s+){{1,3}}\d{{1,5}}[a-z]?\b"
    ),
    # Apt. 864, Suite 12 and P.O. Box 33 by themselves
    re.compile(r"(?<!\w)(?:P\.?\s?O\.?\s?Box|Apt\.?|Suite)\s+#?\d{1,6}\b"),
    # British postcodes
    re.compile(r"(?<![\w-])[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}(?![\w-])"),
)


def find_addresses(text: str) -> Iterator[Finding]:
    """Streets with house numbers in several countries' order, and British postcodes."""
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            yield Finding(match.start(), match.end(), Kind.ADDRESS)


_REGIONS = {
    "en": "US", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pl": "PL", "pt": "PT", "nl": "NL",
    "sv": "SE", "da": "DK", "nb": "NO", "fi": "FI", "cs": "CZ", "ja": "JP", "ko": "KR", "zh": "CN",
    "tr": "TR", "ru": "RU", "uk": "UA", "hi": "IN", "ar": "AE", "he": "IL", "el": "GR",
    "hu": "HU", "ro": "RO",
}  # fmt: skip
_SOME_DIGITS = re.compile(r"\d(?:[^\w\n]{0,3}\d){5}")
_PHONE_SHAPES = re.compile(
    r"""(?<![\w.+-])(?:
        (?:\+|00)\d{1,3}[ .()/-]{0,3}\d(?:[ .()/-]{0,2}\d){6,12}         # international
      | \(\d{2,5}\)[ .-]?\d(?:[ .-]?\d){4,9}                             # (030) 123456
      | \d{3}[-. ]\d{3}[-. ]\d{4}                                        # 555-123-4567
      | \d{2}(?:[-. ]\d{2}){3,4}                                        # 06-12-34-56-78
    )(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?![\w-])""",
    re.VERBOSE,
)
_PHONE_AFTER_WORD = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|call(?:ed|ing)?|answering|fax|whatsapp|telefon|handy|téléphone|"
    r"teléfono|telefono|numer)\b[^\d+]{0,25}(\+?\d(?:[ .()/-]{0,2}\d){5,14})(?![\w-])",
    re.IGNORECASE,
)

_WITHIN_A_NUMBER = re.compile(r"[A-Za-z]-")


def region_of(locale: str) -> str:
    """The two-letter region a locale tag names or implies: ``pt-BR`` -> BR, ``de`` -> DE, else US."""
    language, _, rest = locale.replace("_", "-").partition("-")
    region = rest.rpartition("-")[2].upper()
    return region if len(region) == 2 and region.isalpha() else _REGIONS.get(language.lower(), "US")


def find_phones(text: str, *, locale: str = "") -> Iterator[Finding]:
    """Telephone numbers valid in the locale's region (or any, with a country code), and clear shapes."""
    if not _SOME_DIGITS.search(text):
        return
    for match in phonenumbers.PhoneNumberMatcher(text, region_of(locale)):
        before = text[max(0, match.start - 2) : match.start]
        if not _WITHIN_A_NUMBER.fullmatch(before):  # the tail of "HLY-2026-900001" is no telephone number
            yield Finding(match.start, match.end, Kind.PHONE)
    for shape in _PHONE_SHAPES.finditer(text):
        yield Finding(shape.start(), shape.end(), Kind.PHONE)
    for shape in _PHONE_AFTER_WORD.finditer(text):
        yield Finding(shape.start(1), shape.end(1), Kind.PHONE)


_DETECTORS: tuple[Callable[[str], Iterator[Finding]], ...] = (
    find_keys, find_cards, find_ibans, find_emails, find_ips, find_identities, find_accounts, find_addresses,
)  # fmt: skip
