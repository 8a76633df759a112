"""How customers ask in English."""

from core.llm.offline.tools.wording.wording import Wording, any_of

_START = (
    r"(?:(?:^|[.,;:!()-]\s*|\b(?:and|so|then|but|or)\s+)(?:(?:please|pls|plz|kindly|just|also|then|"
    r"go ahead and)\s+)*"
    r"|\b(?:please|pls|plz|kindly)\s+(?:(?:just|also|go ahead and)\s+)?)"
)
_YOU = (
    r"\b(?:(?:can|could|will) (?:you|u|someone|somebody|anyone|your team|we)|would you (?:please|kindly|"
    r"be so "
    r"kind (?:as to|and))|(?:i|we)(?:'d| would)? (?:want|need|like|expect|ask|am asking|are asking) (?:you|"
    r"someone|your team) to|appreciate it if you (?:could|would|can)|need you to)(?: \w+){0,3}? "
)
_I_WANT = (
    r"\b(?:i|we)(?:'d|'m|'re)?(?: \w+){0,3}? (?:want|need|like|demand|request|requesting|expect|claim|"
    r"asking for|ask for|apply for)(?: to (?:have|get|receive|request|claim|ask for))? "
)
_WISH = (
    r"(?:\b(?:i|we)(?:'d| would|'ll)?(?: \w+){0,2}? (?:want|need|like|love|wish|prefer)|"
    r"\band (?:would (?:like|love|prefer)|want|wish|need)) to "
)
_OBJECT = (
    r"(?:me|us|my|our|the|this|that|these|those|it|both|half|all|everything|in full|invoice|hly|[$€£]|\d|"
    r"(?:in )?part|one)"
)
_REFUND = rf"(?:refund|reimburse|reverse|pay back|give back|return)\b(?: (?:please|pls))? ?(?:to )?{_OBJECT}"
_MONEY = (
    r"(?:(?:an?|my|our|the|full|partial|complete|immediate|prompt) ){0,3}(?:refund|"
    r"reimbursement)\b(?! (?:policy|"
    r"rules?|window|period|terms|button|page|status|form))|\b(?:my|our|the|that) (?:\w+ ){0,2}(?:money|"
    r"payment|"
    r"cash|charge|amount|fee) (?:back|refunded|returned|reversed)\b|to be (?:refunded|reimbursed)\b"
)
_UNDO = (
    r"(?:undo|reverse|take back|return|refund)\b (?:this|the|my|our|that) (?:\w+ )?(?:purchase|order|payment|"
    r"charge|subscription)\b"
)
_ONE_BACK = (
    r"(?:(?:give|send|pay|transfer) (?:me |us )?(?:back )?|return (?:me |us )?)(?:one|the (?:second|other|"
    r"extra|"
    r"duplicate)(?: one| charge| payment)?)\b"
)
_SENDING = r"(?:re-?send|forward|e-?mail|mail|send|re-?issue|get)\b"
_INVOICE = r"(?:\w+ ){0,5}?(?:invoices?|receipts?|bill|hly-[\d-]+)\b"
_PLAN = r"(?:harbou?r|sloop|schooner|annual(?:ly)?|yearly|month(?:ly)?)"
_CHANGE = r"(?:upgrade|downgrade|switch|change|move|put|convert|set)\b"
_TO_PLAN = rf"(?:\w+ ){{0,8}}?{_PLAN}\b"
_TRIAL = r"(?:extend|prolong|lengthen|renew)\b (?:\w+ ){0,4}?trial\b"
_MORE_TRIAL = (
    r"(?:(?:another|more|an? extra|one more|\d+ more|\w+ more) (?:\w+ ){0,3}?(?:trial|days?|week)\b)"
)
_ROTATE = (
    r"(?:rotate|regenerate|roll|renew|re-?issue|replace)\b (?:\S+ ){0,5}?(?:keys?|tokens?|hly_\w+|"
    r"\[key_\d+\])"
)
_DOWN = (
    r"(?:down|offline|unreachable|unavailable|not (?:loading|reachable|responding|working)|dead|failing|fail|"
    r"timing out|time out|broken|erroring|return(?:s|ing)? 50[0234]|(?:give|giving|showing|"
    r"throwing) (?:a |an )?"
    r"50[0234]|stuck)\b"
)
_SERVICE = (
    r"(?:api|dashboard|control panel|build (?:system|queue|servers?)|builds|object storage|storage|"
    r"nameservers?|dns|databases?|region|cork|bergen|norfolk|oregon|platform|network)"
)

ENGLISH = Wording(
    effects={
        "refund_invoice": any_of(
            _START + _REFUND,
            r"(?:\bplease|\bpls|\bplz|\bkindly) (?:(?:just|do|issue|make|process) )?(?:an? )?(?:full |"
            r"partial )?refund\b",
            r"^\W*(?:refund|money back),? (?:please|pls|plz|asap)\b",
            r"^\W*(?:refund request|request (?:for )?(?:an? )?refund|requesting (?:an? )?(?:\w+ )?refund)\b",
            _YOU + _REFUND,
            _START + _UNDO,
            _YOU + _UNDO,
            _START + _ONE_BACK,
            _YOU + _ONE_BACK,
            _I_WANT
            + r"(?:the|my|our|those|these|that|all) (?:\w+ ){0,3}?(?:payments?|charges?|months?|money|"
            r"fees?|instal?ments?) back\b",
            _YOU
            + r"(?:give|send|pay|get|issue|process|arrange|make|do|start)\b (?:\w+ ){0,3}?(?:"
            + _MONEY
            + ")",
            _I_WANT + r"(?:\w+ ){0,2}?(?:" + _MONEY + ")",
            _START + r"(?:give|send|pay|issue|process|transfer)\b (?:\w+ ){0,2}?(?:" + _MONEY + ")",
            r"\b(?:can|could|may) (?:i|we) (?:please |just |maybe )?(?:get|have|receive) (?=.*(?:hly-|"
            r"[$€£]\s?\d|"
            r"\d\s?(?:[$€£]|eur|usd|euros?|dollars?)))(?:\S+ ){0,6}?(?:refund(?:ed)?|back|returned)\b",
        ),
        "resend_invoice": any_of(
            _START + _SENDING + " " + _INVOICE,
            _YOU + _SENDING + " " + _INVOICE,
            r"\b(?:can|could|may) (?:i|we) (?:please )?(?:get|have|receive) (?:\w+ ){0,3}?(?:copy|"
            r"invoice|receipt)\b"
            r"(?=.*\b(?:invoice|receipt|again|hly))",
            _I_WANT + r"(?:\w+ ){0,3}?(?:cop(?:y|ies) of|duplicate of) " + _INVOICE,
            _I_WANT + _INVOICE + r"(?: \w+){0,3} (?:re-?sent|again|once more|sent)\b",
        ),
        "change_plan": any_of(_START + _CHANGE + " " + _TO_PLAN, _YOU + _CHANGE + " " + _TO_PLAN),
        "extend_trial": any_of(
            _START + _TRIAL,
            _YOU + _TRIAL,
            _YOU + r"(?:give|grant|add)\b (?:\w+ ){0,2}?" + _MORE_TRIAL,
            _I_WANT + r"(?:\w+ ){0,2}?(?:extension|" + _MORE_TRIAL + ")",
            r"\b(?:can|could|may) (?:i|we) (?:please )?(?:get|have) (?:\w+ ){0,2}?(?:extension|"
            + _MORE_TRIAL
            + ")",
        ),
        "rotate_api_key": any_of(_START + _ROTATE, _YOU + _ROTATE),
        "open_incident": any_of(
            _START + r"(?:open|create|raise|file|declare)\b (?:an? |the )?(?:new )?incident\b",
            _YOU + r"(?:open|create|raise|file|declare)\b (?:an? )?(?:new )?incident\b",
        ),
    },
    wishes={
        "refund_invoice": any_of(
            _WISH + _UNDO,
            _WISH + r"(?:undo|return|send back|give back) (?:it|this|that)\b",
            _WISH + r"(?:get|have) (?:my|our|the) (?:\w+ )?money back\b",
        ),
        "change_plan": any_of(_WISH + _CHANGE + " " + _TO_PLAN, _WISH + r"(?:go|be) " + _TO_PLAN),
        "extend_trial": any_of(_WISH + _TRIAL),
        "rotate_api_key": any_of(_WISH + _ROTATE + r"(?=.*\b(?:for (?:me|us)|please)\b)"),
    },
    spoils={
        "refund_invoice": any_of(
            r"\brefund (?:policy|rules?|window|period|terms|button|page|status)\b",
            r"\b(?:waiting|wait) for\b",
            r"\b(?:received|got) (?:the|my|our|a) refund\b",
        ),
        "resend_invoice": any_of(
            r"\b(?:correct(?:ed|ion)?|wrong|vat id|new address|amend\w*|fix(?:ed)?|change[ds]?|"
            r"without vat|e-invoice|"
            r"xrechnung)\b",
            r"\b(?:to (?:our|my|the) (?:accountant|bookkeeper|accounting|tax adviser|colleague|boss))\b",
            r"\b(?:all|every|each|future|automatically|always)\b",
            r"\bto \S+@\S+|\[email_\d+\]",
        ),
        "change_plan": any_of(r"\b(?:region|server|domain|site to|seat|card|owner|address)\b", r"\bfleet\b"),
        "extend_trial": any_of(r"\bsecond extension\b"),
        "rotate_api_key": any_of(r"\bcertificate|ssh\b"),
    },
    delegates=any_of(
        r"\b(?:do|handle|arrange|sort|take care of) (?:it|this|that)(?: out)? (?:for (?:me|us)|on (?:my|"
        r"our) behalf)\b",
        r"\b(?:can|could|would) you (?:just |please |kindly )*(?:do|handle|arrange) (?:it|this|that)\b",
    ),
    before=any_of(
        r"\b(?:how|what|when|where|which|why|whether|who)\b",
        r"\b(?:wonder(?:ing)?|curious|before (?:i|you|we)|instead of|without|used to|rather than|"
        r"after (?:you|i|we)|"
        r"suppose|imagine|might|may|maybe later|thinking (?:of|about)|considering|planning|going to|about to|"
        r"is it possible|possible to|able to|allowed to|want to know|like to know|need to know)\b",
        r"\b(?:says?|said|saying|told|wrote|writes|states?|asked|asking)\b",
        r"\b(?:do|does|did|are|is|were|was) (?:you|they|i|we|it|halyard)\b",
    ),
    conditional=any_of(
        r"\bif (?!possible|you (?:can|could|don'?t mind|please)|not\b|so\b|that(?:'s| is) (?:ok|okay|"
        r"possible|fine))",
        r"\b(?:in case|unless|assuming|supposing|hypothetically|in theory|theoretically)\b",
    ),
    negated=any_of(r"\b(?:not|never|no)\b", r"n't\b", r"\b(?:dont|doesnt|didnt)\b"),
    topics={
        "charge": any_of(
            r"\bwhy\b.{0,25}\b(?:i|we|me|us|my|our|you)\b.{0,25}\b(?:charged?|charging|billed|billing|"
            r"debit\w*|"
            r"pay(?:ing)?|invoiced?|bill)\b",
            r"\b(?:charged|billed|debited)\b (?:\S+ ){0,4}?(?:twice|two times|double|again|a second time)\b",
            r"\b(?:double|duplicate)[- ](?:charge|payment|billing|debit)\b|\b(?:two|2) (?:charges|"
            r"payments|debits)\b",
            r"\bwhat(?:'s| is| was| are) (?:this|that|the|these) (?:\S+ ){0,4}?(?:charges?|payments?|"
            r"debit|amount) "
            r"(?:on|from|of|for|in|about)\b",
            r"\b(?:don'?t|do not|can'?t|cannot) (?:recogni[sz]e|understand|explain|"
            r"place) (?:\S+ ){0,4}?(?:charges?|"
            r"payments?|invoice|bill|debit|amount)\b",
            r"\b(?:my|our|the|this|last|latest) (?:\S+ ){0,3}?(?:invoice|bill|charge|payment) (?:is|was|"
            r"seems|looks) "
            r"(?:\w+ )?(?:too high|higher|wrong|double|incorrect|more than)\b",
            r"\bwhat (?:did|have) (?:i|we) (?:get|been|just)? ?(?:pay|paid|charged) for\b",
        ),
        "refund": any_of(
            r"\bwhere(?:'s| is| are) (?:my|our|the) (?:\w+ ){0,2}?(?:refund|money)\b",
            r"\b(?:has|have|did|is|was|when) (?:\w+ ){0,3}?(?:my|our) (?:\w+ ){0,2}?refund\b",
            r"\bmy (?:\w+ )?refund (?:has ?n[o']t|still|never|is|did ?n[o']t|yet)\b",
            r"\bwaiting (?:for|on) (?:my|our|the|a|that) (?:\w+ )?refund\b",
            r"\bstatus of (?:my|our|the) (?:\w+ )?refund\b|\brefund status\b",
            r"\b(?:haven'?t|have not|didn'?t|did not|never|not) (?:\w+ )?(?:received|got|get|seen|"
            r"see) (?:my|our|the|a|any) "
            r"(?:\w+ )?refund\b",
            r"\brefund\b.{0,30}\b(?:not|n't|never) (?:\w+ )?(?:arrived?|come|shown up|here|received|"
            r"landed)\b",
        ),
        "plan": any_of(
            r"\b(?:what|which) (?:plan|subscription|tier) (?:am i|are we|do i|do we|is my|i'?m|we'?re|"
            r"we are|i am|i have)\b",
            r"\bwhat(?:'s| is) (?:my|our) (?:current |present )?(?:plan|subscription)\b",
            r"\bwhen (?:does|will|is|do) (?:my|our) (?:\w+ ){0,2}?(?:plan|subscription|trial|renewal|"
            r"year|contract)\b",
            r"\b(?:my|our) (?:next )?renewal date\b|\bam i (?:still )?(?:on|in) (?:the |"
            r"a )?(?:\w+ )?(?:harbou?r|sloop|"
            r"schooner|trial|plan)\b",
            r"\bhow (?:many days|long|much time) (?:\w+ ){0,3}?(?:left|remain\w*) (?:in|of|on) (?:my|"
            r"our|the) (?:\w+ )?trial\b",
        ),
        "invoice": any_of(
            r"\bhow (?:much|high) (?:is|was) (?:my|our) (?:\w+ )?(?:invoice|bill)\b",
            r"\bis (?:my|our|the|invoice) (?:\S+ ){0,3}?(?:paid|unpaid|open|overdue|settled)\b",
            r"\b(?:which|what) (?:of (?:my|our) )?invoices? (?:is|are|do (?:i|"
            r"we)) (?:\w+ ){0,2}?(?:open|unpaid|due|owe)\b",
            r"\bdo (?:i|we) (?:still )?owe\b",
        ),
        "payment": any_of(
            r"\b(?:did|has|have|was) (?:my|our|the) (?:\w+ ){0,2}?payment\b.{0,30}\b(?:go|gone|through|"
            r"arrived?|received|"
            r"fail\w*|work\w*|process\w*|accepted)\b",
            r"\bhave you (?:received|got) (?:my|our) (?:\w+ ){0,2}?payment\b",
            r"\bwhy (?:did|has|was) (?:my|our) (?:\w+ )?(?:payment|card)\b.{0,20}\b(?:fail\w*|declin\w*|"
            r"reject\w*|refused)\b",
        ),
        "standing": any_of(
            r"\b(?:my|our)\b (?:\w+ ){0,3}?(?:sites?|websites?|accounts?|shop|pages?|service|"
            r"plan)\b.{0,40}\b(?:paused|"
            r"suspended|deactivated|disabled|switched off|shut off|taken offline)\b",
            r"\b(?:switch|turn|bring|put)\b (?:\S+ ){0,3}?(?:back on(?:line)?|on again)\b",
            r"\b(?:reactivate|unsuspend|reinstate|unpause)\b (?:\S+ )?(?:my|our|the|it|us)\b",
        ),
        "incident": any_of(
            r"\b(?:is|are|was) there (?:an? |any )?(?:\w+ ){0,3}?(?:outage|incident|disruption|problem|"
            r"issue)s? "
            r"(?:right |just )?(?:now|today|at the moment|currently|with|in|at|on|going)\b",
            r"\b(?:is there|are there) (?:an? |any )?(?:\w+ )?(?:outage|incident)s?\b",
            rf"\b(?:is|are) (?:your |the |halyard'?s? ?|you )(?:\w+ )?(?:{_SERVICE} )?(?:\w+ )?(?:down|"
            rf"offline|having "
            r"(?:\w+ )?(?:problems|issues|trouble|an outage))\b",
            r"\b(?:known|ongoing|current) (?:issue|outage|incident|problem)s?\b",
            r"\binc-\d{3,}\b.{0,40}\b(?:resolved|fixed|over|ongoing|update|status|still|done)\b",
            r"\b(?:status|update|news|progress) (?:of|on|about|for) (?:the )?(?:\w+ )?(?:outage|"
            r"incident|inc-\d+)\b",
            r"\b(?:outage|incident) (?:\w+ ){0,2}?(?:resolved|fixed|over|still|ongoing)\b",
        ),
    },
    outage=any_of(
        r"\b(?:all|every|both|none|several|many|most)(?: of)?(?: (?:our|my|the|"
        r"your))? (?:\S+ ){0,3}?(?:sites?|websites?|"
        r"apps?|servers?|databases?|projects?|deploys?|builds?|shops?)\b.{0,40}\b" + _DOWN,
        rf"\b(?:the |your |whole |entire )+(?:\w+ )?{_SERVICE}\b(?: \w+){{0,3}}? (?:is|are|has been|"
        rf"have been|went|seems?|"
        rf"looks?|keeps?)(?: \w+){{0,3}}? {_DOWN}",
    ),
    past=any_of(
        r"\b(?:was|were|yesterday|last (?:week|night|month)|had been|back (?:up|online) (?:now|again)|"
        r"again now|"
        r"resolved|fixed|works again|post-?mortem)\b"
    ),
    half=any_of(r"\bhalf\b"),
    newest=any_of(
        r"\b(?:last|latest|most recent|newest|today'?s|this month'?s|current|"
        r"yesterday'?s) (?:\w+ ){0,2}?(?:invoice|charge|payment|bill|renewal|debit)\b"
    ),
)
