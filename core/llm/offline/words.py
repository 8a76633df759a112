"""Words as they are compared: folded, stemmed, without the ones that carry no meaning."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from threading import local
from typing import Any

import snowballstemmer

from core.llm.offline.synonyms import GROUPS

_STEMMERS = {
    "en": "english",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "pt": "portuguese",
    "nl": "dutch",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
}
_TOKEN = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*", re.UNICODE)
_MASK = re.compile(r"[\[<{](?:[A-Z][A-Z_]+(?:[_ -]?\d+)?)[\]>}]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

# Function words, and words that any support message may hold whatever it is about.
_STOP = {
    "en": """take takes taken took a an and are as at be been being but by can could did do does doing done
        for from had has have having he her here hers him his how i if in into is it its just let me
        might more most my myself no nor not now of off on once only or other our out over own please
        she should so some such than that the their them then there these they this those to too under
        until up us very was we were what when where which while who whom why will with would you your
        yours am any also about again all because before after both each few between during through
        above below further same s t don dont doesnt didnt cant cannot isnt wont im ive id ill youre
        thats whats get got getting want wants wanted need needs needed know like would help helping
        thanks thank hello hi hey dear regards best sincerely cheers tell see look looking find try
        trying tried tell make use using used way able possible yes no okay ok sure question questions
        wonder wondering anything something someone anyone maybe really still already even ever never
        one go going think guess understand explain kindly happen happens today yesterday regarding
        concerning hope hoping guys team support appreciate advance much many thing things lot bit
        wondered information info answer since however well""",
    "de": """dauert dauern dauerte der die das den dem des ein eine einen einem einer eines und oder aber
        ist sind war waren sein bin bist hat habe haben hatte hatten ich du er sie es wir ihr mich mir
        dich dir ihm ihn ihnen uns euch mein meine meinen meinem meiner dein deine unser unsere ihre
        ihren ihrem ihrer nicht kein keine keinen auch nur noch schon sehr so zu zum zur im in an am
        auf aus bei mit nach von vor für über unter um durch gegen ohne bis wie was wer wo wann warum
        weshalb welche welcher welches wenn dass ob als man kann können könnte könnten muss müssen
        möchte möchten könnt habt seid euer eure soll sollte wird werden würde würden darf mal
        bitte danke vielen dank hallo
        guten tag morgen abend grüße grüssen freundlichen viele liebe gerne hilfe helfen da doch denn
        dann hier dort mehr etwas alles ja nein ok okay jemand frage fragen gibt geht machen tun
        finde finden suche suchen sehe sehen
        wissen will wollen brauche brauchen es sich diese dieser dieses diesen diesem""",
    "es": """tarda tardan dura duran el la los las un una unos unas y o u pero es son era ser soy está
        están estar estoy he ha han hay haber tengo tiene tienen yo tú él ella nosotros ustedes usted
        me te se le les lo nos mi mis tu tus su sus no ni sí si también muy más menos ya aún de del al
        a en con por para sin sobre entre hasta desde como cómo qué que quién cuál cuáles cuándo dónde
        por porque cuando donde este esta estos estas ese esa eso esto puedo puede pueden podría poder
        quiero quisiera necesito hacer hago favor gracias hola buenos buenas días tardes noches
        vosotros vosotras os habéis podéis tenéis queréis sois estáis hacéis vuestro vuestra
        vuestros vuestras saludos ayuda ayudar pregunta algo alguien todo todos bien ok vale
        encuentro encontrar encuentra busco buscar veo ver""",
    "fr": """prend prennent prendre dure durent le la les un une des du de d l et ou mais est sont était
        être suis es ai a as avez avons ont avoir je tu il elle nous vous ils elles me te se lui leur
        y en mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ne pas plus non oui si
        aussi très trop bien ce cet cette ces cela ça qui que quoi quel quelle quels quelles quand où
        comment pourquoi combien dans sur sous avec sans pour par vers chez entre depuis jusqu à au
        aux puis-je peux peut pouvez pourrais pourriez pouvoir veux voudrais souhaite besoin faire
        fais s il plaît plait svp merci bonjour bonsoir salut cordialement aide aider question savoir
        c est n qu j m t""",
}
_ALL_STOP = {language: frozenset(words.split()) for language, words in _STOP.items()}
_threads = local()


def fold(text: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def is_mask(text: str) -> bool:
    """Whether the text is one placeholder of masked personal data, such as ``[PERSON_1]``."""
    return _MASK.fullmatch(text) is not None


def without_masks(text: str) -> str:
    return _MASK.sub(" ", text)


def language_of(locale: str) -> str:
    """``pt-BR`` -> ``pt``; empty stays empty."""
    return re.split(r"[-_]", locale.lower(), maxsplit=1)[0]


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of one folded word. Words with digits stay whole."""
    if any(char.isdigit() for char in word) or len(word) <= 3:
        return word
    name = _STEMMERS.get(language)
    if name is None:
        return word
    stemmers: dict[str, Any] = _threads.__dict__.setdefault("stemmers", {})  # not safe across threads
    if name not in stemmers:
        stemmers[name] = snowballstemmer.stemmer(name)
    return str(stemmers[name].stemWord(word))


def words(text: str) -> list[str]:
    """Folded words in order; compounds such as ``sign-in`` or ``e_mail`` also count as their parts."""
    found: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        token = match.group()
        if _CJK.search(token):
            found.extend(token[i : i + 2] for i in range(max(1, len(token) - 1)))
            continue
        parts = re.split(r"[-_.]", token)
        if len(parts) > 1:
            found.extend(parts)
            if any(char.isdigit() for char in token):
                found.append(token)  # 3.11, INC-2041
        else:
            found.append(token)
    return found


def is_stop(word: str, language: str) -> bool:
    stop = _ALL_STOP.get(language)
    if stop is None:
        return len(word) <= 2 and not word.isdigit()
    return word in stop or word in _FOLDED_STOP[language] or (len(word) == 1 and not word.isdigit())


_FOLDED_STOP = {language: frozenset(fold(word) for word in stop) for language, stop in _ALL_STOP.items()}


@lru_cache(maxsize=8192)
def terms(text: str, language: str) -> tuple[str, ...]:
    """Stems of the words that carry meaning, in order, repeats included; of synonyms the first one's."""
    same = _same_meaning(language)
    stems = (stem(word, language) for word in words(text) if not is_stop(word, language))
    return tuple(same.get(each, each) for each in stems)


@lru_cache(maxsize=16)
def _same_meaning(language: str) -> dict[str, str]:
    """Stem -> the stem that stands for its meaning."""
    found: dict[str, str] = {}
    for line in GROUPS.get(language, "").strip().splitlines():
        stems = [stem(word, language) for entry in line.split() for word in words(entry)[:1]]
        for each in stems:
            found.setdefault(each, stems[0])
    return found


def language_by_words(text: str) -> str:
    """The language whose function words the text uses, or empty where that is not clear.

    Surer than letter statistics on one short sentence.
    """
    found = re.findall(r"[^\W\d_]+", text.lower())
    counts = sorted(
        ((sum(word in stop for word in found), language) for language, stop in _ALL_STOP.items()),
        reverse=True,
    )
    (most, language), (second, _) = counts[0], counts[1]
    return language if most >= 2 and most >= 2 * second else ""
