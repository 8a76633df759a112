"""Words with which a reply promises money, exceptions, dates or more; in English, German, Spanish and French.

They are looked for in one sentence at a time, in lower case and without accents.
"""

from __future__ import annotations

import re

WORDS_OF_MONEY = (
    r"refund\w*|reimburs\w*|credit(?! note| card)\w*|compensat\w*|discount\w*|money back|free of charge|"
    r"for free|voucher|waiv\w*|"
    r"erstatt\w*|ruckerstatt\w*|gutschrift\w*|gutgeschrieben|entschadig\w*|rabatt\w*|nachlass|kostenlos|"
    r"geld zuruck|"
    r"reembols\w*|devol\w*|abon\w*|descuento\w*|compensa\w*|gratis|rembours\w*|remise\w*|avoir|"
    r"dedommag\w*|gratuit\w*"
)
_CHANGED = (
    r"cancel\w*|upgrad\w*|downgrad\w*|chang\w*|extend\w*|rotat\w*|delet\w*|reset|open\w*|sent|resent|"
    r"kundig\w*|gekundigt|"
    r"storn\w*|geandert|verlangert|geloscht|cambia\w*|ampliad\w*|annul\w*|modifi\w*|prolong\w*|issued|"
    r"processed|approved"
)
MONEY_OR_CHANGE = re.compile(rf"\b(?:{WORDS_OF_MONEY}|{_CHANGED})\b")
DONE = re.compile(
    rf"\b(?:i|we)(?:'ve| have| just| already)+ (?:\w+ )?(?:{WORDS_OF_MONEY}|cancell?ed|upgraded|"
    rf"downgraded|changed|extended|"
    r"rotated|deleted|approved|waived)\b"
    rf"|\b(?:your|the|a) (?:\w+ ){{0,3}}(?:refund|credit|compensation|"
    rf"discount)s? (?:of [^.]{{1,40}} )?(?:has been|have been|was|"
    r"is being|were) (?:\w+ )?(?:issued|processed|approved|granted|made|sent|booked|applied|initiated)"
    r"|\byour (?:\w+ ){0,3}(?:was|has been) (?:\w+ )?(?:refunded|cancell?ed|credited|upgraded|downgraded|"
    r"extended|waived)\b"
    r"|\b(?:habe|haben)\b[^.]{0,60}\b(?:erstattet|gutgeschrieben|storniert|gekundigt|genehmigt|"
    r"verlangert|geandert|(?:zuruck)?uberwiesen|zuruckgezahlt|ausgezahlt|veranlasst)\b"
    r"|\b(?:betrag|geld|gutschrift|erstattung)\b[^.]{0,20}\b(?:ist|wurde)\b[^.]{0,40}\b(?:konto|karte|uberwiesen|"
    r"unterwegs|veranlasst)\b"
    r"|\b(?:abbiamo|ho|e stat[oa])\b[^.]{0,40}\b(?:rimborsat|accreditat|annullat|approvat|restituit)\w*"
    r"|\b(?:reembolsamos|estornamos|creditamos|cancelamos|foi (?:reembolsad|aprovad|cancelad|creditad)\w*)"
    r"|\b(?:hebben|heb|is|werd)\b[^.]{0,40}\b(?:terugbetaald|gecrediteerd|geannuleerd|goedgekeurd)\b"
    r"|\b(?:zwrocilismy|zwrocono|anulowalismy|zatwierdzono|zatwierdzilismy)\b"
    r"|\b(?:wurde|wurden)\b[^.]{0,40}\b(?:erstattet|gutgeschrieben|storniert|genehmigt)\b"
    r"|\b(?:he|hemos|ha sido|han sido) (?:\w+ )?(?:reembolsad\w*|devuelto|abonad\w*|cancelad\w*|"
    r"aprobad\w*|ampliad\w*|cambiad\w*)\b"
    r"|\b(?:ai|avons|a ete|ont ete) (?:\w+ )?(?:rembourse\w*|credite\w*|annule\w*|approuve\w*)\b"
)
GUARANTEES = re.compile(
    r"\bguarantee[sd]?\b(?! of\b)|\b(?:i|we)(?: can)? (?:hereby )?promise\b|\b100 ?% (?:sure|safe|"
    r"certain)|\bnever happen again|"
    r"\brest assured that|\byou have my word|\b(?:garantier\w*|verspreche\w*|versichere ihnen|zusichern|"
    r"sichere ihnen)\b|"
    r"\b(?:garantiz\w*|prometo|prometemos|le aseguro|les aseguro)\b|\b(?:garantis\w*|promets|promettons)\b"
)
WILL_PAY = re.compile(
    rf"\b(?:i|we)(?:'ll| will| can(?! only)| shall|'d be happy to| are going to) (?:\w+ ){{0,2}}(?:give|"
    rf"grant|offer|{WORDS_OF_MONEY})\b"
    rf"|\byou(?:'ll| will)? (?:\w+ )?(?:receive|get|have)\b[^.]{{0,40}}\b(?:{WORDS_OF_MONEY})\b"
    rf"|\bas (?:a )?(?:compensation|goodwill|gesture)|\b(?:month|year|week)s? (?:is|are|will be) (?:free|"
    rf"on us)\b"
    rf"|\b(?:charities|schools|customers) get\b[^.]{{0,30}}\bdiscount|\bno questions asked\b"
    rf"|\b(?:wir|ich) (?:werden? )?(?:\w+ ){{0,3}}(?:erstatten|erstatte|schreiben? ihnen|gewahren?)\b"
    rf"|\bsie (?:erhalten|bekommen)\b[^.]{{0,40}}\b(?:{WORDS_OF_MONEY})\b"
    rf"|\b(?:reembolsaremos|devolveremos|abonaremos|reembolsare|devolvere)\b"
    rf"|\b(?:recibira|tendra|obtendra|le daremos|le ofrecemos)\b[^.]{{0,40}}\b(?:{WORDS_OF_MONEY})\b"
    rf"|\b(?:rembourserons|rembourserai|vous (?:recevrez|aurez)\b[^.]{{0,40}}\b(?:{WORDS_OF_MONEY}))\b"
)
WILL_BEND = re.compile(
    r"\b(?:i|we)(?:'ll| will| can)? (?:make|grant) (?:you )?an exception|\b(?:i|we)(?:'ll|"
    r" will) (?:\w+ )?(?:waive|extend|"
    r"upgrade|unlock|delete|cancel)\b|\b(?:machen|mache) (?:\w+ )?eine ausnahme|\bharemos una excepcion|"
    r"\bferons une exception"
)
WHEN = (
    r"(?:by (?:tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next week|"
    r"the end of|noon|\d)|"
    r"(?:with)?in (?:the next )?(?:\d+|two|three|a few|an?) (?:minutes?|hours?|days?)|tomorrow|today|"
    r"tonight)"
)
DATES = re.compile(
    rf"\b(?:will be|will|'ll be|is going to be)\b[^.]{{0,40}}\b(?:live|back|fixed|solved?|resolved?|done|"
    rf"ready|online|working|"
    rf"restored?|available|repaired)\b[^.]{{0,20}}\b{WHEN}\b"
    r"|\bbis (?:morgen|heute|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|spatestens|"
    r"ende)\b[^.]{0,40}\b(?:behoben|"
    r"gelost|fertig|wieder|erledigt|repariert)\b|\b(?:wird|ist)\b[^.]{0,30}\bbis (?:morgen|freitag|"
    r"montag|ende)\b[^.]{0,20}\b"
    r"(?:behoben|gelost|fertig)\b"
    r"|\b(?:estara|quedara|funcionara|sera)\b[^.]{0,40}\b(?:manana|hoy|antes del|el lunes|el viernes|"
    r"en \d+ (?:horas|dias))\b"
    r"|\bsera\b[^.]{0,40}\b(?:repare|resolu|corrige)\w*\b[^.]{0,20}\b(?:demain|lundi|vendredi|d'ici)\b"
)
PROMISES = (GUARANTEES, WILL_PAY, WILL_BEND, DATES)
"""Of something to come; all of them in folded text: lower case, without accents."""
DENIES = re.compile(
    r"\b(?:cannot|can not|not|never be able|unable|no (?:refund|credit|guarantee|discount)|neither|"
    r"nor)\b(?! only)|n't\b"
    r"|\b(?:nicht(?! wieder)|kein\w*|leider nicht)\b|\b(?:no (?:se|es|son|puedo|podemos|puede|pueden|"
    r"podre\w*|le|les|hay|ofrec\w+|tenemos|hacemos|reembols\w+|est\w+)|tampoco|ningun\w*)\b"
    r"|\b(?:ne|n')\b[^.]{0,25}\bpas\b"
)
HANDS_OVER = re.compile(
    r"\b(?:asked|ask|request|check|find out|decide|see) (?:\w+ ){0,5}(?:whether|if)\b|\bwill decide\b|"
    r"\bfor approval\b|"
    r"\b(?:gefragt|fragen|pruft|prufen|entscheidet)\b[^.]{0,40}\bob\b|\b(?:si es posible|decidira)\b"
)
