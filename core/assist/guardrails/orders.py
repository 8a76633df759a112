"""The forms that instructions to an assistant take, on folded text (:mod:`...guardrails.reading`).

Each family is enough by itself. ``COMMANDS`` are ordinary requests, suspicious only where a person
does not look, or beside one of the families.
"""

from __future__ import annotations

import re

_G = r"[^.!?\n]"  # within a sentence


def _override(verbs: str, whose: str, what: str, own: str) -> str:
    """ "Ignore all your instructions", not "ignore my last message"."""
    return (
        rf"(?<!\bi )(?<!\bwe )\b(?:{verbs})\b(?!\s+(?:{own})\b)(?={_G}{{0,50}}\b(?:{whose}))"
        rf"{_G}{{0,40}}?\b(?:{what})"
    )


_OVERRIDES = (
    _override(
        r"ignore|disregard|forget|override|bypass|discard|neglect|do not follow|don't follow|"
        r"stop following|"
        r"pay no attention to",
        r"previous|prior|above|earlier|preceding|existing|system|safety|initial|original|your|all|every",
        r"instructions?|rules?|prompts?|guidelines?|polic(?:y|ies)|restrictions?|directives?|constraints?|"
        r"training|programming",
        r"my|our|the last|that|about",
    ),
    rf"\b(?:ignore|disregard|forget) (?:everything|anything|all|what)\b{_G}{{0,20}}\b(?:above|told|"
    rf"instructed|"
    r"learned|you know)",
    _override(
        r"ignorier\w*|vergiss|vergessen sie|missacht\w*|umgeh\w*|uberschreib\w*",
        r"alle|samtliche|bisherige|vorherige|vorige|deine|ihre|obige|system",
        r"anweisung|regel|vorgabe|instruktion|richtlinie|prompt|beschrankung",
        r"(?:sie )?(?:bitte )?(?:meine|unsere|den|das)",
    ),
    _override(
        r"ignor[ae]|olvid[ae]|omit[ae]|descart[ae]|desobedece|saltate",
        r"tod[ao]s|tus|sus|anteriores|previas|sistema",
        r"instrucci|reglas?|ordenes|directri|normas|politicas|prompt|restricci",
        r"mis?|nuestr\w+",
    ),
    _override(
        r"ignore[zr]?|oublie[zr]?|neglige[zr]?|contourne[zr]?",
        r"tou(?:te)?s|tes|vos|precedentes|systeme",
        r"instructions?|consignes?|regles?|directives?",
        r"mon|ma|mes|notre|nos",
    ),
    _override(r"ignora|dimentica", r"tutte|tue|precedenti|sue", r"istruzioni|regole|direttive", r"mi[eo]"),
    _override(r"ignore|esqueca", r"todas|suas|anteriores", r"instrucoes|regras|diretrizes", r"minhas?"),
    _override(r"negeer|vergeet", r"alle|je|jouw|eerdere|vorige", r"instructies|regels|opdrachten", r"mijn"),
    _override(
        r"z?ignoruj|zapomnij", r"wszystkie|poprzednie|swoje|twoje", r"instrukcj|polecen|zasad", r"moj\w*"
    ),
    _override(
        r"(?:про)?игнорируи(?:те)?|забудь(?:те)?", r"все|предыдущ|свои|прошл", r"инструкци|правил|"
        r"указани", r"мо[еи]\w*"
    ),
    r"(?:忽略|无视|忘记|忽視|無視)[^。!?\n]{0,12}(?:指令|指示|规则|規則|提示)|(?:指示|命令|ルール)[^。!?\n]{0,10}(?:無視|忘れ)",
    r"تجاهل[^.!?\n]{0,25}(?:تعليمات|الاوامر|القواعد)",
    r"\b(?:system|admin\w*|security|manager|developer) override\s*[:!-]",
)  # fmt: skip

_ROLES = (
    rf"\byou(?:'re| are)? (?:now|no longer|from now on)\b{_G}{{0,30}}\b(?:unrestricted|admin\w*|root|dan|"
    rf"developer|"
    r"debug|maintenance|jailbroken|system|bound|restricted|an? (?:ai|assistant|bot|model|helpful|"
    r"refund))\b",
    r"(?<!\bi )(?<!\bwe )\b(?:act|behave|respond|operate) as (?:if you|(?:an? |the |my )?(?:unrestricted|"
    r"admin\w*|root|"
    r"system|developer|dan\b|jailbr\w+|ceo|support manager|manager))",
    r"\bpretend (?:to be|that you|you are)\b|\b(?:god|jailbreak|dan) mode\b|\bdo anything now\b",
    rf"\b(?:you are|du bist|sie sind|eres|estas|tu es|vous etes)\b{_G}{{0,15}} (?:in|im|en)\b{_G}{{0,16}}"
    r"\b\w*(?:modus|mode|modo)\b",
    r"\bfrom now on,? (?:you (?:will|must|are|answer|approve)|answer|approve|always|reply with)\b",
    r"\bdu bist (?:jetzt|nun|ab (?:sofort|jetzt))(?! mein)|\bab (?:sofort|jetzt) (?:antwortest|bist|"
    r"wirst|musst|"
    r"genehmigst|darfst) du\b",
    r"\b(?:ahora eres|a partir de ahora(?: tu)? (?:eres|debes|vas|respond\w+)) (?:un|una|el|la|a|solo)\b",
    r"\b(?:tu es|vous etes) (?:maintenant|desormais) (?:un|une|en)\b",
    r"\b(?:assistante?|asistente) (?:sin|sans) (?:restric|limit)",
)  # fmt: skip

_TAGS = (
    r"<\|(?:im_start|im_end|system|assistant|user|endoftext)\|>|\[/?(?:inst|system)\]|<</?sys>>",
    r"</?(?:system|assistant|developer|instructions?)(?:[ _-](?:message|prompt|override|note|reminder))?>",
    r"</\w{3,20}>\s*(?:assistant|system|user)\s*:|(?:^|\n|\s)#{2,4} ?(?:system|instruction)s?\s*:",
    r"(?:^|[\n(\[{\"'>*`]|[.!?:] |- )\s*(?:system|assistant|developer|admin|root|ai|bot|llm|operator)"
    r"(?: (?:message|note|prompt|notice|instruction))?\s*(?::| - )\s*(?:refund (?:issued|approved|this)|"
    r"(?:the |this )?(?:agent|assistant|ai|model|bot|you)\b|ignore|disregard|reveal|approve|grant|issue|"
    r"override|"
    r"new (?:rule|policy)|from now|must|always|never|do not|forward|access granted)",
)  # fmt: skip

_AI = r"(?:ai|a\.i\.|llm|language model|assistant|chat ?bot|bot|model|copilot|gpt|chatgpt)s?"
_DANGEROUS = (
    r"(?:reveal|approve|refund|issue|ignore|grant|disclose|apply (?:it|this)|include|insert|forward|"
    r"comply|obey|"
    r"execute|credit|output|append|list all)"
)
_ADDRESSED = (
    rf"\b(?:note|message|instructions?|attention|notice|reminder|directive|command)s? (?:to|for) "
    rf"(?:the |any |all |every |our |your )?(?:ai )?{_AI}\b",
    r"\b(?:to|dear|hey|attention|listen),? (?:the )?(?:ai|llm|language model|ai assistant|chatgpt|gpt|"
    r"claude)\s*[:,]",
    rf"\b(?:ai|llm|language model|automated)s? ?(?:agents?|assistants?|models?|systems?)? (?:that |"
    rf"who )?(?:reading|"
    rf"reads?|processing|summari[sz]ing|parsing|handling)\b{_G}{{0,40}}\b(?:must|should|shall|always|"
    rf"have to)\b",
    rf"\bif you(?:'re| are) (?:an? |the )?(?:automated |large )?{_AI}\b{_G}{{0,40}}\b(?:{_DANGEROUS}|"
    rf"print|write|"
    r"mark|respond with)\b",
    rf"\bthe (?:ai |virtual )?(?:assistant|ai|model|bot|agent) (?:must|shall|should|has to|"
    rf"is (?:required|instructed|"
    rf"ordered) to) (?:\w+ )?{_DANGEROUS}\b",
    r"\b(?:hinweis|nachricht|anweisung|achtung|befehl|notiz)\w* (?:an|fur) (?:die |den |das |"
    r"alle )?(?:ki|assistent\w*|"
    r"sprachmodell\w*|chatbot|bot|modell)\b",
    r"\b(?:nota|mensaje|instruccion\w*|aviso|atencion|orden)\w*,? (?:para|al?) (?:la |el |los )?(?:ia|"
    r"asistente|modelo|"
    r"bot|inteligencia artificial)\b",
    r"\b(?:note|message|instruction|consigne|attention)s? (?:pour|a|au) (?:l'|le |la )?(?:ia|assistant|"
    r"modele|bot)\b",
)  # fmt: skip

_LEAKS = (
    rf"\b(?:reveal|print|show|repeat|output|display|leak|dump|recite|disclose|tell|give|paste|list|share|"
    rf"translate|"
    rf"what(?:'s| is| are| was| were))\b{_G}{{0,40}}\b(?:(?:your|the) (?:\w+ )?system prompt|(?:initial|"
    rf"hidden|"
    r"original|secret) (?:prompt|instructions)|your (?:\w+ )?prompt|your (?:exact|full|entire|original|"
    r"secret|hidden|"
    r"initial) (?:instructions|rules|guidelines))",
    rf"\b(?:reveal|print|repeat|output|leak|dump|recite|disclose|insert|include|list|show me|give me|"
    rf"tell me|reply with)"
    rf"\b{_G}{{0,30}}\b(?:internal (?:\w+ )?(?:limits?|polic(?:y|ies)|notes?|articles?|rules|documents?|"
    rf"guidelines|"
    r"matrix)|escalation matrix|customer list|all (?:the )?(?:other )?customers|other customers)",
    rf"\b(?:repeat|print|output|recite|translate)\b{_G}{{0,20}}\b(?:text|words|everything|lines?) above\b",
    rf"\b(?:zeig\w*|gib|geben sie|nenn\w*|verrat\w*|wiederhol\w*)\b{_G}{{0,40}}\b(?:system-?prompt\w*|"
    rf"internen? (?:\w+ )?"
    r"(?:richtlinie|regel|limit|grenze|anweisung|notiz)|(?:deine|ihre) (?:genauen|ursprunglichen|"
    r"geheimen) anweisung)",
    rf"\b(?:muestra\w*|revela\w*|dime|dame|imprime|repite|ensena\w*)\b{_G}{{0,30}}\b(?:prompt|"
    rf"instrucciones (?:internas|"
    r"iniciales|ocultas|del sistema)|(?:politic|limit|not|regl)[aeo]s? intern[ao]s?)",
    rf"\b(?:montre\w*|revele\w*|affiche\w*|donne\w*|repete\w*)\b{_G}{{0,30}}\b(?:prompt|(?:instructions|"
    rf"consignes|regles) "
    r"(?:internes|initiales|cachees|systeme))",
)  # fmt: skip

_MONEY = r"(?:refund|credit|request|payout|exception|compensation|discount|this|it)\b"
_APPROVALS = (
    rf"\b(?:the|your|support|billing|finance|duty) (?:\w+ )?(?:manager|supervisor|boss|ceo|cfo|director|"
    rf"team ?lead)\b"
    rf"(?: \w+)? ?(?:has|have|had)? ?(?:already|just|personally)? ?(?:approved|authori[sz]ed|signed off|"
    rf"ok'?d|granted)\b"
    rf"{_G}{{0,40}}\b{_MONEY}",
    r"\bno (?:further|additional|more|other) (?:approval|confirmation|check|verification|review|"
    r"authori[sz]ation)s? (?:is "
    r"|are )?(?:needed|required|necessary)",
    rf"\bskip (?:the |all |any )?(?:approval|confirmation|review|human)\b{_G}{{0,40}}\b(?:refund|credit|"
    rf"issue|approve)",
    rf"\b(?:approve|refund|issue|grant|credit|confirm)\b{_G}{{0,60}}\bwithout (?:asking|any (?:approval|"
    rf"review|limit)|"
    r"approval|confirmation|telling|informing|a human|human|review)",
    r"\b(?:approve|grant|authori[sz]e|issue) (?:all|every|any) (?:\w+ )?(?:refund|credit|request|"
    r"discount)s?\b",
    rf"\b(?:ihre?|der|die) (?:teamleit\w*|manager\w*|chef\w*|vorgesetzte\w*|"
    rf"geschaftsfuhr\w*)\b{_G}{{0,25}}\b(?:"
    rf"erstattung|gutschrift|antrag|anfrage|das|es|diese)\b{_G}{{0,25}}\b(?:genehmigt|freigegeben|"
    rf"bewilligt)",
    r"\bkeine? (?:weitere|zusatzliche|erneute)\w* (?:freigabe|genehmigung|bestatigung|prufung)|"
    r"\bfreigabe ist nicht notig",
    rf"\b(?:bestatig\w*|genehmig\w*|erstatt\w*)\b{_G}{{0,40}}\bohne (?:einen menschen|ruckfrage|freigabe|"
    rf"genehmigung|"
    r"zu fragen)",
    rf"\b(?:su|tu|el|la) (?:gerente|jef[ea]|responsable|supervisora?|director[a]?|"
    rf"encargad[oa])\b{_G}{{0,15}}\b(?:aprobado|"
    rf"autorizado|aprobo|autorizo)\b{_G}{{0,25}}\b(?:reembolso|devolucion|abono|solicitud|descuento|esto)",
    r"\bno (?:hace falta|se necesita|es necesari[ao]|se requiere) (?:ninguna |otra |"
    r"mas )*(?:confirmacion|aprobacion|"
    r"autorizacion)",
    rf"\b(?:reembols\w*|aprueb\w*|abr[ea])\b{_G}{{0,30}}\bsin (?:aprobacion|preguntar|confirmacion|"
    rf"autorizacion)",
    r"\b(?:new|updated|revised) (?:company |refund )?(?:policy|rule|directive|instructions?) (?:from|"
    r"by) (?:the )?(?:ceo|"
    r"management|board|headquarters|admin\w*|halyard)\b",
    r"\bimportant (?:system )?instructions?\s*:|\bnew (?:system )?instructions?\s*:",
)  # fmt: skip

_SECRECY = (
    r"\b(?:do not|don't|never|without) (?:mention|tell|reveal|disclos|inform|notify|alert|ask)(?:e|"
    r"ing)?\b (?:about )?"
    r"(?:this|these|the) (?:text|note|instructions?|comment|prompt|rep\b|representative|human|operator|"
    r"user|staff)",
    r"\bnot mention this (?:text|note|instruction|message)\b",
    rf"\b(?:erwahn\w*|verrat\w*|informier\w*|sag)\b{_G}{{0,15}}\b(?:diesen text|diese (?:notiz|"
    rf"anweisung)|(?:dem|den) "
    r"(?:mitarbeiter|menschen))\b",
    r"\bno (?:mencion\w+|dig\w+|revel\w+|inform\w+) (?:de )?(?:este texto|esta (?:nota|instruccion)|"
    r"al (?:agente|humano))",
)  # fmt: skip

_STEERING = (
    rf"\b(?:confirm|respond|reply|answer|begin|start|end)\b{_G}{{0,25}}\b(?:with|"
    rf"saying)\b:? ?[\"']?(?:refund approved|"
    r"approved|access granted|granted)\b",
    rf"\b(?:answer|reply to|respond to) (?:every|all|each)\b{_G}{{0,30}}\bwith\b",
    r"\bantworte\w* (?:du )?(?:\w+ )?(?:nur|ausschliesslich)(?: noch)? mit [\"']?(?:genehmigt|erstattung|"
    r"freigegeben)",
    r"\bresponde\w* (?:solo|unicamente) con [\"']?(?:aprobado|reembolso)",
    r"\b(?:call|use|invoke|execute|run|trigger|calling)\b (?:the )?(?:tool |"
    r"function )?[\"'`]?(?:refund_invoice|change_plan|"
    r"extend_trial|rotate_api_key|open_incident|resend_invoice|find_customer|list_invoices|list_payments|"
    r"get_subscription|incident_status|search_knowledge)\b",
    r"[{(]\s*[\"']?(?:tool|function|action|tool_call|"
    r"name)[\"']?\s*:\s*[\"']?[a-z]+_[a-z_]+[\"']?\s*,\s*[\"']?(?:arguments|"
    r"parameters|args)[\"']?\s*:",
    rf"\b(?:decode|decrypt|entschlussel\w*|decodifica\w*)\b{_G}{{0,30}}\b(?:follow|execute|obey|"
    rf"befolg\w*|ejecuta)",
)  # fmt: skip

FAMILIES: tuple[re.Pattern[str], ...] = tuple(
    re.compile("|".join(f"(?:{pattern})" for pattern in family))
    for family in (_OVERRIDES, _ROLES, _TAGS, _ADDRESSED, _LEAKS, _APPROVALS, _SECRECY, _STEERING)
)

_START = r"(?:^|[.!?\n:,;(\"] ?|\b(?:and|then|please|just|now|must|und|y|et) )"
COMMANDS = re.compile(
    rf"{_START}(?:approve|grant|issue|refund|credit|authori[sz]e|extend|rotate|forward|reveal|upgrade|"
    rf"confirm|skip|"
    r"change|call)\b[^.!?\n]{0,30}\b(?:refund|credit|invoice|trial|key|plan|customers?|internal|rules?|"
    r"instructions?|list|"
    r"limits?|approv\w+|\d+)"
    r"|\b(?:assistant|ai|llm|language model|chatbot|ki|ia)\b\s*[,:]"
    r"|\byou must\b|\b(?:do not|don't) (?:ask|tell|mention|inform)"
    r"|\b(?:genehmige|erstatte|bestatige|aprueba|reembolsa|approuve|rembourse)\b"
)

REPORTED = re.compile(
    r"phish|prompt.injection|jailbreak|\bscam|\bspam|attack|hacker|betrug|angriff|angreifer|estafa|"
    r"ataque|suplanta|"
    r"hameconnage|attaque|suspicious|verdachtig|sospechos"
)
"""Words beside a quotation that show that somebody reports or explains such a text."""
