"""Quality: how often drafts are accepted, what customers say, and what judgements amount to."""

import streamlit as st

from core.identity import Permission
from pages.manager import quality_charts, quality_figures, quality_filters, quality_tables, quality_tiles
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.QUALITY_READ)
page_style("page")

head = st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute")
head.title("Quality", anchor=False, width="content")
filters = quality_filters.choose(actor)
quality = quality_figures.load(actor, filters)
with head:
    quality_figures.offer_download(quality, filters)
quality_tiles.show(quality)
quality_charts.show(quality.drafts)
quality_tables.show_criteria(quality.criteria)
quality_tables.show_questions(quality.customers)
