"""What a message asks for that no article can give: orders to the assistant, actions, account look-ups."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.llm.offline.alarms import Alarm, alarms_in, any_of
from core.llm.offline.sentences import split_sentences

_ORDERS = any_of(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,30}\b(previous|prior|above|earlier|all|any|your|"
    r"the|these|system|safety)\b"
    r".{0,30}\b(instructions?|rules?|prompts?|guidelines?|polic(y|ies)|restrictions?|training|context)\b",
    r"\b(you are|you're|act|behave|pretend to be|pretend you are|roleplay) (now |as )+(a|an|the|in|if|"
    r"my|dan|admin|root|unrestricted)\b",
    r"\b(developer|debug|god|admin|administrator|maintenance|jailbreak|dan) mode\b",
    r"(^|[(\[{])\W*(system|assistant|developer|instruction)s?\s*:|^\W*user\s*:",
    r"<\/?(system|assistant|user|messages?|prompt|context|instructions?|admin)>|\[/?(inst|system)\]|<\|"
    r"im_(start|end)\|>",
    r"\b(approve|authori[sz]e|issue|grant|process|confirm)\b (\w+ ){0,3}(refund|credit|discount|payout|"
    r"compensation|upgrade)s?\b"
    r".{0,40}\b(immediately|now|without|automatically|regardless|at once|anyway|no questions)\b",
    r"\b(say|reply|respond|answer|write|output|print|state|confirm)\b.{0,25}\b(only|exactly|verbatim|"
    r"word for word|the following|that (my|the) refund)\b",
    r"\b(new|updated|important) (system )?instructions?\b ?(:|for (you|the (assistant|ai|bot|model)))",
    r"\b(do not|don'?t) (cite|mention|follow|tell the (agent|rep|human))\b",
    r"\bdu bist (jetzt|nun|ab sofort)\b|\b(wartungs|admin|entwickler|debug)\w*modus\b|"
    r"\bmodo (administrador|mantenimiento|desarrollador|depuración)\b|\bahora (eres|estás en modo)\b",
    r"\b(ignorier\w*|vergiss|missachte)\b.{0,40}\b(anweisung|regel|vorgabe|instruktion)\w*",
    r"\b(ignora|olvida|omite)\b.{0,40}\b(instrucci|regla|orden)\w*",
    r"\b(ignore[zr]?|oublie[zr]?)\b.{0,40}\b(instructions?|consignes?|règles?)\b",
)
_ORDERED_APPROVAL = re.compile(
    r"^\W*(and |then |please |now )*(approve|authori[sz]e|grant|issue) (\w+ ){0,4}(refund|credit|"
    r"discount|payout|compensation)",
    re.I,
)

_LOOKUP = any_of(
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
    "calculate|compute|work out|reopen|suspend|process|check|book|rebook|order|ship|replace|return"
)
_ACTION = any_of(
    r"\b(can|could|would|will) (you|someone|somebody)( please| kindly| just)* do (it|this|that)\b|"
    r"\b(do|handle|arrange) (it|this|that) for (me|us)\b",
    r"\b(könn(en|ten)|könnt) (sie|ihr) (das|es) (\w+ ){0,3}(erledigen|machen|übernehmen|tun)\b",
    r"\b(me |nos )?l[oa] (pod[eé]is|pued[ea]n?|podr[ií]an?) hacer\b|\bpod[eé]is hac[eé]r(me|nos)?l[oa]\b",
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
    alarms += alarms_in(rest)
    return Screening(rest, tuple(alarms))


def wants_lookup(text: str) -> bool:
    """Whether it asks for a fact about this customer's own account."""
    return _LOOKUP.search(text) is not None


def wants_action(text: str) -> bool:
    """Whether it asks us to do something, rather than how to do it."""
    return _ACTION.search(text) is not None and _EXPLAIN.search(text) is None
