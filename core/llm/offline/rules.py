"""What a message asks for that no article can give: signs of danger, orders, account look-ups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.llm.offline.sentences import split_sentences

Alarm = Literal[
    "self_harm", "legal", "compromise", "privacy", "internal_rules", "complaint", "exception", "manipulation"
]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_SELF_HARM = _any(
    r"\b(kill|hurt|harm|hang) (myself|ourselves)\b",
    r"\b(suicid(e|al)|self[- ]harm|end (my|it all) life|end it all|want to die|don'?t want to live|"
    r"better off dead)\b",
    r"\b(selbstmord|suizid|mich umbringen|nicht mehr leben)\b",
    r"\b(suicid(io|arme)|matarme|quitarme la vida|no quiero vivir)\b",
    r"\b(me (suicider|tuer)|mettre fin à mes jours|plus envie de vivre)\b",
)
_LEGAL = _any(
    r"\b(my|our|a|an) (lawyer|attorney|solicitor)\b",
    r"\b(hear from|contacted by|speak(ing)? to|talk(ing)? to|involv\w+|consult\w*|hand\w*) (\w+ ){0,3}legal "
    r"(team|counsel|department)\b",
    r"\b(sue|suing) (you|your|the company|them)\b",
    r"\b(take|taking|pursue|start|initiate|threaten\w*) (\w+ )?legal (action|proceedings|steps)\b",
    r"\b(small claims( court)?|file a lawsuit|see you in court|take (you|this) to court|class action|"
    r"ombudsman|consumer protection (agency|office)|report(ing)? you to (the )?(authorit|regulat|police|"
    r"ftc|bbb))",
    r"\b(anwalt|anwältin|rechtsanwalt|klage (ein|erheben|gegen)|verklag\w+|rechtliche schritte|"
    r"anzeige erstatt\w+|"
    r"verbraucherzentrale)\b",
    r"\b(abogad[oa]|demandar(é|emos|los|te)?|acciones legales|denunciar(é|emos|los)?)\b",
    r"\b(avocat|porter plainte|poursuites? (judiciaires?)?|action en justice|mise en demeure)\b",
)
_COMPROMISE = _any(
    r"\b(hacked|hijacked|compromised|stolen) (my|our|account|password|key|card|site)",
    r"\b(account|site|server|password|token|key|card|email)s? (has |have |was |were |got |is |are |"
    r"been |may be |might be )+"
    r"(hacked|compromised|breached|leaked|stolen|exposed|hijacked)\b",
    r"\b(leaked|exposed|committed|pushed|published|posted|shared) (\w+ ){0,4}(api|secret|private|access|"
    r"ssh) ?(key|token|keys|tokens)\b",
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
_PREVENTION = _any(
    r"\b(prevent|protect|avoid|detect|defend|guard|secure|mitigat\w+|against|block|what (if|"
    r"should i do if|happens if)|"
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
_PRIVACY = _any(
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
_INTERNAL_RULES = _any(
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
_COMPLAINT = _any(
    r"\b(speak|talk|escalate(d)?|transfer(red)?|put me|connect me|complain) (\w+ ){0,3}(manager|supervisor|"
    r"superior|boss)\b|\b(want|need|demand|get me) (a|your|the) (manager|supervisor)\b",
    r"\b(formal|official) complaint\b|\bsomeone with authority\b",
    r"\b(vorgesetzte\w*|teamleit\w*|geschäftsführ\w*) (sprechen|reden)\b|\b(förmliche|formelle|offizielle) "
    r"beschwerde\b|\bjemande[mn] sprechen,? der (etwas |was )?entscheiden\b",
    r"\b(hablar con|pasar? con|quiero (a|ver a)) (un|una|el|la|su) (responsable|encargad[oa]|supervisor\w*|"
    r"jef[ea]|superior)\b|\b(queja|reclamación) formal\b",
    r"\b(parler à|voir) (un|une|votre|le) (responsable|supérieur|directeur)\b|\bplainte officielle\b",
)
_EXCEPTION = _any(
    r"\b(make|grant|give|allow|have|get|for|as) (me |us )?(an|one|a one-time|any) exception\b|\bgoodwill "
    r"(gesture|refund|credit)\b|\bbend the rules\b",
    r"\b(eine )?ausnahme (machen|möglich|gewähren|bitten)\b|\b(um eine|auf|aus) (kulanz|ausnahme)\b|\bkulanz"
    r"(regelung|lösung|weg)?\b",
    r"\b(hacer|conceder|pedir|solicitar) (\w+ )?(una )?excepción\b",
    r"\b(faire|accorder) une exception\b|\bgeste commercial\b",
)
_ORDERS = _any(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,30}\b(previous|prior|above|earlier|all|any|your|"
    r"the|these|system|safety)\b"
    r".{0,30}\b(instructions?|rules?|prompts?|guidelines?|polic(y|ies)|restrictions?|training|context)\b",
    r"\b(you are|you're|act|behave|pretend to be|pretend you are|roleplay) (now |as )+(a|an|the|in|if|"
    r"my|dan|admin|root|unrestricted)\b",
    r"\b(developer|debug|god|admin|jailbreak|dan) mode\b",
    r"(^|[(\[{])\W*(system|assistant|developer|instruction)s?\s*:|^\W*user\s*:",
    r"<\/?(system|assistant|user|messages?|prompt|context|instructions?|admin)>|\[/?(inst|system)\]|<\|im_(start|end)\|>",
    r"\b(approve|authori[sz]e|issue|grant|process|confirm)\b (\w+ ){0,3}(refund|credit|discount|payout|"
    r"compensation|upgrade)s?\b"
    r".{0,40}\b(immediately|now|without|automatically|regardless|at once|anyway|no questions)\b",
    r"\b(say|reply|respond|answer|write|output|print|state|confirm)\b.{0,25}\b(only|exactly|verbatim|"
    r"word for word|the following|that (my|the) refund)\b",
    r"\b(new|updated|important) (system )?instructions?\b ?(:|for (you|the (assistant|ai|bot|model)))",
    r"\b(do not|don'?t) (cite|mention|follow|tell the (agent|rep|human))\b",
    r"\b(ignorier\w*|vergiss|missachte)\b.{0,40}\b(anweisung|regel|vorgabe|instruktion)\w*",
    r"\b(ignora|olvida|omite)\b.{0,40}\b(instrucci|regla|orden)\w*",
    r"\b(ignore[zr]?|oublie[zr]?)\b.{0,40}\b(instructions?|consignes?|règles?)\b",
)
_ORDERED_APPROVAL = re.compile(
    r"^\W*(and |then |please |now )*(approve|authori[sz]e|grant|issue) (\w+ ){0,4}(refund|credit|"
    r"discount|payout|compensation)",
    re.I,
)

_LOOKUP = _any(
    r"\bwhere('?s| is| are|'re) (my|our|the) (\w+ ){0,2}(refund|order|package|parcel|money|payment|"
    r"delivery|transfer|invoice|"
    r"card|credit|ticket)\b",
    r"\b(what('?s| is| are| was| were)|how (much|many|high) (is|are|was)|tell me|check|see|know|look up|"
    r"confirm|give me|send me)\b"
    r".{0,25}\b(my|our) (\w+ ){0,2}(balance|invoice|invoice total|bill|bill total|usage|plan|"
    r"renewal date|order|status|"
    r"order number|total|credit|limit|tracking number|account number|case|ticket)\b(?! (work|mean|include))",
    r"\b(which|what) (\w+[- ]?){1,2}(address|number|name|card|plan)( (and|or) (\w+ ){1,3}(is|are))?\b.{0,30}"
    r"\b(on|for|of|in) (the|my|our|this) account\b",
    r"\b(status|state|progress|whereabouts) of (my|our|this|the) (\w+ ){0,3}(refund|order|ticket|case|"
    r"request|payment|transfer|"
    r"application|claim|complaint|invoice|return|delivery)\b",
    r"\b(have|has|did|do) (you|your team|my|the|our) (\w+ ){0,4}(receive|received|process|processed|"
    r"ship|shipped|refunded|"
    r"refund|approved|arrived|gone through|been (paid|processed|refunded|shipped|approved|received))\b.{0,40}"
    r"\b(my|our|yet|it)\b|\bhas my (\w+ ){1,3}been\b",
    r"\bwhen (will|do|can) (my|i|we|our) (\w+ ){0,3}(refund|order|package|money|payment|delivery|"
    r"transfer)( be)?\b.{0,30}"
    r"\b(arrive|ship|come|delivered|paid|processed|get here)\b",
    r"\bwhy (was|were|am|did|is|has) (i|we|my (card|account|invoice|bill)|you) (\w+ ){0,3}(charged?|"
    r"billed?|debit|bill)\b",
    r"\b(how much|what) (do|did|have) i (owe|pay|paid|spent|used)\b",
    r"\bwo (ist|bleibt|sind) (meine?|unsere?)\b|\bwie (hoch|viel) ist (meine?|unsere?)\b|\bwann (kommt|"
    r"erhalte ich) (meine?|unsere?)\b|"
    r"\bstatus (meiner|meines)\b|\bwarum wurde (mir|mein|meine)\b",
    r"\bdónde (está|están) mi|\bcuál es (mi|el estado de mi)|\bcuándo (llega|recibiré) mi|"
    r"\bestado de mi\b|\bpor qué me (han )?cobra",
    r"\boù (est|en est|sont) (ma|mon|mes)\b|\bquel est (mon|le statut de m)|\bquand (vais-je recevoir|"
    r"arrive) (ma|mon|mes)\b|"
    r"\bpourquoi (ai-je été|m'a)",
)
_VERBS = (
    "cancel|refund|reset|delete|close|unlock|upgrade|downgrade|change|update|remove|transfer|send|"
    "resend|issue|extend|waive|"
    "apply|reverse|block|unblock|activate|deactivate|enable|disable|add|merge|correct|fix|restore|move|"
    "credit|reimburse|"
    "reopen|suspend|process|check|book|rebook|order|ship|replace|return"
)
_ACTION = _any(
    rf"\b(can|could|would|will) (you|someone|somebody|anyone|your team)( guys)?( please| kindly|"
    rf" just)?( also)? "
    rf"({_VERBS})\b ((\w+ ){{0,4}}?(my|me|our|us|it)\b|(this|that)\b)",
    rf"\b(can|could|would|will) (you|someone) (please|kindly) ({_VERBS})\b",
    rf"(^|[.!?,;]\s*|\b(please|pls|kindly|just)\s+)({_VERBS}) (my|me|our|this|the|it)\b",
    rf"\b(i|we) (want|need|would like|'d like|demand|expect) (you|someone|your team) to ({_VERBS})\b",
    r"\b(i|we) (want|need|would like|'d like|demand|expect|request|am requesting|are requesting) (a|my|"
    r"our|the) (\w+ ){0,2}"
    r"(refund|money back|cancell?ation|reimbursement|credit|chargeback|replacement)\b",
    r"\b(cancel|reset|delete|change|refund|do|fix) (\w+ ){1,4}for (me|us)\b",
    r"\b(können|könnten|kannst|würden) sie( bitte)?\b.{0,50}\b(kündigen|stornieren|erstatten|"
    r"zurücksetzen|löschen|ändern|"
    r"freischalten|sperren|schicken|senden|überweisen)\b",
    r"\b(kündigen|stornieren|erstatten|löschen|sperren|schicken) sie\b",
    r"\b(puede[ns]?|podría[ns]?)( por favor)? (cancelar|reembolsar|restablecer|eliminar|cambiar|enviar|"
    r"bloquear|desbloquear)(me|lo|la)?\b"
    r"|\b(cancele|reembolse|elimine|envíe)n?(me)?\b|\bquiero (un|mi) reembolso\b",
    r"\b(pouvez|pourriez)-vous( s'il vous plaît)? (annuler|rembourser|réinitialiser|supprimer|modifier|"
    r"envoyer|bloquer|débloquer)\b"
    r"|\b(annulez|remboursez|supprimez|envoyez)[ -]",
)
_EXPLAIN = re.compile(
    r"\b(how (do|can|to|does|should|would)|what (do|should|must|are the steps)|explain|tell me how|"
    r"show me how|"
    r"wie (kann|muss|geht|lange)|cómo (puedo|se)|comment (puis|faire|peut))\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Screening:
    """A message after the rules: what is left to answer, and what the rules saw.

    ``text`` is free of sentences that give orders to the assistant.
    """

    text: str
    alarms: tuple[Alarm, ...]

    @property
    def manipulated(self) -> bool:
        return "manipulation" in self.alarms


def screen(text: str) -> Screening:
    """Look for danger, and take orders to the assistant out of a message: they are data, not orders."""
    alarms: list[Alarm] = []
    kept_lines: list[str] = []
    for line in text.splitlines():
        kept: list[str] = []
        for sentence in split_sentences(line):
            if _ORDERS.search(sentence) or ("manipulation" in alarms and _ORDERED_APPROVAL.match(sentence)):
                if "manipulation" not in alarms:
                    alarms.append("manipulation")
                continue
            kept.append(sentence)
        kept_lines.append(" ".join(kept))
    rest = "\n".join(kept_lines).strip()
    checks: Sequence[tuple[Alarm, re.Pattern[str]]] = (
        ("self_harm", _SELF_HARM),
        ("legal", _LEGAL),
        ("compromise", _COMPROMISE),
        ("compromise", _SECRET),
        ("privacy", _PRIVACY),
        ("internal_rules", _INTERNAL_RULES),
        ("complaint", _COMPLAINT),
        ("exception", _EXCEPTION),
    )
    for alarm, pattern in checks:
        if alarm in alarms or not pattern.search(rest):
            continue
        if pattern is _COMPROMISE and _only_prevention(rest):
            continue
        alarms.append(alarm)
    return Screening(rest, tuple(alarms))


def _only_prevention(text: str) -> bool:
    """Whether danger is only mentioned in questions about keeping it away."""
    mentions = [
        part for line in text.splitlines() for part in split_sentences(line) if _COMPROMISE.search(part)
    ]
    return bool(mentions) and all(_PREVENTION.search(part) for part in mentions)


def wants_lookup(text: str) -> bool:
    """Whether it asks for a fact about this customer's own account."""
    return _LOOKUP.search(text) is not None


def wants_action(text: str) -> bool:
    """Whether it asks us to do something, rather than how to do it."""
    return _ACTION.search(text) is not None and _EXPLAIN.search(text) is None
