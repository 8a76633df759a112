"""What a customer may be told after an action, in every language we write.

Only sentences that are true once the action is done, and nothing of limits, flags or internal rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.actions.connectors.halyard.formats import LANGUAGES, Value, format_value

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "refunded": {
        "en": "I have refunded {amount} for invoice {invoice}.",
        "de": "Ich habe {amount} für die Rechnung {invoice} erstattet.",
        "es": "He reembolsado {amount} de la factura {invoice}.",
    },
    "refunded_duplicate": {
        "en": "Invoice {invoice} was paid twice, and I have refunded {amount}.",
        "de": "Die Rechnung {invoice} wurde doppelt bezahlt, und ich habe {amount} erstattet.",
        "es": "La factura {invoice} se pagó dos veces y he reembolsado {amount}.",
    },
    "refunded_exception": {
        "en": "As a one-time exception, I have refunded {amount} for invoice {invoice}.",
        "de": "Als einmalige Ausnahme habe ich {amount} für die Rechnung {invoice} erstattet.",
        "es": "Como excepción única, he reembolsado {amount} de la factura {invoice}.",
    },
    "refund_arrives": {
        "en": "The refund reaches your original payment method within 5 to 10 business days.",
        "de": "Die Erstattung erreicht Ihr ursprüngliches Zahlungsmittel innerhalb von 5 bis 10 Werktagen.",
        "es": "El reembolso llega a su método de pago original en un plazo de 5 a 10 días laborables.",
    },
    "plan_ended": {
        "en": "Your {plan} plan has ended with the refund, and your data is kept for 30 days.",
        "de": "Ihr Tarif {plan} ist mit der Erstattung beendet, und Ihre Daten bleiben 30 Tage erhalten.",
        "es": "Su plan {plan} ha terminado con el reembolso y sus datos se conservan durante 30 días.",
    },
    "resent": {
        "en": "I have sent invoice {invoice} again to the e-mail address that is registered for the account.",
        "de": "Ich habe die Rechnung {invoice} erneut an die E-Mail-Adresse gesendet, "
        "die für das Konto hinterlegt ist.",
        "es": "He vuelto a enviar la factura {invoice} a la dirección de correo registrada en la cuenta.",
    },
    "plan_changed": {
        "en": "Your plan is now {plan} with {period} billing.",
        "de": "Ihr Tarif ist jetzt {plan} mit {period} Abrechnung.",
        "es": "Su plan es ahora {plan} con facturación {period}.",
    },
    "charged": {
        "en": "You pay {amount} for the change today; the invoice is {invoice}.",
        "de": "Für den Wechsel zahlen Sie heute {amount}; die Rechnung ist {invoice}.",
        "es": "Por el cambio paga hoy {amount}; la factura es {invoice}.",
    },
    "renews": {
        "en": "Your current billing period ends on {date}.",
        "de": "Ihr aktueller Abrechnungszeitraum endet am {date}.",
        "es": "Su periodo de facturación actual termina el {date}.",
    },
    "change_scheduled": {
        "en": "Your plan changes to {plan} with {period} billing on {date}.",
        "de": "Ihr Tarif wechselt am {date} zu {plan} mit {period} Abrechnung.",
        "es": "Su plan cambia a {plan} con facturación {period} el {date}.",
    },
    "keeps_until_then": {
        "en": "Until then you keep {plan}, and no money is refunded for the current period.",
        "de": "Bis dahin behalten Sie {plan}, und für den laufenden Zeitraum wird kein Geld erstattet.",
        "es": "Hasta entonces conserva {plan}, y no se reembolsa dinero por el periodo actual.",
    },
    "change_withdrawn": {
        "en": "I have withdrawn the scheduled change, and you keep {plan} with {period} billing.",
        "de": "Ich habe den geplanten Wechsel zurückgenommen; Sie behalten {plan} mit {period} Abrechnung.",
        "es": "He retirado el cambio programado y conserva {plan} con facturación {period}.",
    },
    "trial_extended": {
        "en": "I have extended your trial by {days} days; it now ends on {date}.",
        "de": "Ich habe Ihre Testphase um {days} Tage verlängert; sie endet jetzt am {date}.",
        "es": "He ampliado su prueba {days} días; ahora termina el {date}.",
    },
    "trial_extended_one": {
        "en": "I have extended your trial by 1 day; it now ends on {date}.",
        "de": "Ich habe Ihre Testphase um 1 Tag verlängert; sie endet jetzt am {date}.",
        "es": "He ampliado su prueba 1 día; ahora termina el {date}.",
    },
    "never_charged": {
        "en": "You are never charged automatically after a trial.",
        "de": "Nach einer Testphase wird nie automatisch etwas abgebucht.",
        "es": "Después de una prueba nunca se cobra nada automáticamente.",
    },
    "key_rotated": {
        "en": "I have rotated the API key {key}; the new key is ready under Settings > API keys.",
        "de": "Ich habe den API-Schlüssel {key} rotiert; der neue steht unter Settings > API keys bereit.",
        "es": "He rotado la clave de API {key}; la nueva clave está disponible en Settings > API keys.",
    },
    "old_key_until": {
        "en": "The old key keeps working until {until}.",
        "de": "Der alte Schlüssel funktioniert noch bis {until}.",
        "es": "La clave antigua sigue funcionando hasta el {until}.",
    },
    "incident_opened": {
        "en": "We have opened incident {number} for this.",
        "de": "Wir haben dafür die Störung {number} eröffnet.",
        "es": "Hemos abierto la incidencia {number} por este motivo.",
    },
    "incident_open": {
        "en": "Incident {number} has been open since {date}, and we are working on it.",
        "de": "Die Störung {number} besteht seit dem {date}, und wir arbeiten daran.",
        "es": "La incidencia {number} está abierta desde el {date} y estamos trabajando en ella.",
    },
    "incident_resolved": {
        "en": "Incident {number} was resolved on {date}.",
        "de": "Die Störung {number} wurde am {date} behoben.",
        "es": "La incidencia {number} se resolvió el {date}.",
    },
    "no_open_incident": {
        "en": "We know of no open incident about this.",
        "de": "Uns ist dazu keine offene Störung bekannt.",
        "es": "No tenemos constancia de ninguna incidencia abierta al respecto.",
    },
    "last_invoice": {
        "en": "Your last invoice is {invoice} of {date} over {amount}; it is {status}.",
        "de": "Ihre letzte Rechnung ist {invoice} vom {date} über {amount}; sie ist {status}.",
        "es": "Su última factura es la {invoice} del {date} por {amount}; está {status}.",
    },
    "open_invoice": {
        "en": "Invoice {invoice} of {date} over {amount} is open.",
        "de": "Die Rechnung {invoice} vom {date} über {amount} ist offen.",
        "es": "La factura {invoice} del {date} por {amount} está pendiente de pago.",
    },
    "no_invoice": {
        "en": "There is no invoice in your account yet.",
        "de": "In Ihrem Konto gibt es noch keine Rechnung.",
        "es": "Todavía no hay ninguna factura en su cuenta.",
    },
    "last_payment": {
        "en": "Your last payment was {amount} on {date} for invoice {invoice}.",
        "de": "Ihre letzte Zahlung war {amount} am {date} für die Rechnung {invoice}.",
        "es": "Su último pago fue de {amount} el {date} por la factura {invoice}.",
    },
    "payment_failed": {
        "en": "The payment of {amount} for invoice {invoice} failed on {date}.",
        "de": "Die Zahlung von {amount} für die Rechnung {invoice} ist am {date} fehlgeschlagen.",
        "es": "El pago de {amount} de la factura {invoice} falló el {date}.",
    },
    "paid_twice": {
        "en": "Invoice {invoice} was paid twice; {amount} is to be returned to you.",
        "de": "Die Rechnung {invoice} wurde doppelt bezahlt; {amount} stehen Ihnen noch zu.",
        "es": "La factura {invoice} se pagó dos veces; se le deben devolver {amount}.",
    },
    "refund_issued": {
        "en": "A refund of {amount} for invoice {invoice} was issued on {date}.",
        "de": "Eine Erstattung von {amount} für die Rechnung {invoice} wurde am {date} ausgelöst.",
        "es": "El {date} se emitió un reembolso de {amount} de la factura {invoice}.",
    },
    "no_payment": {
        "en": "There is no payment in your account yet.",
        "de": "In Ihrem Konto gibt es noch keine Zahlung.",
        "es": "Todavía no hay ningún pago en su cuenta.",
    },
    "has_plan": {
        "en": "You have {plan} with {period} billing.",
        "de": "Sie haben {plan} mit {period} Abrechnung.",
        "es": "Tiene {plan} con facturación {period}.",
    },
    "has_contract": {
        "en": "You have {plan} under contract.",
        "de": "Sie haben {plan} mit einem Vertrag.",
        "es": "Tiene {plan} con contrato.",
    },
    "in_trial": {
        "en": "Your trial of {plan} ends on {date}.",
        "de": "Ihre Testphase von {plan} endet am {date}.",
        "es": "Su prueba de {plan} termina el {date}.",
    },
    "trial_over": {
        "en": "Your trial of {plan} ended on {date}.",
        "de": "Ihre Testphase von {plan} endete am {date}.",
        "es": "Su prueba de {plan} terminó el {date}.",
    },
    "suspended": {
        "en": "Your {plan} plan is suspended because an invoice is open.",
        "de": "Ihr Tarif {plan} ist gesperrt, weil eine Rechnung offen ist.",
        "es": "Su plan {plan} está suspendido porque hay una factura pendiente de pago.",
    },
    "cancelled": {
        "en": "Your {plan} plan has ended.",
        "de": "Ihr Tarif {plan} ist beendet.",
        "es": "Su plan {plan} ha terminado.",
    },
    "account_found": {
        "en": "I have found your account.",
        "de": "Ich habe Ihr Konto gefunden.",
        "es": "He encontrado su cuenta.",
    },
}

Said = tuple[str, Mapping[str, Value]]
"""Which sentence, with the values of its placeholders."""


def say(key: str, /, **values: Value) -> Said:
    """One sentence to be told. An unknown ``key`` is a defect and raises KeyError when it is told."""
    return key, values


def tell(*said: Said) -> dict[str, tuple[str, ...]]:
    """The sentences in every language we write, in order."""
    return {
        language: tuple(
            _SENTENCES[key][language].format_map(
                {name: format_value(value, language) for name, value in values.items()}
            )
            for key, values in said
        )
        for language in LANGUAGES
    }
