"""What a person wrote of a reply that says something: the rest was the draft's, or only courtesy."""

from __future__ import annotations

import re
import unicodedata

from core.llm import split_sentences

_FEWEST_WORDS = 4
_COURTESY = re.compile(
    r"^\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|thanks?|thank you|sorry|"
    r"it's (?:good|great|nice) to|good to hear|we apologi[sz]e|(?:i|we) (?:know|understand)|"
    r"i apologi[sz]e|please let (?:me|us) know|let (?:me|us) know|feel free|best|kind regards|regards|cheers|"
    r"sincerely|i hope|we hope|hope|have a (?:nice|great|good)|happy to help|glad to help|you're welcome|"
    r"hallo|guten (?:tag|morgen|abend)|liebe[rs]?|sehr geehrte|danke|vielen dank|entschuldigung|"
    r"es tut (?:mir|uns)|melden sie sich|bei (?:weiteren )?fragen|mit freundlichen|viele grusse|beste grusse|"
    r"das freut|(?:ich|wir) (?:verstehen?|weiss|wissen)|ich hoffe|wir hoffen|gern geschehen|schonen tag|"
    r"nos alegra|entiendo|entendemos|comprendo|comprendemos|"
    r"hola|buenos dias|buenas tardes|estimad[oa]|gracias|muchas gracias|lo siento|lament(?:o|amos)|disculpe|"
    r"si tiene (?:mas|otra)|no dude|quedo|quedamos|un saludo|saludos|atentamente|espero|esperamos)\b"
)
# What was done or holds for this one customer is no knowledge for the next.
_PERSONAL = re.compile(
    # somebody speaks of themselves: what they look at, will ask, cannot tell yet
    r"\b(?:i(?:'(?:m|ve|ll|d))?|me|ich|mir|mich|yo|he|veo|puedo)\b|"
    r"\b(?:we(?:'ve| have) (?:just |now )?(?:sent|refunded|cancell?ed|reset|"
    r"issued|credited|changed|updated|opened|forwarded|escalated)|"
    r"wir haben (?:ihnen|ihre|den|die|das|soeben|gerade)|hemos (?:enviado|reembolsado|cancelado))\b|"
    # and of what happened to this customer, or is so just now
    r"\byour \w+(?: \w+)? (?:was|has been|number)\b|\bihre? \w+(?: \w+)? (?:war|wurde)\b|"
    r"\bsu \w+(?: \w+)? (?:fue|ha sido)\b|"
    r"\b(?:at the moment|right now|it's fixed|found it|soeben|gerade eben|derzeit|ahora mismo|"
    r"en este momento)\b|"
    r"\b[a-z]{2,6}-(?:\d{2,}-?)+\b"  # the number of an invoice, a ticket, an incident
)


def new_sentences(final: str, draft: str = "") -> list[str]:
    """The sentences of a reply that a person wrote or changed and that state something, in order.

    Left out is what stands in the draft word for word, greetings and thanks, questions, and what was done
    for this one customer.
    """
    known = {_plain(sentence) for sentence in _sentences(draft)}
    return [sentence for sentence in _sentences(final) if _plain(sentence) not in known and _states(sentence)]


def changed_from(final: str, draft: str) -> list[str]:
    """The sentences of the draft that are not in the reply any more."""
    kept = {_plain(sentence) for sentence in _sentences(final)}
    return [sentence for sentence in _sentences(draft) if _plain(sentence) not in kept]


def _sentences(text: str) -> list[str]:
    return [each.strip() for line in text.split("\n") for each in split_sentences(line) if each.strip()]


def is_courtesy(sentence: str) -> bool:
    """Whether it greets, thanks or comforts, and says nothing else."""
    return bool(_COURTESY.match(_plain(sentence)))


def _states(sentence: str) -> bool:
    plain = _plain(sentence)
    if len(plain.split()) < _FEWEST_WORDS or sentence.rstrip().endswith(("?", ",")):
        return False
    return not is_courtesy(sentence) and not _PERSONAL.search(plain)


def _plain(sentence: str) -> str:
    text = unicodedata.normalize("NFKD", sentence.casefold().replace("’", "'"))
    return " ".join("".join(each for each in text if not unicodedata.combining(each)).split())
