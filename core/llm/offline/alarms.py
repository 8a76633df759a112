"""What a message says that puts it into a person's hands: danger, law, identity, complaints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from core.llm.offline.sentences import split_sentences

Alarm = Literal[
    "self_harm",
    "legal",
    "compromise",
    "identity",
    "privacy",
    "internal_rules",
    "complaint",
    "bereavement",
    "exception",
    "manipulation",
]


def any_of(*patterns: str) -> re.Pattern[str]:
    """One pattern out of several, whatever the case of letters."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_SELF_HARM = any_of(
    r"\b(kill|hurt|harm|hang) (myself|ourselves)\b",
    r"\b(suicid(e|al)|self[- ]harm|end (my|it all) life|end it all|want to die|don'?t want to live|"
    r"better off dead)\b",
    r"\b(selbstmord|suizid|mich umbringen|nicht mehr leben)\b",
    r"\b(suicid(io|arme)|matarme|quitarme la vida|no quiero vivir)\b",
    r"\b(me (suicider|tuer)|mettre fin à mes jours|plus envie de vivre)\b",
)
_LEGAL = any_of(
    r"\b(my|our|a|an) (lawyer|attorney|solicitor)\b",
    r"\b(hear from|contacted by|speak(ing)? to|talk(ing)? to|involv\w+|consult\w*|hand\w*) (\w+ ){0,3}legal "
    r"(team|counsel|department)\b",
    r"\b(my|our) (lawyers|attorneys|solicitors)\b|\bformal notice\b|"
    r"\b(claim|sue|seek)(ing)? (for )?damages\b|\bin court\b",
    r"\b(sue|suing) (you|your|the company|them)\b",
    r"\b(take|taking|pursue|start|initiate|threaten\w*) (\w+ )?legal (action|proceedings|steps)\b",
    r"\b(small claims( court)?|file a lawsuit|see you in court|take (you|this) to court|class action|"
    r"ombudsman|consumer protection (agency|office)|report(ing)? you to (the )?(authorit|regulat|police|"
    r"ftc|bbb))",
    r"\b(anwalt|anwältin|rechtsanwalt|klage (ein|erheben|gegen)|verklag\w+|rechtliche schritte|"
    r"anzeige erstatt\w+|"
    r"verbraucherzentrale|schadens?ersatz\w*|(vor|beim) gericht|gerichtlich\w*|(unsere|meine) anwälte)\b",
    r"\b(abogad[oa]s|daños y perjuicios|tribunal(es)?|burofax|vía judicial)\b",
    r"\b(abogad[oa]|demandar(é|emos|los|te)?|acciones legales|denunciar(é|emos|los)?)\b",
    r"\b(avocat|porter plainte|poursuites? (judiciaires?)?|action en justice|mise en demeure)\b",
)
_COMPROMISE = any_of(
    r"\b(hacked|hijacked|compromised|stolen) (my|our|account|password|key|card|site)",
    r"\b(account|site|server|password|token|key|card|email)s? (has |have |was |were |got |is |are |"
    r"been |may be |might be )+"
    r"(hacked|compromised|breached|leaked|stolen|exposed|hijacked)\b",
    r"\b(leaked|exposed|committed|pushed|published|posted|shared) (\w+ ){0,4}(api|secret|private|access|"
    r"ssh|live|production|prod) ?(key|token|secret|password)s?\b",
    r"\b(key|token|secret|password|credential)s?\b.{0,40}\b(public|open[- ]source) (\w+ )?(repo\w*|gist|page|"
    r"channel|git\w*)\b",
    r"\b(schlüssel|key|token|passwort)\b.{0,50}\b(öffentlich\w*) (\w+ )?(repo\w*|git\w*|kanal)\b",
    r"\b(clave|token|contraseña)\b.{0,50}\b(repositorio|repo|canal) (\w+ )?públic[oa]\b",
    r"\b(someone|somebody|a (stranger|hacker)|an (attacker|unknown person)) (\w+ ){0,3}(logged in|"
    r"signed in|accessed|"
    r"got into|is using|has access|changed my|took over)\b",
    r"\b(unauthori[sz]ed|suspicious|fraudulent) (access|log-?in|sign-?in|transaction|charge|payment|"
    r"activity|transfer)s?\b",
    r"\b(data breach|security (incident|breach|vulnerability)|phishing)\b",
    r"\b(gehackt|konto (wurde )?(übernommen|kompromittiert)|datenleck|sicherheitsl(ü|ue)cke|"
    r"(api-?schlüssel|passwort) (wurde )?"
    r"(geleakt|gestohlen|veröffentlicht))\b",
    r"\b(hackead[oa]|han hackeado|cuenta comprometida|acceso no autorizado|robado mi (cuenta|contraseña|"
    r"clave))\b",
    r"\b(pirat(é|ée|er|age)|compte compromis|accès non autorisé|fuite de données)\b",
)
_PREVENTION = any_of(
    r"\b(prevent|protect|avoid|detect|defend|guard|secure|mitigat\w+|against|block|keep (\w+ ){0,3}out|"
    r"what (if|should i do if|happens if)|"
    r"verhinder\w*|schütz\w*|vermeid\w*|evitar|proteger|prevenir|empêcher|protéger|éviter)\b"
)
_SECRET = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\b(sk|pk|rk)[-_](live|test|"
    r"proj)[-_][A-Za-z0-9]{10,}|"
    r"\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bxox[baprs]-[A-Za-z0-9-]{10,}|"
    r"\b(password|passwort|contraseña|mot de passe|passphrase|pin)\b( is|:| ist| es| est|"
    r"=)+\s*[\"']?(?=\S*\d)\S{6,})",
    re.I,
)
_CONTROL = any_of(
    r"\b(change|set|update|move|switch|reset|replace|make|give|add|remove|transfer)\b (\S+ ){0,4}"
    r"(owner\w*('?s)?|admin\w*('?s)?|account'?s?|log-?in|sign-?in)"
    r"( e-?mail\b| address\b| to this\b| access\b|ship\b)",
    r"\b(change|reset|replace|remove|turn off|disable) (\S+ ){0,3}(2fa|second factor|two-factor)\b",
    r"\b(änder|setz|stell|übertrag|trag)\w*\b (\S+ ){0,6}(inhaber|owner|eigentümer|admin|konto-?e-?mail|"
    r"login)\w*\b|\b(owner|inhaber|admin|login)\S* (\S+ ){0,8}(ändern|umstellen|übertragen|austauschen)\b",
    r"\b(cambi|pong|transf|sustitu)\w* (\S+ ){0,4}(correo|e-?mail|acceso|titularidad|cuenta) (\S+ ){0,2}"
    r"(propietari|titular|dueñ|owner|admin)\w*",
)
"""Who controls an account is to be changed."""
_SOMEBODY_ELSE = any_of(
    r"\bi('?m| am) (the|their|his|her|our) (new|acting|interim) \w+|\b(owner|admin\w*|boss|director|he|she) "
    r"(is|are) (\w+ ){0,2}(travell?ing|away|ill|sick|on (holiday|vacation|leave)|unreachable|"
    r"not (here|reachable|available))\b",
    r"\bich bin (der|die) neue\w*\b|\b(inhaber|owner|chef|admin)\w* ist (\w+ ){0,3}(im urlaub|verreist|krank|"
    r"nicht (da|erreichbar)|weg|unterwegs)\b",
    r"\bsoy (el|la) nuev[oa]\b|\b(dueñ|propietari|titular|jef|admin)\w* está (\w+ ){0,2}(de (viaje|"
    r"vacaciones|baja)|fuera|enferm\w*|ilocalizable)\b",
)
"""And it is somebody else who wants it, for one who cannot be asked."""
_PRIVACY = any_of(
    r"\b(gdpr|ccpa|dsgvo|rgpd|lgpd)\b.{0,80}\b(request|article|art\.?|erasure|access|delete|copy|"
    r"anfrage|auskunft|löschung|"
    r"solicitud|acceso|demande|droit)",
    r"\b(subject access request|data subject|right to (be forgotten|erasure|access)|dsar|"
    r"(data protection|privacy) (request|officer|complaint))\b",
    r"\b(article|art\.?|artikel|artículo) 1[5-9]\b.{0,40}\b(gdpr|dsgvo|rgpd)",
    r"\b(all|any) (the )?(personal )?(data|information) you (hold|have|store|keep)( \w+)? (about|on) me\b",
    r"\b(delete|erase|remove) all (of )?my personal (data|information)\b",
    r"\b(datenschutz(anfrage|beauftragte\w*|auskunft)|recht auf (löschung|vergessenwerden|auskunft)|"
    r"alle (meine )?(personenbezogenen|persönlichen) daten)\b",
    r"\b(derecho (al olvido|de supresión|de acceso)|protección de datos)\b",
    r"\b(droit à l'(oubli|effacement)|droit d'accès|données personnelles)\b.{0,60}\b(demande|suppr|"
    r"effac|copie)",
)
_INTERNAL_RULES = any_of(
    r"\b(internal|secret|hidden|confidential) (\w+ ){0,2}(rules?|guidelines?|polic(y|ies)|instructions?|"
    r"notes?|procedures?|playbooks?|"
    r"documents?|manual)\b",
    r"\b(your|the) (system )?prompt\b",
    r"\b(what|show|tell|give|print|reveal|repeat|list)\b.{0,40}\byour (exact |full |"
    r"original )?(instructions|rules|guidelines)\b",
    r"\b(rules?|guidelines?|limits?) (that )?(your|the) (agents?|support|staff|reps?|"
    r"employees?) (follow|use|have|must)\b",
    r"\b(interne[nr]? (regeln|richtlinien|anweisungen)|reglas internas|instrucciones internas|"
    r"règles internes|"
    r"consignes internes)\b",
)
_COMPLAINT = any_of(
    r"\b(speak|talk|escalate(d)?|transfer(red)?|put me|connect me|complain) (\w+ ){0,3}(manager|supervisor|"
    r"superior|boss)\b|\b(want|need|demand|get me) (a|your|the) (manager|supervisor)\b",
    r"\b(formal|official) complaint\b|\bsomeone with authority\b",
    r"\b(vorgesetzte\w*|teamleit\w*|geschäftsführ\w*) (sprechen|reden)\b|\b(förmliche|formelle|offizielle) "
    r"beschwerde\b|\bjemande[mn] sprechen,? der (etwas |was )?entscheiden\b",
    r"\b(hablar con|pasar? con|quiero (a|ver a)) (un|una|el|la|su) (responsable|encargad[oa]|supervisor\w*|"
    r"jef[ea]|superior)\b|\b(queja|reclamación) formal\b",
    r"\b(parler à|voir) (un|une|votre|le) (responsable|supérieur|directeur)\b|\bplainte officielle\b",
)
_BEREAVEMENT = any_of(
    r"\b(husband|wife|partner|father|mother|son|daughter|brother|sister|owner|boss|founder|colleague|"
    r"friend|he|she) "
    r"(\w+ ){0,4}(passed away|died)\b|\bmy late (husband|wife|father|mother|partner)\b",
    r"\b(verstorben\w*|gestorben)\b",
    r"\b(falleci(ó|do|da)|ha muerto|murió)\b",
)
_EXCEPTION = any_of(
    r"\b(make|grant|give|allow|have|get|for|as) (me |us )?(an|one|a one-time|any) exception\b|\bgoodwill "
    r"(gesture|refund|credit)\b|\bbend the rules\b",
    r"\bi (do )?(know|realise|realize|understand|see)( that)? (your|the|it'?s|i'?m|my|this)\b[^.?!]{0,40}\b"
    r"(period|policy|rules?|deadline|window|limit|too late|late|days)\b[^?]*\b"
    r"(any(thing| way| chance| possibility)|possible|still|anyway|nevertheless|despite)\b[^?]*\?",
    r"\b(look kindly|as a (one-?time|one-?off) (favou?r|courtesy|gesture)|out of goodwill|be lenient)\b",
    r"\b(frist|regel\w*)\b[^.?!]{0,30}\b(kenne|bekannt|bewusst|abgelaufen|verpasst)\b[^?]*\b(trotzdem|"
    r"dennoch|"
    r"möglich\w*|weg|chance)\b[^?]*\?",
    r"\bsé que\b[^?]{0,60}\b(plazo|política|regla|días|tarde)\b[^?]*\b(podrían|posibilidad|forma|manera|"
    r"posible)\b[^?]*\?",
    r"\b(eine )?ausnahme (machen|möglich|gewähren|bitten)\b|\b(um eine|auf|aus) (kulanz|ausnahme)\b|\bkulanz"
    r"(regelung|lösung|weg)?\b",
    r"\b(hacer|conceder|pedir|solicitar) (\w+ )?(una )?excepción\b",
    r"\b(faire|accorder) une exception\b|\bgeste commercial\b",
)

_CHECKS: Sequence[tuple[Alarm, re.Pattern[str]]] = (
    ("self_harm", _SELF_HARM),
    ("legal", _LEGAL),
    ("compromise", _COMPROMISE),
    ("compromise", _SECRET),
    ("identity", _CONTROL),
    ("privacy", _PRIVACY),
    ("internal_rules", _INTERNAL_RULES),
    ("complaint", _COMPLAINT),
    ("bereavement", _BEREAVEMENT),
    ("exception", _EXCEPTION),
)


def alarms_in(text: str) -> list[Alarm]:
    """The alarms that a message sets off, the gravest first."""
    found: list[Alarm] = []
    for alarm, pattern in _CHECKS:
        if alarm in found or not pattern.search(text):
            continue
        if pattern is _COMPROMISE and _only_prevention(text):
            continue
        if pattern is _CONTROL and not _SOMEBODY_ELSE.search(text):
            continue
        found.append(alarm)
    return found


def _only_prevention(text: str) -> bool:
    """Whether danger is only mentioned in questions about keeping it away."""
    mentions = [
        part for line in text.splitlines() for part in split_sentences(line) if _COMPROMISE.search(part)
    ]
    return bool(mentions) and all(_PREVENTION.search(part) for part in mentions)
