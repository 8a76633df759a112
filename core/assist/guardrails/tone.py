"""Blame, rudeness and sarcasm towards the customer. Our own faults may be named as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.assist.grounding.wording import folded
from core.assist.guardrails.registry import Flag, after
from core.assist.guardrails.sentences import split
from core.assist.guardrails.texts import ReplyCheck

_BLAMES = "It blames the customer."
_RUDE = "It is rude or condescending."
_REPEATS = "It reproaches the customer with having to repeat something."

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\b(?:as|like) (?:i|we)(?:'ve| have)? (?:already |previously |just )(?:said|told|explained|"
            r"mentioned|wrote|written)|"
            r"\b(?:as|like) (?:i|we)(?:'ve| have)? (?:told|explained to|said to) you\b|\b(?:i|"
            r"we) (?:already|have already) (?:told|"
            r"explained)|\bonce again, as\b|\bfor the (?:second|third|last|tenth|hundredth) time\b|"
            r"\bwie (?:ich |wir )?(?:ihnen )?(?:bereits|schon)(?: mehrfach| mehrmals)? (?:ich |"
            r"wir )?(?:ihnen )?(?:sagte|gesagt|erklart|"
            r"geschrieben|mitgeteilt|erwahnt)|\bwie (?:ich|wir) (?:ihnen )?(?:bereits|schon)\b|"
            r"\bcomo ya (?:le |te |les )?(?:dije|dijimos|he dicho|explique|expliqu\w+|mencion\w+)|"
            r"\bya (?:le|te|se lo) (?:dije|he dicho)|"
            r"\bcomme je (?:vous )?(?:l'ai|ai)(?: deja)? (?:dit|explique)|\bje vous (?:l'ai|ai) deja dit"
        ),
        _REPEATS,
    ),
    (
        re.compile(
            r"\b(?<!not )(?:is|was|are|clearly|entirely|it's|that's)(?: all| entirely| clearly|"
            r" your)*(?<!not) your (?:own )?(?:fault|mistake|error|"
            r"problem|responsibility alone)\b|\byou(?: really)? should(?:'ve| have) (?:read|checked|"
            r"known|paid|asked|thought|listened|made|"
            r"backed|followed|looked|told)\b|\byou (?:failed|neglected|forgot|refused|did not bother|"
            r"didn't bother) to\b|"
            r"\byou (?:did not|didn't|never|don't) (?:read|listen|follow|pay attention|understand)|"
            r"\bif you had (?:only )?(?:paid|read|followed|listened|asked|told|checked|done)\b|"
            r"\byour (?:carelessness|negligence)\b|"
            r"\byou have only yourself\b|\byou brought this\b|"
            r"\b(?:ihre|deine) eigene schuld|\b(?:ist|war) (?:allein |ganz |klar )?(?:ihre|deine) schuld|"
            r"\bihr (?:eigener )?fehler\b|"
            r"\bsie hatten (?:\w+ ){0,4}(?:lesen|prufen|wissen|zahlen|fragen|beachten|"
            r"befolgen) (?:sollen|mussen)|\bselbst schuld\b|"
            r"\b(?:es|fue|era) (?:solo |toda )?(?:su |tu )?culpa (?:suya|tuya)|\b(?:es|"
            r"fue) su (?:propia )?culpa|\bdeberia(?:s)? haber (?:leido|"
            r"comprobado|pagado|sabido|preguntado|revisado)|\bsi hubiera (?:leido|pagado)|"
            r"\b(?:c'est|est) (?:entierement )?(?:de )?votre faute|\bvous auriez du (?:lire|verifier|"
            r"payer|savoir)"
        ),
        _BLAMES,
    ),
    (
        re.compile(
            r"\b(?:stupid|dumb|silly|ridiculous|idiotic) (?:question|request|idea|complaint|customer)|"
            r"\b(?:idiot|moron)s?\b|\bcalm down\b|"
            r"\bnot (?:our|my) (?:problem|concern|fault that you)\b|\banyone with\b[^.]{0,30}\b(?:knows|"
            r"would know|understands)|"
            r"\bi (?:don't|do not) have time\b|\byou(?: are|'re) (?:simply |just |completely )?(?:wrong|"
            r"lying|mistaken and|ridiculous|overreacting)|"
            r"\b(?:stop|quit) (?:wasting|bothering|complaining|whining)|\bwast(?:e|ing) (?:our|"
            r"my) time\b|\beven a (?:child|beginner)|"
            r"\byou people\b|\bnext time,? (?:please )?(?:read|think|check|try reading)|\bread (?:it|"
            r"the \w+) (?:carefully|properly) (?:before|next)|"
            r"\b(?:well,? |wow,? )?congratulations,? (?:you|on (?:deleting|breaking))|"
            r"\bwhat did you expect\b(?! to)|\bgood luck with that\b|"
            r"\bhow hard can it be\b|\bdo your homework\b|\bas (?:anyone|everybody) can see\b|"
            r"\bdeal with it\b|\bgrow up\b|"
            r"\bberuhigen sie sich|\bnicht unser problem|\b(?:dumme|blode) frage|"
            r"\bverschwenden sie nicht|\bkeine zeit(?: dafur|, (?:das|ihnen))|"
            r"\bselbst ein kind|\bwie jeder weiss|\bsie irren sich und\b|"
            r"\bcalmese|\bno es (?:nuestro|mi) problema|\bpregunta (?:tonta|estupida)|"
            r"\bno nos haga perder|\bhasta un nino\b|"
            r"\bcalmez-vous|\bce n'est pas notre probleme|\bquestion (?:stupide|idiote)"
        ),
        _RUDE,
    ),
)
_OBVIOUSLY = re.compile(
    r"\b(?:obviously|clearly|evidently),? (?:you|your)\b|\boffensichtlich haben sie\b|\bobviamente usted\b"
)
_NO_BLAME = re.compile(
    r"\b(?:not|never|isn't|wasn't) (?:\w+ )?your (?:own )?(?:fault|mistake|error)|\b(?:our|my) fault\b|"
    r"\bsorry for wast|"
    r"\bnicht (?:ihre|deine) (?:eigene )?schuld|\bno (?:es|fue) (?:su )?culpa|\b(?:n'est|"
    r"n'etait) pas (?:de )?votre faute|"
    r"\bours\b"
)


@after(
    "tone",
    title="Tone",
    severity="warn",
    description="Blame, rudeness or sarcasm towards the customer.",
)
def check(reply: ReplyCheck) -> Iterator[Flag]:
    """Sentences that a customer would rightly take amiss."""
    for piece in split(reply.text):
        text = folded(piece)
        if _NO_BLAME.search(text):
            continue
        message = next((message for form, message in _FORMS if form.search(text)), "")
        if message or _OBVIOUSLY.search(text):
            yield Flag(message or _RUDE, piece)
