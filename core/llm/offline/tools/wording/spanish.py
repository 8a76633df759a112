"""How customers ask in Spanish."""

from core.llm.offline.tools.wording.wording import Wording, any_of

_CAN = r"\b(?:(?:me|nos|lo|la) )?(?:pued(?:en?|es)|podri(?:an?|as)|podeis|podriais)(?: \S+){0,3}? "
_WANT_THAT = (
    r"\b(?:quiero|queremos|necesito|necesitamos|quisiera|espero|exijo|pido|ruego|"
    r"agradeceria)(?: \S+){0,2}? que (?:\S+ ){0,4}?"
)
_WANT = (
    r"\b(?:quiero|queremos|quisiera|quisieramos|necesito|necesitamos|solicito|solicitamos|pido|pedimos|"
    r"exijo|exigimos|"
    r"reclamo|deseo|me gustaria)(?: (?:pedir|solicitar|tener|recibir|obtener))? (?:\S+ ){0,3}?"
)
_REFUND_INF = (
    r"(?:reembols(?:ar)|devolver|reintegrar|anular|abonar)(?:me|nos|lo|la|melo|mela|noslo)?\b(?! (?:el|"
    r"mi|la) (?:plan|suscripcion|cuenta|tarifa))"
)
_UNDO = r"(?:deshacer|anular|devolver)\b (?:la|mi|esta|nuestra|el|este) (?:compra|pedido|pago|cobro)\b"
_REFUND_SUB = (
    r"(?:reembols(?:en?|ad)|dev(?:uelvan?|olved)|reintegr(?:en?|ad)|anul(?:en?|ad)|abon(?:en?|ad))(?:me|"
    r"nos|lo|la|melo|noslo)?\b(?! (?:el|mi|"
    r"la) (?:plan|suscripcion|cuenta|tarifa))"
)
_REFUND_NOUN = (
    r"(?:reembolso|devolucion|reintegro)\b(?! (?:de la tarjeta))|\b(?:mi|nuestro|"
    r"el) dinero (?:de vuelta|devuelta)"
)
_INVOICE = r"(?:\S+ ){0,6}?(?:facturas?|recibo|hly-[\d-]+)\b"
_SEND_INF = r"(?:re-?enviar|enviar|mandar|remitir|pasar)(?:me|nos|mela|nosla|la)?\b"
_SEND_SUB = r"(?:re-?envi(?:en?|ad)|envi(?:en?|ad)|mand(?:en?|ad)|remitan?|pasen?)(?:me|nos|mela|nosla|la)?\b"
_PLAN = r"(?:harbor|sloop|schooner|anual|mensual)"
_CHANGE_INF = r"(?:cambiar|pasar|subir|bajar|actualizar|mejorar|poner)(?:me|nos|lo)?\b"
_CHANGE_SUB = r"(?:cambien?|pasen?|suban?|bajen?|actualicen?|pongan?)(?:me|nos|lo)?\b"
_TRIAL = r"(?:\S+ ){0,5}?(?:prueba|trial|periodo de prueba)\b"
_EXTEND_INF = r"(?:ampliar|alargar|extender|prolongar|prorrogar)(?:me|nos)?\b"
_EXTEND_SUB = r"(?:amplien?|alarguen?|extiendan?|prolonguen?|prorroguen?)(?:me|nos)?\b"
_KEY = r"(?:\S+ ){0,5}?(?:claves?|key|token|hly_\w+|\[key_\d+\])"
_ROTATE_INF = r"(?:rotar|renovar|regenerar|reemplazar|sustituir)(?:me|nos)?\b"
_ROTATE_SUB = r"(?:roten?|renueven?|regeneren?|reemplacen?|sustituyan?)(?:me|nos)?\b"
_START = r"(?:^|[.,;:!¡¿]\s*|\b(?:y|asi que|por favor) )(?:por favor,? )?"
_DOWN = (
    r"(?:caid[oa]s?|no (?:\w+ )?(?:carga\w*|responde\w*|funciona\w*|van?|abren?)|fuera de servicio|"
    r"inaccesibles?|"
    r"dan? (?:error )?50[0234]|fallan(?:do)?|atascad[oa]s?)\b"
)
_SERVICE = (
    r"(?:api|panel|dashboard|builds|object storage|almacenamiento|nameservers|dns|bases de datos|region|"
    r"cork|bergen|"
    r"norfolk|oregon|plataforma)"
)

SPANISH = Wording(
    effects={
        "refund_invoice": any_of(
            _CAN + _REFUND_INF,
            _CAN + _UNDO,
            _WANT_THAT + _REFUND_SUB,
            _START + _REFUND_SUB,
            _WANT + r"(?:" + _REFUND_NOUN + ")",
            _WANT + r"(?:me )?" + r"(?:reembolsad[oa]|devuelt[oa])\b",
            r"^\W*(?:solicitud de )?(?:reembolso|devolucion),? por favor\b|"
            r"^\W*solicitud de (?:reembolso|devolucion)\b",
        ),
        "resend_invoice": any_of(
            _CAN + _SEND_INF + " " + _INVOICE,
            _WANT_THAT + _SEND_SUB + " " + _INVOICE,
            _START + _SEND_SUB + " " + _INVOICE,
            _WANT + r"(?:copia|duplicado) de " + _INVOICE,
            _START + r"(?:me|nos) (?:pued\w+|podri\w+) (?:volver a )?" + _SEND_INF + " " + _INVOICE,
            _CAN + r"volver a " + _SEND_INF + " " + _INVOICE,
        ),
        "change_plan": any_of(
            _CAN + _CHANGE_INF + r" (?:\S+ ){0,7}?" + _PLAN + r"\b",
            _WANT_THAT + _CHANGE_SUB + r" (?:\S+ ){0,7}?" + _PLAN + r"\b",
            _START + _CHANGE_SUB + r" (?:\S+ ){0,7}?" + _PLAN + r"\b",
        ),
        "extend_trial": any_of(
            _CAN + _EXTEND_INF + " " + _TRIAL,
            _CAN
            + r"(?:dar|conceder)(?:me|nos)? (?:\S+ ){0,4}?(?:mas|otra|otros)\b(?:\S* ){0,4}?"
            + r"(?:prueba|dias|semana)\b",
            _WANT_THAT + _EXTEND_SUB + " " + _TRIAL,
            _START + _EXTEND_SUB + " " + _TRIAL,
            _WANT + r"(?:ampliacion|extension|prorroga) " + _TRIAL,
        ),
        "rotate_api_key": any_of(
            _CAN + _ROTATE_INF + " " + _KEY,
            _WANT_THAT + _ROTATE_SUB + " " + _KEY,
            _START + _ROTATE_SUB + " " + _KEY,
        ),
        "open_incident": any_of(
            _CAN + r"(?:abrir|crear|registrar) (?:\S+ ){0,2}?(?:incidencia|incidente)\b",
            _START + r"(?:abran?|creen?|registren?) (?:\S+ ){0,2}?(?:incidencia|incidente)\b",
        ),
    },
    wishes={
        "refund_invoice": any_of(
            r"\b(?:quiero|queremos|quisiera|quisieramos|necesito|me gustaria|deseo) " + _UNDO
        ),
        "change_plan": any_of(
            r"\b(?:quiero|queremos|quisiera|necesito|me gustaria|deseo) "
            + _CHANGE_INF
            + r" (?:\S+ ){0,7}?"
            + _PLAN
            + r"\b"
        ),
        "extend_trial": any_of(
            r"\b(?:quiero|queremos|quisiera|necesito|me gustaria|deseo) " + _EXTEND_INF + " " + _TRIAL
        ),
    },
    spoils={
        "refund_invoice": any_of(
            r"\b(?:esperando|espero) (?:el|mi|la) (?:reembolso|devolucion)\b", r"\bpolitica de\b"
        ),
        "resend_invoice": any_of(
            r"\b(?:corregid[oa]|correccion|corregir|incorrect[oa]|equivocad[oa]|nif|cif|nueva direccion|"
            r"otra direccion)\b",
            r"\b(?:gestor(?:ia)?|contable|contabilidad|asesor(?:ia)?)\b",
            r"\b(?:todas|siempre|automaticamente|futuras|cada)\b",
            r"\[email_\d+\]|\S+@\S+",
        ),
        "change_plan": any_of(r"\b(?:region|servidor|dominio|tarjeta|titular|direccion|fleet)\b"),
    },
    delegates=any_of(
        r"\b(?:me |nos )?l[oa] (?:podeis|pueden?|podriais|podrian?) (?:hacer|tramitar|gestionar)\b",
        r"\b(?:pued|pod)\w+ hacer(?:me|nos)?l[oa]\b|\b(?:hagan?|haced)(?:me|nos)?l[oa]\b(?: \w+)?|"
        r"\bhacedl[oa] por mi\b",
    ),
    before=any_of(
        r"\b(?:como (?:puedo|podemos|hago|se|debo|pido|solicito|cambio|funciona)|cuando|donde|"
        r"cual(?:es)?|por que|cuanto\w*|"
        r"que (?:pasa|ocurre|tengo|debo|politica|hay que|plazo)|quien)\b|\bcomo\s*$",
        r"\b(?:antes de|en vez de|en lugar de|sin|quizas?|tal vez|pensando|a lo mejor|dice[ns]?|dijo|"
        r"dijeron|escribio|pone|"
        r"saber|duda)\b",
    ),
    conditional=any_of(
        r"\bsi\b(?!\s*[,.!])(?! (?:es posible|puede\w*|no le|fuera posible|son tan|fueran))",
        r"\b(?:en caso de|hipotetic\w+|en teoria|es posible|se puede|puedo|podemos|hay posibilidad|"
        r"suponiendo)\b",
    ),
    negated=any_of(r"\b(?:no|nunca|tampoco|nada)\b(?!\s+(?:me |nos |lo )?(?:pued|podr))"),
    topics={
        "charge": any_of(
            r"\bpor que\b.{0,25}\b(?:me|nos|mi|nuestr\w+)\b.{0,30}\b(?:cobra\w*|cobro|carg\w+|"
            r"factura\w*|descont\w+)\b",
            r"\b(?:cobrado|cobraron|cargado|cargaron|cobro|cargo|pagado)\b.{0,25}\b(?:dos veces|doble|"
            r"duplicad[oa]|otra vez)\b",
            r"\b(?:doble|dos) (?:cobros?|cargos?|pagos?)\b|\b(?:cobro|cargo) duplicado\b",
            r"\b(?:a que|de que|que es) (?:\S+ ){0,4}?(?:cobro|cargo|importe|recibo)\b",
            r"\bno (?:reconozco|entiendo|identifico) (?:\S+ ){0,3}?(?:cobro|cargo|factura|importe|recibo)\b",
            r"\b(?:mi|nuestra|la|esta) (?:\S+ )?factura (?:es|esta|parece) (?:\S+ )?(?:mas alta|"
            r"demasiado alta|mal|incorrecta)\b",
        ),
        "refund": any_of(
            r"\bdonde esta(?:n)? (?:mi|nuestr[oa]|el|la) (?:reembolso|devolucion|dinero)\b",
            r"\bcuando (?:llega\w*|recib\w+|me llega\w*|voy a recibir|tendre) (?:mi|nuestr[oa]|el|"
            r"la) (?:reembolso|devolucion|dinero)\b",
            r"\b(?:sigo|seguimos|estoy|llevo) (?:\S+ ){0,4}?(?:esperando|"
            r"sin recibir) (?:\S+ )?(?:reembolso|devolucion|dinero)\b",
            r"\b(?:reembolso|devolucion|dinero)\b.{0,25}\b(?:no (?:\S+ )?(?:ha )?(?:llega\w*|recib\w*)|"
            r"todavia no|aun no)\b",
            r"\bno (?:he|hemos) recibido (?:\S+ )?(?:\S+ )?(?:reembolso|devolucion|dinero)\b",
            r"\bestado de (?:mi|nuestr[oa]|el|la) (?:reembolso|devolucion)\b",
            r"\bse ha (?:hecho|tramitado|emitido) (?:ya )?(?:mi|el|la) (?:reembolso|devolucion)\b",
        ),
        "plan": any_of(
            r"\b(?:que|cual) (?:plan|suscripcion|tarifa) (?:tengo|tenemos|es el mio)\b|\bcual es (?:mi|"
            r"nuestro) (?:plan|suscripcion)\b",
            r"\ben que plan (?:estoy|estamos)\b",
            r"\bcuando (?:se )?(?:renueva|termina|acaba|vence|caduca)\b.{0,15}\b(?:mi|"
            r"nuestr[oa]) (?:\w+ )?(?:plan|suscripcion|prueba|periodo)\b",
            r"\bcuant\w+ (?:dias )?(?:me )?quedan? de prueba\b",
        ),
        "invoice": any_of(
            r"\b(?:cuanto|de cuanto) (?:es|fue|era) (?:mi|nuestra) (?:\w+ )?factura\b",
            r"\besta (?:ya )?(?:pagada|pendiente) (?:mi|nuestra|la) (?:\w+ )?factura\b|\b(?:mi|"
            r"la) factura (?:\S+ )?esta (?:ya )?(?:pagada|pendiente)\b",
            r"\b(?:que|tengo|hay) (?:\S+ )?facturas? (?:\S+ )?pendientes?\b",
        ),
        "payment": any_of(
            r"\b(?:ha|han|se ha) (?:llegado|recibido|entrado|procesado) (?:ya )?(?:mi|nuestro|el) pago\b",
            r"\bpor que (?:ha |han )?(?:fallo|fallado|rechaz\w+) (?:mi|el|la) (?:pago|tarjeta)\b",
        ),
        "standing": any_of(
            r"\b(?:mi|mis|nuestr\w+)\b (?:\w+ ){0,2}?(?:webs?|sitios?|paginas?|cuentas?|tiendas?|plan|"
            r"servicio)\b.{0,40}\b"
            r"(?:pausad|suspendid|desactivad|bloquead)\w*\b",
            r"\b(?:reactiv|desbloque)\w+\b|\bvuelvan? a (?:activar|encender)\w*\b",
        ),
        "incident": any_of(
            r"\b(?:hay|tienen|teneis|existe)\b.{0,25}\b(?:incidencias?|caida|averia|interrupcion|"
            r"problemas? (?:ahora|en|con))\b",
            rf"\besta (?:\w+ )?caid[oa] (?:su|vuestr[oa]|la|el) (?:\w+ )?{_SERVICE}\b",
            rf"\b(?:su|vuestr[oa]|la|el) {_SERVICE} esta caid[oa]\b.*\?",
            r"\binc-\d{3,}\b.{0,40}\b(?:resuelt\w+|estado|sigue|solucionad\w+)\b",
            r"\b(?:incidencia|caida)\b.{0,30}\b(?:resuelta|solucionada|sigue|estado)\b.*\?",
        ),
    },
    outage=any_of(
        r"\b(?:tod[oa]s|ambas|ningun[oa]|varias|muchas)(?: (?:de )?(?:las|los|mis|"
        r"nuestr[oa]s))?(?: \S+){0,3}? (?:webs?|paginas|sitios?|"
        r"apps?|servidores|proyectos|despliegues|tiendas|bases)\b.{0,40}\b" + _DOWN,
        rf"\b(?:la|el|su|sus|los|las|vuestr[oa]|"
        rf"toda la) (?:\w+ )?{_SERVICE}\b(?: \w+){{0,3}}? (?:{_DOWN}|(?:esta|estan|sigue|"
        rf"siguen) (?:\w+ ){{0,2}}?{_DOWN})",
    ),
    past=any_of(
        r"\b(?:estuvo|estuvieron|ayer|la semana pasada|anoche|ya funciona\w*|resuelta|solucionad[oa])\b"
    ),
    half=any_of(r"\b(?:mitad|medio)\b"),
    newest=any_of(
        r"\b(?:ultim[oa]|mas reciente|est[ea]) (?:\w+ )?(?:factura|cobro|cargo|pago|recibo|renovacion)\b"
    ),
)
