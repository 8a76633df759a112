"""Fixed phrases of a reply: polite, true whatever the case is, and never a fact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's phrases. ``{name}`` and ``{organisation}`` are filled in."""

    hello: str
    hello_nobody: str
    hello_formal: str
    hello_formal_nobody: str
    thanks: str
    next_step: str
    next_step_formal: str
    regards: str
    regards_formal: str
    team: str


_PHRASES = {
    "en": Phrases(
        hello="Hello {name},",
        hello_nobody="Hello,",
        hello_formal="Dear {name},",
        hello_formal_nobody="Dear customer,",
        thanks="Thank you for your message.",
        next_step="If anything is unclear or this does not solve it, just reply to this message.",
        next_step_formal="Please reply to this message should you have any further questions.",
        regards="Best regards,",
        regards_formal="Yours sincerely,",
        team="The {organisation} team",
    ),
    "de": Phrases(
        hello="Guten Tag {name},",
        hello_nobody="Guten Tag,",
        hello_formal="Guten Tag {name},",
        hello_formal_nobody="Sehr geehrte Damen und Herren,",
        thanks="vielen Dank für Ihre Nachricht.",
        next_step="Ist etwas unklar oder bleibt das Problem, antworten Sie einfach auf diese Nachricht.",
        next_step_formal="Für Rückfragen stehen wir Ihnen gern zur Verfügung.",
        regards="Viele Grüße",
        regards_formal="Mit freundlichen Grüßen",
        team="Ihr {organisation}-Team",
    ),
    "es": Phrases(
        hello="Hola, {name}:",
        hello_nobody="Hola:",
        hello_formal="Estimado/a {name}:",
        hello_formal_nobody="Estimado cliente:",
        thanks="Gracias por su mensaje.",
        next_step="Si algo no queda claro o el problema continúa, responda a este mensaje.",
        next_step_formal="Quedamos a su disposición para cualquier consulta.",
        regards="Un saludo,",
        regards_formal="Atentamente,",
        team="El equipo de {organisation}",
    ),
    "fr": Phrases(
        hello="Bonjour {name},",
        hello_nobody="Bonjour,",
        hello_formal="Bonjour {name},",
        hello_formal_nobody="Madame, Monsieur,",
        thanks="Merci pour votre message.",
        next_step="Si un point reste obscur ou si le problème persiste, répondez simplement à ce message.",
        next_step_formal="Nous restons à votre disposition pour toute question complémentaire.",
        regards="Bien cordialement,",
        regards_formal="Nous vous prions d'agréer nos salutations distinguées,",
        team="L'équipe {organisation}",
    ),
    "it": Phrases(
        hello="Buongiorno {name},",
        hello_nobody="Buongiorno,",
        hello_formal="Gentile {name},",
        hello_formal_nobody="Gentile cliente,",
        thanks="grazie per il Suo messaggio.",
        next_step="Se qualcosa non è chiaro o il problema persiste, risponda a questo messaggio.",
        next_step_formal="Restiamo a disposizione per qualsiasi domanda.",
        regards="Cordiali saluti,",
        regards_formal="Distinti saluti,",
        team="Il team di {organisation}",
    ),
    "pt": Phrases(
        hello="Olá, {name},",
        hello_nobody="Olá,",
        hello_formal="Prezado(a) {name},",
        hello_formal_nobody="Prezado cliente,",
        thanks="Agradecemos a sua mensagem.",
        next_step="Se algo não estiver claro ou o problema continuar, responda a esta mensagem.",
        next_step_formal="Ficamos à disposição para qualquer dúvida.",
        regards="Atenciosamente,",
        regards_formal="Atenciosamente,",
        team="Equipe {organisation}",
    ),
}
SPOKEN = frozenset(_PHRASES)
"""Languages that have phrases."""

LANGUAGE_NAMES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "cs": "Czech",
    "sv": "Swedish",
    "ja": "Japanese",
    "zh": "Chinese",
    "ar": "Arabic",
    "he": "Hebrew",
    "ru": "Russian",
    "tr": "Turkish",
}


def phrases(language: str) -> Phrases:
    """The phrases of a language; English where there are none."""
    return _PHRASES.get(language, _PHRASES["en"])


def language_name(language: str) -> str:
    """The English name of a language code, or the code."""
    return LANGUAGE_NAMES.get(language, language or "an unknown language")
