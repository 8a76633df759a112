"""How customers ask, by language. Patterns are matched against folded text: lower case, no accents."""

from core.llm.offline.tools.wording.english import ENGLISH
from core.llm.offline.tools.wording.german import GERMAN
from core.llm.offline.tools.wording.spanish import SPANISH
from core.llm.offline.tools.wording.wording import Wording

WORDINGS = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}

__all__ = ["WORDINGS", "Wording"]
