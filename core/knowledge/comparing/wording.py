"""The words of a statement: folded, stemmed, and sorted into what carries the subject and what does not."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from core.knowledge.analysis import language_of, terms
from core.knowledge.function_words import function_words

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

# Words in which two people who mean the same differ: never what a statement is about.
_GENERIC = {
    "en": """
        take takes taken taking get gets got give gives given giving need needs needed needing last lasts
        lasted make makes made pay pays paid paying payout cost costs costing charge charges charged charging
        keep keeps kept keeping store stores stored use uses used using allow allows allowed allowing permit
        permits permitted include includes included including contain contains provide provides provided offer
        offers offered have possible within maximum minimum most least limit limits limited least up apply
        applies applied receive receives received reach reaches send sends sent sending set per each every any
        typically usually generally normally currently always please note must may might shall become becomes
        happen happens complete completes completed effect when while than more less yes no not never cannot
        cant dont wont via one two also still total number amount new switch switched turn turned join joins
        join day days hour hours week weeks month months year years minute minutes business working long
        let lets come comes go goes start starts upload uploaded available unless both either same own require
        required requires enable enabled automatically current create created extra additional
    """,
    "de": """
        dauert dauern braucht brauchen brauche bekommen erhalten erhalt geben gegeben gibt es zahlen zahlt
        gezahlt ausgezahlt auszahlen kostet kosten berechnet berechnen anfallen fallen fallt an aus ab betragt
        betragen aufbewahrt bewahren bewahrt gespeichert lasst lassen erlaubt erlauben moglich enthalt
        enthalten bieten bietet angeboten innerhalb hochstens mindestens maximal minimal hat durfen darf
        mussen muss angeben grenze limit verfugbar erreichbar pro je jeweils in der regel normalerweise
        derzeit immer bitte nicht kein keine keinen nie niemals ja nein lauft laufen ausfuhren gilt gelten
        tag tage tagen tags stunde stunden woche wochen monat monate monaten jahr jahre jahren minute minuten
        werktag werktage werktagen uhr gross insgesamt neue neuen neu neuer wahrend solange bevor wenn falls
        automatisch erforderlich sperren gesperrt stehen steht
    """,
    "es": """
        tarda tardan tardar necesita necesitan necesitar recibe recibir reciben da dar dura duran pagar paga
        pagan pagamos cuesta cuestan cobrar cobra cobramos guardar guarda guardan guardamos conserva conservan
        permite permiten permitir permitido incluye incluyen incluido incluida contiene ofrece ofrecer
        posible dentro maximo minimo menos mas limite tener tiene tienen haber debe deben indicar disponible
        por cada normalmente generalmente actualmente siempre no nunca si ninguno ningun ninguna aplica plazo
        dia dias hora horas semana semanas mes meses ano anos minuto minutos habil habiles laborable
        laborables ocupar alcanzar hasta mientras cuando antes despues total nuevo nuevos nueva nuevas
        automaticamente obligatorio tras
    """,
}


def folded(text: str) -> str:
    """Lower case without accents, one kind of apostrophe and hyphen. The length may change."""
    plain = text.casefold().replace("’", "'").replace("‑", "-").replace("–", "-").replace("—", "-")
    if plain.isascii():
        return plain
    return "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of one folded word."""
    found = terms(word, language)
    return found[0] if found else word


@cache
def generic_stems(language: str) -> frozenset[str]:
    """Stems that never tell two subjects apart, in this language (English where there is no list)."""
    words = folded(_GENERIC.get(language, _GENERIC["en"])).split()
    return frozenset(stem(word, language) for word in words)


@cache
def grammar_words(language: str) -> frozenset[str]:
    """Folded words that carry grammar only."""
    return frozenset(folded(" ".join(function_words(language_of(language)))).split())


def content_stems(text: str, language: str) -> tuple[str, ...]:
    """Stems of the words of folded ``text`` that are neither grammar nor numbers, in order."""
    grammar = grammar_words(language)
    found = []
    for token in TOKEN.findall(text):
        word = token.partition("'")[0] if token.endswith("'s") else token
        if word in grammar or any(sign.isdigit() for sign in word) or (len(word) < 2):
            continue
        found.append(stem(word, language))
    return tuple(found)


def alike(left: str, right: str) -> bool:
    """Whether two stems are the same word, or one begins with nearly all of the other (``refund``)."""
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < 5 or len(shorter) / len(longer) < 0.6:
        return False
    same = 0
    for ours, theirs in zip(shorter, longer, strict=False):
        if ours != theirs:
            break
        same += 1
    return same >= 5 and same >= len(shorter) - 2
