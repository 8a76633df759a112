from playwright.sync_api import Page, expect
from core.identity import SYSTEM
from core.insights import write_note
from core.knowledge import ArticleRecord, import_articles
from core.insights.tables import Suggestion, SuggestionSource
from tests.journeys.conftest import Server, check_accessibility, let_in, settle, screenshot
import re

def test_look(page: Page, server: Server) -> None:
    import_articles([ArticleRecord("refundz","Refunds","Refunds are paid within 14 days to the original card.\n\nYou can ask for one in Billing.",locale="en")],database=server.database,source="sugg")
    with server.database.transaction() as session:
        made=write_note(SYSTEM,"Refund times","Refunds are paid within 30 days to the original card. **No** exceptions for annual plans, whichever way they were paid.",session=session)
        write_note(SYSTEM,"Rückerstattungen für Jahrestarife bei vorzeitiger Kündigung durch den Kunden innerhalb der Frist","Jahrestarife werden anteilig erstattet.",session=session)
        session.add(SuggestionSource(suggestion_id=made.key,evidence="x:1",kind="edit",question="How long does my refund take? I paid by card, [NAME_1].",text="Refunds are paid within 30 days."))
        key=made.key
    import tests.journeys.conftest as c
    let_in(page,"sam" if False else "specialist",server) if False else None
    c.sign_in(page,"sam",address=f"/knowledge?view=suggestions&suggestion={key}") if False else None
    who = [p for p in ("sam","spec","specialist","lena")]
    let_in(page, WHO, server)
    page.goto(f"/knowledge?view=suggestions&suggestion={key}")
    settle(page)
    page.wait_for_timeout(1500)
    screenshot(page,"suggestions")
    check_accessibility(page)
    page.get_by_role("button",name="Write a note").click()
    page.wait_for_timeout(1200); screenshot(page,"suggestions_note")
    page.get_by_label("What is it about?").fill("Trials")
    page.get_by_label("What should knowledge say?").fill("Trials last 14 days.")
    page.get_by_role("button",name="Suggest it").click()
    page.wait_for_timeout(2500); screenshot(page,"suggestions_after")
    page.get_by_role("button",name="Reject").click()
    page.wait_for_timeout(1200); screenshot(page,"suggestions_reject")
