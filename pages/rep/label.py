"""Label: one subject at a time, answered by keys."""

from core.identity import Permission
from pages.rep import label_address, label_card, label_choice
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.LABELS_GIVE)
queue_id = label_address.current()
if queue_id is None:
    page_style("page")
    label_choice.show(actor)
else:
    page_style("label")
    label_card.show(actor, queue_id)
