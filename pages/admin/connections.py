"""Connections: the systems that actions may reach, and what of them is offered."""

import streamlit as st

from core.identity import Permission
from pages.admin import connection_panel, connections_table, operation_form, operations_table
from pages.admin.connection_dialogs import add_dialog
from pages.widgets.shell import require_page
from pages.widgets.style import page_style

actor = require_page(Permission.CONNECTIONS_MANAGE)
page_style("page")

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Connections", anchor=False, width="content")
    if st.button("Add a connection", type="primary", icon=":material/add_link:", key="add_connection"):
        add_dialog(actor)

connection = connections_table.show(actor)
if connection is not None:
    connection_panel.show(actor, connection)
    table, panel = st.columns([2, 1], gap="medium")
    with table:
        operation = operations_table.show(connection)
    with panel:
        operation_form.show(actor, connection, operation)
