"""How customers ask in German."""

from core.llm.offline.tools.wording.wording import Wording, any_of

_CAN = (
    r"\b(?:konn(?:en|ten|t|tet)|kann(?:st)?|wurden|wurde(?:st|t)) (?:sie|ihr|du|jemand|man)(?:,? \S+){0,9}? "
)
_WANT = (
    r"\b(?:ich|wir) (?:\w+ )?(?:mochten?|will|wollen|hatten?|verlangen?|fordern?|beantragen?|erbitten?|"
    r"erwarten?|"
    r"brauchen?|benotigen?)(?: \S+){0,6}? "
)
_ASK_FOR = r"\bbitten?(?: sie| euch)?(?: \S+){0,3}? um (?:\S+ ){0,4}?"
_PLEASE = r"\bbitte(?: \S+){0,9}? "
_REFUND_INF = (
    r"(?:(?:zuruck)?(?:erstatten|erstattet)|zuruck ?(?:zahlen|zahlt|uberweisen|buchen|geben|gebucht|"
    r"gezahlt)|gutschreiben|"
    r"stornieren)\b"
)
_REFUND_IMP = (
    r"(?:erstatten sie|erstattet|uberweisen sie|zahlen sie|buchen sie|stornieren sie)\b(?: \S+){0,8}?"
)
_REFUND_NOUN = r"(?:(?:ruck)?erstattung|ruckzahlung|ruckbuchung|geld zuruck|geld wieder)\b"
_UNDO = (
    r"(?:kauf|bestellung|zahlung|abbuchung|buchung)\b(?: \S+){0,3}? (?:ruckgangig (?:zu )?machen|"
    r"zuruck(?:zu)?(?:nehmen|geben)|widerrufen|stornieren)\b"
)
_INVOICE = r"(?:\S+ ){0,7}?(?:rechnung(?:en)?|beleg|quittung|hly-[\d-]+)\b"
_SEND_INF = (
    r"(?:zu)?(?:schicken|senden|zusenden|zuschicken|zukommen lassen|mailen|weiterleiten|schickt|sendet)\b"
)
_PLAN = r"(?:harbor|sloop|schooner|jahres\w*|jahrlich\w*|monatlich\w*|monatstarif|monats\w*)"
_CHANGE_INF = (
    r"(?:umstellen|wechseln|andern|upgraden|hochstufen|herabstufen|umsteigen|downgraden|setzen|stellen|"
    r"umzustellen)\b"
)
_TRIAL = (
    r"(?:\S+ ){0,4}?(?:test(?:phase|zeit\w*|version|zugang|monat)?|probe(?:zeit|phase|monat)?|trial\w*)\b"
)
_EXTEND = r"(?:verlangern|verlangert|ausdehnen)\b"
_KEY = r"(?:\S+ ){0,5}?(?:(?:api-?)?(?:schlussel|keys?|token)|hly_\w+|\[key_\d+\])"
_ROTATE = (
    r"(?:rotieren|rotiert|erneuern|austauschen|neu (?:erzeugen|generieren|ausstellen)|tauschen|ersetzen)\b"
)
_DOWN = (
    r"(?:down|offline|nicht (?:mehr )?(?:erreichbar|verfugbar)|unerreichbar|ausgefallen|tot|weg|gestort|"
    r"(?:gehen|geht|laden|funktionieren|funktioniert|reagiert|reagieren|antwortet|"
    r"laufen)(?: \S+){0,3}? nicht|"
    r"liefern? (?:\S+ )?50[0234]|schlagen(?: \S+){0,2}? fehl|hangen)\b"
)
_SERVICE = (
    r"(?:api|dashboard|build-?(?:system|queue|server)|builds|object storage|speicher|nameserver|dns|"
    r"datenbanken|"
    r"region|cork|bergen|norfolk|oregon|plattform)"
)

GERMAN = Wording(
    effects={
        "refund_invoice": any_of(
            _CAN + _REFUND_INF,
            _CAN + _UNDO,
            _PLEASE + _UNDO,
            _PLEASE + r"(?:" + _REFUND_INF + "|" + _REFUND_IMP + ")",
            r"(?:^|[.,;!]\s*|\b(?:und|also|dann|daher|deshalb) )(?:bitte )?" + _REFUND_IMP,
            _ASK_FOR + _REFUND_NOUN,
            _WANT + r"(?:\S+ ){0,3}?" + _REFUND_NOUN,
            _WANT + r"(?:\S+ ){0,5}?" + r"(?:erstattet|zuruck) (?:haben|bekommen)\b",
            r"(?:^|[.,;!]\s*)(?:ich (?:beantrage|fordere|verlange)|hiermit (?:beantrage|fordere|"
            r"verlange) ich)(?: \S+){0,5}? " + _REFUND_NOUN,
            r"(?:^|[.,;!]\s*)(?:zahlt|gebt|uberweist|zahlen sie|geben sie|buchen sie|"
            r"bucht)(?: \S+){0,8}? zuruck\b",
        ),
        "resend_invoice": any_of(
            _CAN + _INVOICE + r"(?: \S+){0,5}? " + _SEND_INF,
            _PLEASE + _INVOICE + r"(?: \S+){0,5}? " + _SEND_INF,
            r"(?:^|[.,;!]\s*|\bbitte )(?:senden|schicken|schickt|mailen) (?:sie )?" + _INVOICE,
            r"\bbitte(?: \S+){0,3}? (?:senden|schicken) sie(?: \S+){0,3}? (?:sie|diese|"
            r"die) (?:\S+ ){0,2}?(?:erneut|nochmal|noch einmal)\b",
            _ASK_FOR + r"(?:zusendung|ubersendung|kopie|erneute\w* \w*) (?:\S+ ){0,2}?" + _INVOICE,
            _WANT + r"(?:kopie|zweitschrift) (?:\S+ ){0,3}?" + _INVOICE,
        ),
        "change_plan": any_of(
            _CAN + r"(?:\S+ ){0,4}?" + _PLAN + r"\b(?: \S+){0,4}? " + _CHANGE_INF,
            _PLEASE + r"(?:\S+ ){0,4}?" + _PLAN + r"\b(?: \S+){0,4}? " + _CHANGE_INF,
            r"(?:^|[.,;!]\s*|\bbitte )(?:stellen|wechseln|stufen|andern|stellt|"
            r"wechselt) (?:sie )?(?:\S+ ){0,7}?" + _PLAN,
        ),
        "extend_trial": any_of(
            _CAN + _TRIAL + r"(?: \S+){0,5}? " + _EXTEND,
            _PLEASE + _TRIAL + r"(?: \S+){0,5}? " + _EXTEND,
            r"(?:^|[.,;!]\s*|\bbitte )(?:verlangern sie|verlangert) " + _TRIAL,
            _ASK_FOR + r"verlangerung (?:\S+ ){0,2}?" + _TRIAL,
            _WANT + r"verlangerung (?:\S+ ){0,2}?" + _TRIAL,
        ),
        "rotate_api_key": any_of(
            _CAN + _KEY + r"(?: \S+){0,4}? " + _ROTATE,
            _PLEASE + _KEY + r"(?: \S+){0,4}? " + _ROTATE,
            r"(?:^|[.,;!]\s*|\bbitte )(?:rotieren|erneuern|tauschen|ersetzen|rotiert) (?:sie )?" + _KEY,
        ),
        "open_incident": any_of(
            _CAN + r"(?:\S+ ){0,3}?(?:storung|incident|vorfall) (?:\S+ ){0,2}?(?:eroffnen|anlegen|melden)\b",
            r"\bbitte (?:\S+ ){0,5}?(?:storung|incident|vorfall) (?:\S+ ){0,2}?(?:eroffnen|anlegen)\b",
            r"(?:^|[.,;!]\s*|\bbitte )(?:eroffnen|legen) sie (?:\S+ ){0,3}?(?:storung|incident|vorfall)\b",
        ),
    },
    wishes={
        "refund_invoice": any_of(
            _WANT + _UNDO, r"\bund (?:mochte|will|wurde gern\w*)(?: \S+){0,4}? " + _UNDO
        ),
        "change_plan": any_of(_WANT + r"(?:\S+ ){0,4}?" + _PLAN + r"\b(?: \S+){0,4}? " + _CHANGE_INF),
        "extend_trial": any_of(_WANT + _TRIAL + r"(?: \S+){0,5}? " + _EXTEND),
    },
    spoils={
        "refund_invoice": any_of(r"\bwarte\w*\b", r"\b(?:regeln?|frist|richtlinie)\b.*\?"),
        "resend_invoice": any_of(
            r"\b(?:korrigier\w*|korrektur|falsche\w*|geandert\w*|ust-?id\w*|umsatzsteuer-?id\w*|"
            r"neue adresse|xrechnung|"
            r"e-rechnung)\b",
            r"\b(?:steuerberater\w*|buchhaltung|kollegin|kollegen)\b",
            r"\b(?:alle|kunftig\w*|automatisch|immer|jede)\b",
            r"\[email_\d+\]|\S+@\S+",
        ),
        "change_plan": any_of(r"\b(?:region|server|domain|inhaber|karte|adresse|fleet)\b"),
    },
    delegates=any_of(
        r"\b(?:das|es|dies) (?:\w+ ){0,3}?(?:fur|bei) (?:mich|uns) (?:\w+ )?(?:erledigen|machen|"
        r"ubernehmen|tun|"
        r"veranlassen)\b",
        r"\b(?:erledigen|machen|ubernehmen|veranlassen) sie (?:das|es) (?:\w+ )?(?:fur (?:mich|uns)|bitte)\b",
        r"\b(?:konnen|konnten|konnt) (?:sie|ihr) (?:das|es) (?:\w+ ){0,2}?(?:erledigen|machen|ubernehmen)\b",
    ),
    before=any_of(
        r"\b(?:wie|was|wann|wo|welche\w*|warum|weshalb|wieso|ob|wer)\b",
        r"\b(?:bevor|statt|anstatt|ohne|vielleicht|eventuell|uberlegen?|erwagen?|angenommen|hiess|steht|"
        r"stand|schrieb\w*|"
        r"geschrieben|gesagt|sagte|meinte)\b",
    ),
    conditional=any_of(
        r"\b(?:wenn|falls|sofern)\b(?! (?:moglich|es geht|es moglich|das geht|das moglich|nicht))",
        r"\b(?:theoretisch|hypothetisch|ware es|gibt es|ist es moglich|kann man|konnte man)\b",
    ),
    negated=any_of(r"\b(?:nicht|kein\w*|nie|niemals|nichts|noch nicht)\b"),
    topics={
        "charge": any_of(
            r"\b(?:warum|wieso|weshalb|wofur)\b.{0,40}\b(?:mir|mich|ich|uns|wir|mein\w*|unser\w*|ihr|"
            r"sie)\b.{0,40}\b"
            r"(?:abgebucht|berechnet|belastet|abgezogen|bezahl\w*|gezahlt|zahlen|rechnung|eingezogen)\b",
            r"\b(?:warum|wieso|weshalb|wofur) (?:wurde\w*|haben sie|habt ihr|ist|"
            r"sind)\b.{0,50}\b(?:abgebucht|berechnet|belastet|"
            r"abgezogen|eingezogen)\b",
            r"\b(?:doppelt|zweimal|2 ?mal|2x)\b.{0,30}\b(?:abgebucht|berechnet|belastet|bezahlt|"
            r"abgezogen|eingezogen)\b",
            r"\b(?:doppelte|zwei|2) (?:\w+ )?(?:abbuchung(?:en)?|zahlung(?:en)?|buchung(?:en)?)\b",
            r"\bwas ist das fur (?:eine|ein) (?:\w+ )?(?:abbuchung|betrag|zahlung|buchung)\b",
            r"\b(?:abbuchung|betrag|buchung|rechnung)\b.{0,40}\bnicht (?:zuordnen|nachvollziehen|"
            r"erklaren|verstehen)\b",
            r"\bverstehe (?:die|diese|meine|den) (?:\w+ ){0,2}?(?:abbuchung|rechnung|betrag|"
            r"buchung)\b.{0,20}\bnicht\b",
            r"\b(?:meine|unsere|die|diese|letzte) (?:\S+ ){0,3}?(?:rechnung|"
            r"abbuchung) ist (?:\S+ )?(?:zu hoch|hoher|falsch|doppelt)\b",
        ),
        "refund": any_of(
            r"\bwo (?:ist|bleibt) (?:meine?|unsere?|die|das) (?:\w+ )?(?:(?:ruck)?erstattung|"
            r"ruckzahlung|geld|gutschrift)\b",
            r"\b(?:wann (?:kommt|erhalte|bekomme|ist)|ist|wurde|kam) (?:\w+ )?(?:meine?|"
            r"unsere?) (?:\w+ )?(?:(?:ruck)?erstattung|"
            r"ruckzahlung|geld)\b",
            r"\bwarte\w*(?: \S+){0,4}? auf (?:\S+ )?(?:\w+ )?(?:(?:ruck)?erstattung|ruckzahlung|geld)\b",
            r"\bstatus (?:meiner|unserer|der) (?:(?:ruck)?erstattung|ruckzahlung)\b",
            r"\b(?:erstattung|ruckzahlung|geld)\b.{0,40}\b(?:noch|immer) (?:\w+ )?nicht (?:\w+ )?(?:da|"
            r"angekommen|erhalten|"
            r"eingegangen|auf)\b",
            r"\b(?:erstattung|ruckzahlung)\b.{0,25}\bnicht (?:angekommen|erhalten|eingegangen)\b",
        ),
        "plan": any_of(
            r"\bwelche[nrms]? (?:tarif|plan|paket|abo) (?:habe|haben|nutze|nutzen|hab|bin|"
            r"ist (?:mein|unser)\w*)\b",
            r"\b(?:in|auf) welche[mrn] (?:tarif|plan|abo) (?:bin|sind|lauft|laufen|stehe|stehen|befinde) "
            r"(?:ich|wir|"
            r"mein|unser|mich)\w*\b",
            r"\bwas (?:ist|habe ich fur ein\w*) (?:mein |unser )?(?:\w+ )?(?:tarif|plan|abo)\b",
            r"\bwann (?:verlangert|endet|lauft|erneuert|wird)\b.{0,20}\b(?:mein|"
            r"unser)e?r? (?:\w+ )?(?:tarif|abo|plan|test\w*|"
            r"vertrag|jahrestarif|probe\w*)\b",
            r"\bwie (?:lange|viele tage)\b.{0,20}\b(?:mein|unser|meine|unsere) (?:\w+ )?(?:test\w*|"
            r"probe\w*)\b",
        ),
        "invoice": any_of(
            r"\bwie hoch (?:ist|war) (?:meine|unsere) (?:\w+ )?rechnung\b",
            r"\bist (?:meine|unsere|die) (?:\w+ )?rechnung (?:\S+ ){0,3}?(?:bezahlt|offen|beglichen)\b",
            r"\b(?:welche|ist noch eine|sind noch) rechnung(?:en)? (?:\w+ ){0,2}?offen\b",
        ),
        "payment": any_of(
            r"\b(?:ist|wurde|kam|hat) (?:meine|unsere|die) (?:\w+ )?zahlung\b.{0,30}\b(?:angekommen|"
            r"eingegangen|durch\w*|geklappt|"
            r"verbucht|funktioniert)\b",
            r"\bhaben sie (?:meine|unsere) zahlung\b",
            r"\b(?:warum|wieso|weshalb)\b.{0,15}\b(?:meine|unsere) (?:\w+ )?(?:zahlung|karte|"
            r"lastschrift)\b.{0,30}\b(?:fehlgeschlagen|abgelehnt|gescheitert)\b",
        ),
        "standing": any_of(
            r"\b(?:mein|unser)\w*\b (?:\w+ ){0,2}?(?:seiten?|websites?|konto|shop|projekte?|tarif|"
            r"dienst)\b.{0,40}\b"
            r"(?:pausiert|gesperrt|abgeschaltet|deaktiviert|stillgelegt)\b",
            r"\b(?:seite|website|shop)\b.{0,20}\bweg\b",
            r"\b(?:schalten|stellen) sie (?:\S+ ){0,4}?(?:wieder (?:frei|an|online)|frei)\b|"
            r"\b(?:entsperren|reaktivieren)\b",
        ),
        "incident": any_of(
            r"\b(?:gibt es|habt ihr|haben sie|gibts|liegt)\b(?!.{0,30}\b(?:beim|bei der|bei einem|wahrend|"
            r"wenn|durch)\b)"
            r".{0,30}\b(?:storung(?:en)?|ausfall|ausfalle|"
            r"incident)\b(?!.*\b(?:informier|abonn))",
            rf"\bist (?:\w+ )?(?:ihr|euer|die|das|der|eure|"
            rf"ihre) (?:\w+ )?{_SERVICE} (?:\w+ ){{0,2}}?(?:down|offline|gestort|ausgefallen)\b",
            r"\b(?:bekannte|aktuelle|laufende) (?:storung|ausfall|probleme?)\b",
            r"\binc-\d{3,}\b.{0,40}\b(?:behoben|gelost|status|stand|noch|vorbei)\b",
            r"\b(?:storung|ausfall)\b.{0,30}\b(?:behoben|vorbei|noch|stand)\b.*\?",
        ),
    },
    outage=any_of(
        r"\b(?:alle|samtliche|beide|keine|mehrere|viele|die meisten)(?: \S+){0,3}? (?:seiten|websites?|"
        r"webseiten|apps?|server|"
        r"datenbanken|projekte|deploys?|deployments|builds?|shops)\b.{0,40}\b" + _DOWN,
        rf"\b(?:die|das|der|ihre?|eure?|ganze|gesamte) (?:\w+ )?{_SERVICE}\b(?: \w+){{0,2}}? (?:ist|"
        rf"sind|scheint|geht|"
        rf"funktioniert|antwortet|reagiert|hangt|hangen)\b(?: \w+){{0,4}}?(?: {_DOWN}| nicht\b)",
    ),
    past=any_of(
        r"\b(?:war|waren|gestern|letzte (?:woche|nacht)|wieder (?:da|erreichbar|online)|behoben|inzwischen)\b"
    ),
    half=any_of(r"\b(?:halfte|halb\w*)\b"),
    newest=any_of(
        r"\b(?:letzte|neueste|aktuelle|jungste|gestrige|heutige|diese)[nrs]? (?:\w+ )?(?:rechnung|"
        r"abbuchung|zahlung|buchung|verlangerung)\b"
    ),
)
