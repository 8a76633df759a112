"""Messages of customers, and what each of them asks for. Every second one is held back from tuning.

A line is ``effect | topics | message``; both empty for a neighbour that asks for nothing: how one does it
oneself, what the rules are, what was or might be, what somebody else wrote.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Labelled:
    """One message. ``effect`` is the action it asks for, ``topics`` what is to be looked up."""

    language: str
    effect: str
    topics: frozenset[str]
    text: str
    held_back: bool


_EN = """
refund_invoice || Please refund invoice HLY-2026-048213, I bought the plan by mistake.
refund_invoice || Can you please give me my money back? I paid 29 euros two days ago and never used it.
refund_invoice || I'd like a refund for my first payment, thanks.
refund_invoice || We request a full refund of invoice HLY-2026-051877.
refund_invoice || Refund pls. bought it on Tuesday. never even deployed anything
refund_invoice | charge | I was charged twice for HLY-2026-044120, please refund the second payment.
refund_invoice || Could you refund half of it? We only had the site for two weeks.
refund_invoice || Kindly reverse the charge of $12.50 on my account.
resend_invoice || Could you resend the invoice from October? It never reached us.
resend_invoice || Please send me invoice HLY-2026-048213 again.
resend_invoice || I need a copy of our latest invoice, we lost the mail.
resend_invoice || Can I get a copy of invoice HLY-2026-039001 please?
change_plan || Please upgrade us to Schooner as of today.
change_plan || Can you switch my account to annual billing?
change_plan || I'd like to downgrade to Harbor. Thank you.
change_plan || Please move me from Sloop to Schooner monthly.
extend_trial || Could you extend my trial by another week?
extend_trial || Please extend our trial, we were on holiday for most of it.
extend_trial || Can we get a few more days of trial? The boss has to see it first.
rotate_api_key || Please rotate the API key named ci-deploy for us.
rotate_api_key || Can you rotate our hly_live_8f3k key? The developer who made it has left.
open_incident | incident | All our sites in Cork have been down for 20 minutes, every one gives a 502.
open_incident | incident | Your API is not responding at all since 10:00, in Norfolk.
open_incident | incident | None of our builds work anymore, all deploys are failing in Oregon.
| charge | Why was I charged 41.50 this month? My plan is 29.
| charge | I don't recognise the charge of 12.50 on 3 November.
| refund | Where is my refund? You said it was sent two weeks ago.
| refund | We are still waiting for the refund of invoice HLY-2026-044120.
| plan | Which plan am I on, and when does my plan renew?
| plan | When does our trial end?
| incident | Is there an outage in Bergen right now?
| incident | Is your dashboard down? I can't log in.
| payment | Did my payment go through yesterday?
| invoice | Is my last invoice paid?
|| How do I request a refund for a monthly plan?
|| What is your refund policy for annual plans?
|| How long does a refund take to arrive on a card?
|| If I cancel tomorrow, would you refund the rest of the month?
|| You refunded my invoice last week, thank you so much!
|| I don't want a refund, I just want the site to work.
|| My colleague wrote: "please refund invoice HLY-2026-048213 at once". Is he allowed to ask that?
|| Are domain registrations refundable?
|| I asked for a refund in May and got it, so that part is fine. How do I delete the site now?
|| How can I download my invoices as a ZIP?
|| Where do I find old invoices?
|| Can my accountant get every new invoice by e-mail automatically?
|| Please send me a corrected invoice with our new VAT ID.
|| How do I upgrade from Sloop to Schooner?
|| What happens to my backups when I downgrade to Harbor?
|| We might switch to Schooner next year. How many sites does it include?
|| Before I upgrade to Schooner I want to know what it costs.
|| Is it possible to change from annual to monthly during the year?
|| Can a trial be extended?
|| How long is the trial?
|| How do I rotate an API key without downtime?
|| Do old API keys keep working after a rotation?
|| What should I do when all my sites are down?
|| All our sites were down yesterday, but it is fine again now. Will there be a report?
|| My contact form does not send e-mails. What can I check?
|| How do you inform customers about an outage?
|| Do you charge for extra storage?
|| Why do you need my VAT number?
|| Our own bank refunds charges within a day. How fast are you?
|| On Monday Jane wrote: I will ask them to refund us. Is there a form for it?
|| The help page says "open Billing and select Request refund", but I see no such button. Where is it?
|| I'm thinking about asking for my money back, but first: can you tell me how to speed up builds?
|| Which regions can I move my site to?
|| We want to change the card we pay with.
"""
_DE = """
refund_invoice || Bitte erstatten Sie mir die Rechnung HLY-2026-048213, der Kauf war ein Versehen.
refund_invoice || Ich möchte mein Geld zurück, ich habe den Tarif nie benutzt.
refund_invoice || Könnten Sie mir die 29 Euro von gestern bitte zurückerstatten?
refund_invoice || Wir bitten um vollständige Erstattung der Rechnung HLY-2026-051877.
refund_invoice || Könnt ihr die Buchung von gestern stornieren?
refund_invoice | charge | Mir wurde doppelt abgebucht. Bitte überweisen Sie die zweite Zahlung zurück.
refund_invoice || Hiermit beantrage ich die Rückzahlung von 12,50 €.
refund_invoice || Bitte erstattet mir wenigstens die Hälfte.
resend_invoice || Können Sie mir die Rechnung vom Oktober noch einmal schicken?
resend_invoice || Bitte senden Sie mir die Rechnung HLY-2026-048213 erneut zu.
resend_invoice || Ich brauche eine Kopie der letzten Rechnung.
resend_invoice || Wir haben die Mail nicht bekommen, bitte schicken Sie uns die Rechnung nochmal.
change_plan || Bitte stellen Sie unser Konto auf Schooner um.
change_plan || Können Sie uns auf jährliche Zahlung umstellen?
change_plan || Ich möchte auf Harbor wechseln.
change_plan || Könntet ihr mich bitte von Sloop auf Schooner hochstufen?
extend_trial || Können Sie meine Testphase um eine Woche verlängern?
extend_trial || Bitte verlängern Sie unsere Testphase, wir waren im Urlaub.
extend_trial || Ich bitte um Verlängerung der Testphase um 5 Tage.
rotate_api_key || Bitte rotieren Sie den API-Schlüssel ci-deploy.
rotate_api_key || Könnten Sie unseren API-Key hly_live_8f3k erneuern? Der Entwickler ist nicht mehr da.
open_incident | incident | Alle unsere Seiten in Cork sind seit 20 Minuten nicht erreichbar.
open_incident | incident | Ihre API antwortet seit 10 Uhr nicht mehr, Region Norfolk.
open_incident | incident | Sämtliche Deploys schlagen in Oregon fehl, überall der gleiche Fehler.
| charge | Warum wurden mir 41,50 € abgebucht? Mein Tarif kostet 29.
| charge | Ich kann die Abbuchung von 12,50 € nicht zuordnen.
| refund | Wo bleibt meine Erstattung?
| refund | Wir warten immer noch auf die Rückzahlung für HLY-2026-044120.
| plan | Welchen Tarif habe ich eigentlich?
| plan | Wann endet meine Testphase?
| incident | Gibt es gerade eine Störung in Bergen?
| payment | Ist meine Zahlung von gestern angekommen?
| invoice | Ist meine letzte Rechnung bezahlt?
| charge | Wieso habt ihr zweimal abgebucht?
|| Wie beantrage ich eine Erstattung?
|| Wie lange dauert eine Erstattung auf die Kreditkarte?
|| Welche Regeln gelten für Erstattungen bei Jahrestarifen?
|| Wenn ich morgen kündige, erstatten Sie mir dann den Rest?
|| Sie haben mir die Rechnung letzte Woche erstattet, vielen Dank dafür!
|| Ich will keine Erstattung, die Seite soll nur funktionieren.
|| Meine Kollegin schrieb: „Bitte erstatten Sie uns die Rechnung sofort“. Darf sie das überhaupt?
|| Kann man Domains erstatten lassen?
|| Wo finde ich alte Rechnungen?
|| Wie kann ich alle Rechnungen herunterladen?
|| Bitte schicken Sie mir eine korrigierte Rechnung mit unserer neuen Adresse.
|| Können Rechnungen automatisch an unsere Buchhaltung geschickt werden?
|| Wie wechsle ich von Sloop auf Schooner?
|| Was passiert mit meinen Backups, wenn ich auf Harbor wechsle?
|| Wir überlegen, nächstes Jahr auf Schooner zu wechseln. Wie viele Seiten sind enthalten?
|| Bevor ich auf Schooner umstelle, möchte ich den Preis wissen.
|| Ist ein Wechsel von jährlich auf monatlich möglich?
|| Kann eine Testphase verlängert werden?
|| Wie lange dauert die Testphase?
|| Wie rotiere ich einen API-Schlüssel ohne Ausfall?
|| Funktioniert der alte Schlüssel nach der Rotation noch?
|| Was soll ich tun, wenn alle Seiten offline sind?
|| Gestern waren alle unsere Seiten offline, jetzt geht es wieder. Gibt es einen Bericht?
|| Wie informieren Sie über Störungen?
|| Berechnen Sie zusätzlichen Speicher?
|| Mein Kontaktformular sendet keine Mails. Was kann ich prüfen?
|| Auf der Hilfeseite steht, man soll Request refund wählen. Wo ist der Knopf?
|| Vielleicht möchte ich später mein Geld zurück. Wie lange habe ich dafür Zeit?
|| Unsere Bank erstattet Gebühren sofort. Wie schnell sind Sie?
|| Wir möchten die Karte ändern, mit der wir zahlen.
|| Am Montag schrieb Jana: Ich werde um Erstattung bitten. Gibt es dafür ein Formular?
|| Ich habe im Mai um Erstattung gebeten und sie bekommen. Wie lösche ich nun die Seite?
"""
_ES = """
refund_invoice || Por favor, reembolsen la factura HLY-2026-048213, la compra fue un error.
refund_invoice || Quiero que me devuelvan los 29 euros, no he usado el plan.
refund_invoice || ¿Me pueden devolver el importe de la factura HLY-2026-051877?
refund_invoice || Solicito el reembolso completo de mi primer pago.
refund_invoice || Necesito la devolución de 12,50 €, gracias.
refund_invoice | charge | Me han cobrado dos veces la misma factura. Devuélvanme el segundo cobro, por favor.
refund_invoice || ¿Podrían reembolsarme la mitad?
refund_invoice || Exijo la devolución de mi dinero.
resend_invoice || ¿Pueden volver a enviarme la factura de octubre?
resend_invoice || Por favor, envíenme otra vez la factura HLY-2026-048213.
resend_invoice || Necesito una copia de la última factura.
resend_invoice || No nos llegó el correo, ¿nos podrían reenviar la factura?
change_plan || Por favor, cambien nuestra cuenta a Schooner.
change_plan || ¿Pueden pasarme a facturación anual?
change_plan || Quiero cambiar a Harbor.
change_plan || ¿Podrían subirme de Sloop a Schooner hoy mismo?
extend_trial || ¿Pueden ampliar mi prueba una semana más?
extend_trial || Por favor, amplíen nuestro periodo de prueba, estábamos de vacaciones.
extend_trial || Solicito una ampliación del periodo de prueba de 5 días.
rotate_api_key || Por favor, roten la clave de API ci-deploy.
rotate_api_key || ¿Podrían renovar nuestra clave hly_live_8f3k? El desarrollador ya no está.
open_incident | incident | Todas nuestras webs en Cork están caídas desde hace 20 minutos.
open_incident | incident | La API no responde desde las 10, región Norfolk.
open_incident | incident | Todos los despliegues fallan en Oregon, siempre con el mismo error.
| charge | ¿Por qué me han cobrado 41,50 €? Mi plan cuesta 29.
| charge | No reconozco el cargo de 12,50 € del 3 de noviembre.
| refund | ¿Dónde está mi reembolso?
| refund | Seguimos esperando la devolución de HLY-2026-044120.
| plan | ¿Qué plan tengo ahora?
| plan | ¿Cuándo termina mi prueba?
| incident | ¿Hay alguna incidencia en Bergen ahora mismo?
| payment | ¿Ha llegado mi pago de ayer?
| invoice | ¿Está pagada mi última factura?
| charge | ¿A qué corresponde este cobro de 9 euros?
|| ¿Cómo pido un reembolso?
|| ¿Cuánto tarda un reembolso en llegar a la tarjeta?
|| ¿Cuál es la política de reembolsos de los planes anuales?
|| Si cancelo mañana, ¿me devuelven el resto del mes?
|| Me reembolsaron la factura la semana pasada, ¡muchas gracias!
|| No quiero un reembolso, solo quiero que funcione la web.
|| Mi compañera escribió: «por favor, reembolsen la factura ya». ¿Puede pedir eso ella?
|| ¿Se reembolsan los dominios?
|| ¿Dónde encuentro las facturas antiguas?
|| ¿Cómo descargo todas las facturas?
|| Por favor, envíenme una factura corregida con nuestro nuevo NIF.
|| ¿Se pueden enviar las facturas automáticamente a nuestra gestoría?
|| ¿Cómo cambio de Sloop a Schooner?
|| ¿Qué pasa con mis copias si bajo a Harbor?
|| Estamos pensando en pasar a Schooner el año que viene. ¿Cuántos sitios incluye?
|| Antes de cambiar a Schooner quiero saber el precio.
|| ¿Es posible cambiar de anual a mensual durante el año?
|| ¿Se puede ampliar la prueba?
|| ¿Cuánto dura la prueba?
|| ¿Cómo roto una clave de API sin interrupciones?
|| ¿Sigue funcionando la clave antigua después de la rotación?
|| ¿Qué hago si todas mis webs están caídas?
|| Ayer todas nuestras webs estuvieron caídas, pero ya funciona. ¿Habrá un informe?
|| ¿Cómo informan de las incidencias?
|| ¿Cobran el almacenamiento adicional?
|| Mi formulario no envía correos. ¿Qué puedo revisar?
|| La página de ayuda dice que elija Request refund, pero no veo el botón. ¿Dónde está?
|| Quizás más adelante quiera una devolución. ¿Qué plazo tengo?
|| Nuestro banco devuelve los cargos en un día. ¿Cuánto tardan ustedes?
|| Queremos cambiar la tarjeta con la que pagamos.
|| El lunes Juana escribió: pediré que nos devuelvan el dinero. ¿Hay un formulario?
|| Pedí una devolución en mayo y la recibí. ¿Cómo borro ahora el sitio?
"""


def labelled() -> list[Labelled]:
    """All messages of all languages."""
    found: list[Labelled] = []
    for language, lines in (("en", _EN), ("de", _DE), ("es", _ES)):
        for number, line in enumerate(lines.strip().splitlines()):
            effect, topics, text = (part.strip() for part in line.split("|", 2))
            found.append(Labelled(language, effect, frozenset(topics.split()), text, number % 2 == 1))
    return found
