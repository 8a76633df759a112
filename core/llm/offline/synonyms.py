"""Words that customers and articles of any company use for the same thing, by language."""

from __future__ import annotations

# One line is one meaning; its first word stands for the others. Only words that mean the same in
# nearly every support message: a word with two meanings belongs in no line.
GROUPS = {
    "en": """
charge charged charges debit debited billed deducted withdrawn
twice double doubled duplicate duplicated
refund refunded refunds reimburse reimbursed reimbursement moneyback
cancel cancelled canceled cancellation terminate termination unsubscribe quit
delete deleted remove removed erase erased wipe deletion removal
lost lose misplaced
phone mobile cellphone smartphone telephone
2fa mfa otp authenticator twofactor
signin login logon logging
password passwords passcode
invoice invoices receipt receipts
price prices pricing cost costs fee fees
slow slowly sluggish delay delayed lag late
fail fails failed failing failure error errors broken
down offline unreachable outage unavailable
email emails mail mails e-mail inbox
website site websites sites webpage homepage
upgrade upgrading upgraded
employee employees staff coworker coworkers colleague colleagues teammate teammates
restore restored recover recovered rollback
change changes changed changing switch switched switching modify alter
move moved moving migrate migrated migration relocate
stuck hanging hangs frozen queued pending
leaked leak exposed compromised
company business firm organisation organization
file files
buy bought purchase purchased
expired expire expires expiry lapsed
limit limits cap quota maximum
reject rejected declined decline refused denied
download downloads
arrive arrived arrives receive received
nonprofit charity charities
certificate certificates cert certs ssl tls https
memory ram oom
variable variables env
seat seats
card cards
owner ownership
trial testing
region regions location datacenter datacentre
tax vat
""",
    "de": """
abbuchung abbuchungen abgebucht abbuchen belastet belastung abgezogen eingezogen berechnet
doppelt zweimal zweifach doppelte doppelten
erstattung erstatten erstattet rückerstattung rückerstattungen zurückerstattet zurückzahlung
kündigen kündigung gekündigt kündige kündigt
löschen gelöscht löschung lösche entfernen entfernt
verloren verlieren verlust
handy telefon smartphone mobiltelefon
2fa zweifaktor authenticator
anmelden anmeldung einloggen login angemeldet eingeloggt
passwort kennwort passwörter
rechnung rechnungen beleg
preis preise kosten gebühr gebühren
langsam verzögert verzögerung
fehler fehlgeschlagen scheitert fehlschlag
mail e-mail e-mails email emails mails
website webseite webseiten homepage
wiederherstellen wiederherstellung wiederhergestellt zurückholen zurückspielen
ändern änderung änderungen geändert umstellung umgestellt umstellen wechseln gewechselt wechsel
umziehen umzug verschieben umgezogen
firma unternehmen betrieb
karte kreditkarte karten
abgelehnt ablehnung abgewiesen fehlgeschlagene
herunterladen download runterladen exportieren
sicherung sicherungen backup backups
zertifikat zertifikate ssl https
testphase test probezeit testen testzeitraum
verlängert verlängerung verlängern
zahlung zahlungen bezahlt zahlen bezahlen gezahlt
tarif tarife plan abo abonnement
ankommen angekommen kommt erhalten
steuer ust umsatzsteuer mwst mehrwertsteuer
gesperrt sperre gesperrte abgeschaltet
schlüssel key keys
""",
    "es": """
cobro cobrado cobros cobrar cobraron cargo cargos cargado
doble duplicado duplicados duplicada doblemente
reembolso reembolsos reembolsar devolución devolver devuelvan
cancelar cancelación cancelo baja cancele
borrar eliminar borrado eliminado borre elimine quitar
perdido perdí pérdida perder
móvil teléfono celular
2fa autenticador
entrar acceder acceso sesión login
contraseña clave contraseñas
factura facturas recibo
precio precios coste costes costo
error errores fallo falla fallido falló
correo correos email mail e-mail
web sitio página sitios
restaurar recuperar restauración recuperación
cambio cambiar cambié cambiado cambios
empresa compañía
tarjeta tarjetas
rechazada rechazado rechazan rechaza
descargar exportar bajar
copia copias backup backups
certificado ssl https certificados
prueba trial
renovación renovar renovado
pago pagos pagar pagado pagué
plan tarifa suscripción planes
llegar llega llegado recibir recibido
impuesto iva
""",
}
