"""The whole way to a draft on a frozen case: the same as the real run gave, and nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from agents.testing import ScriptedModel
from sqlmodel import col, select

from core.actions import (
    AccountEntry,
    ActionRequest,
    Catalogue,
    Executor,
    InvoiceEntry,
    approve,
    fill_back_office,
    reject,
)
from core.actions.connectors.halyard import HalyardConnector
from core.actions.connectors.halyard.store import open_store
from core.assist import (
    Build,
    Citation,
    Draft,
    DraftRunner,
    Equipment,
    Step,
    current_build,
)
from core.assist.acting import NOT_IN_REPLAY
from core.assist.instructions import INSTRUCTIONS
from core.classifiers import kind, opening, ship
from core.conversations import add_customer_message
from core.criteria import ensure_criteria
from core.database import Database, now
from core.errors import InvalidInput, ProviderError
from core.evals import CaseContent, Output, freeze, read_subject
from core.evals.targets import Asked, Target, open_target
from core.evals.targets.assist import AssistTarget
from core.evals.targets.bill import Ledger
from core.identity import SYSTEM, Actor
from core.llm import MalformedAnswerError, ModelCall, Pace, model_provider
from core.settings import Settings, get_settings
from tests.core.assist.acting import Till, asks_refund
from tests.core.assist.making import (
    Provider,
    answering,
    conversation,
    eventually,
    finished,
    import_knowledge,
    output,
    refund_answer,
    rep,
    said,
    scripted,
    searching,
    stored,
)
from tests.core.classifiers.live.making import FakeKind, FakeModel, make_classifier

PAID = "I have refunded 20.0 EUR for invoice INV-1."
INVOICE = "HLY-2026-100001"
BALANCE = "The balance is 100.00 EUR."


@pytest.fixture
def knowledge(database: Database) -> Database:
    import_knowledge(database)
    return database


@pytest.fixture
def settings(database: Database) -> Settings:
    return get_settings()


@pytest.fixture
def rita(knowledge: Database) -> Actor:
    with knowledge.transaction() as session:
        return rep(session)


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def equipped(knowledge: Database, settings: Settings, till: Till) -> Callable[..., Equipment]:
    """Equipment with a scripted model, or the offline one where none is given."""

    def make(model: ScriptedModel | None = None) -> Equipment:
        provider = Provider(model) if model is not None else model_provider(settings)
        return Equipment(knowledge, settings, provider, None, None, lambda: Catalogue([till]))

    return make


@pytest.fixture
def written(knowledge: Database, rita: Actor) -> Iterator[Callable[..., Draft]]:
    """Lets a real runner write the draft of a conversation, decided on by ``decide`` where it waits."""
    runners: list[DraftRunner] = []

    def write(
        case: int,
        equipment: Equipment,
        decide: Callable[[ActionRequest], Any] | None = None,
        **asked: Any,
    ) -> Draft:
        runner = DraftRunner(knowledge, equipment.settings, equipment=equipment)
        runners.append(runner)
        draft_id = runner.start(case, actor=rita, **asked)
        if decide is not None:
            eventually(lambda: stored(knowledge, draft_id).state == "waiting")
            with knowledge.reading() as session:
                request = session.exec(
                    select(ActionRequest).where(col(ActionRequest.draft_id) == draft_id)
                ).one()
            decide(request)
            eventually(lambda: stored(knowledge, draft_id).state == "ready")
        return finished(knowledge, draft_id)

    yield write
    for runner in runners:
        runner.close()


def frozen(database: Database, draft: Draft) -> CaseContent:
    """The case of a draft, as a flag on it would make it."""
    with database.reading() as session:
        case = freeze(read_subject("draft", draft.key, session=session), session=session)
    return content(case.input)


def content(case_input: dict[str, Any], **more: Any) -> CaseContent:
    return CaseContent("A case", case_input, "", (), **more)


def replayed(equipment: Equipment, case: CaseContent) -> Output:
    with equipment.database.reading() as session:
        build = current_build(
            session=session, settings=equipment.settings, actions=equipment.actions().digest
        )
    target = AssistTarget(build.id, equipment, pace=Pace(), ledger=Ledger(equipment.database), room=1)
    return asyncio.run(target.answer(case, 0))


def same(database: Database, draft: Draft, output: Output) -> None:
    """Same decision, text, citations, passages, steps and build."""
    with database.reading() as session:
        citations = session.exec(
            select(Citation).where(col(Citation.draft_id) == draft.key).order_by(col(Citation.position))
        ).all()
    assert (output.decision, output.reason, output.question) == (draft.decision, draft.reason, draft.question)
    assert output.text == draft.text
    assert [(each["start"], each["end"], each["passage_id"], each["quote"]) for each in output.citations] == [
        (each.start, each.end, each.passage_id, each.quote) for each in citations
    ]
    assert [each["passage_id"] for each in output.retrieved] == [
        each["passage_id"] for each in draft.retrieved
    ]
    steps = [Step.from_json(each) for each in draft.steps]
    again = [Step.from_json(each) for each in output.steps]
    assert [replace(each, milliseconds=0) for each in again] == [
        replace(each, milliseconds=0) for each in steps
    ]
    assert output.build_id == draft.build_id
    assert (output.locale, output.model, output.confidence) == (draft.locale, draft.model, draft.confidence)
    assert [each["guardrail"] for each in output.findings] == [each["guardrail"] for each in draft.findings]


@pytest.mark.parametrize(
    "texts",
    [
        ("Hi, my name is Maria Lopez. How do I move my site to another region?",),
        ("Hello!", "How many days after the purchase can I ask for a refund?"),
        ("Which colours does your office dog prefer for its birthday cake?",),
    ],
)
def test_the_offline_model_writes_the_same_again(
    knowledge: Database,
    equipped: Callable[..., Equipment],
    written: Callable[..., Draft],
    texts: tuple[str, ...],
) -> None:
    equipment = equipped()
    draft = written(conversation(knowledge, *texts), equipment, note="Keep it short")
    output = replayed(equipment, frozen(knowledge, draft))
    same(knowledge, draft, output)
    for each in output.citations:
        assert each["quote"] in each["passage"]
        assert each["article"] in ("test/refunds", "test/regions")
        assert output.text[each["start"] : each["end"]].strip()
    assert set(output.stages) == {"context", "classifiers", "search", "model", "verify"}
    assert output.milliseconds > 0


def test_it_knows_the_case_as_it_was_and_not_as_it_is(
    knowledge: Database, equipped: Callable[..., Equipment], written: Callable[..., Draft], rita: Actor
) -> None:
    equipment = equipped()
    case = conversation(knowledge, "How do I move my site to another region?")
    draft = written(case, equipment)
    then = frozen(knowledge, draft)
    with knowledge.transaction() as session:
        add_customer_message(
            case, session=session, text="Wie lange dauert eine Erstattung?", created_at=now()
        )
    same(knowledge, draft, replayed(equipment, then))


def test_a_look_up_gives_what_it_gave_and_asks_nobody(
    knowledge: Database, till: Till, equipped: Callable[..., Equipment], written: Callable[..., Draft]
) -> None:
    from agents.testing import function_call

    def model() -> ScriptedModel:
        looks = function_call("balance", {}, call_id="call-balance")
        return scripted(looks, answering(output(said("Hello,"), said(BALANCE, ("T1", BALANCE)))))

    draft = written(conversation(knowledge, "What is my balance?"), equipped(model()))
    assert [step["status"] for step in draft.steps] == ["done"]
    then = frozen(knowledge, draft)
    till.says = "The balance is 0.00 EUR."
    same(knowledge, draft, replayed(equipped(model()), then))


def test_a_look_up_nobody_made_then_is_not_available(
    knowledge: Database, equipped: Callable[..., Equipment]
) -> None:
    from agents.testing import function_call

    model = scripted(
        function_call("balance", {}, call_id="call-balance"),
        answering(output(said("Hello,"), said(BALANCE, ("T1", BALANCE)))),
    )
    result = replayed(equipped(model), _asks("What is my balance?"))
    (step,) = result.steps
    assert (step["action"], step["status"], step["error"]) == ("balance", "failed", NOT_IN_REPLAY)
    assert BALANCE not in result.text, "nothing states it"
    assert result.decision == "abstain"


def test_a_proposal_reports_what_became_of_it_and_does_nothing(
    knowledge: Database,
    till: Till,
    equipped: Callable[..., Equipment],
    written: Callable[..., Draft],
    rita: Actor,
) -> None:
    def model() -> ScriptedModel:
        told = answering(output(said("Hello,"), said(f"\n\n{PAID}", ("T1", PAID))))
        return scripted(searching(), asks_refund("20.00"), told)

    draft = written(
        conversation(knowledge, "Please refund 20 EUR of invoice INV-1."),
        equipped(model()),
        lambda request: _carry_out(knowledge, till, rita, request),
    )
    assert draft.text.endswith(PAID)
    paid, count = dict(till.paid), _requests(knowledge)
    result = replayed(equipped(model()), frozen(knowledge, draft))
    same(knowledge, draft, result)
    assert [dict(each) for each in result.proposals] == [
        {"action": "refund", "arguments": {"invoice": "INV-1", "amount": 20.0}}
    ]
    assert (till.paid, _requests(knowledge)) == (paid, count)


@pytest.mark.parametrize("how", ["edited", "rejected", "refused"])
def test_a_proposal_that_was_changed_or_turned_down_is_so_again(
    knowledge: Database,
    till: Till,
    equipped: Callable[..., Equipment],
    written: Callable[..., Draft],
    rita: Actor,
    how: str,
) -> None:
    def model() -> ScriptedModel:
        invoice = "INV-999" if how == "refused" else "INV-1"
        none = answering(output(decision="abstain", reason="policy", question="What instead?"))
        return scripted(asks_refund("20.00", invoice=invoice), none)

    def decide(request: ActionRequest) -> None:
        if how == "edited":
            _carry_out(knowledge, till, rita, request, amount=12.5)
        else:
            reject(rita, request.key, database=knowledge, revision=request.revision, reason="Paid in May")

    case = conversation(knowledge, "Please refund 20 EUR.")
    draft = written(case, equipped(model()), None if how == "refused" else decide)
    (step,) = draft.steps
    assert step["status"] == {"edited": "done", "rejected": "rejected", "refused": "failed"}[how]
    assert step["edited"] is (how == "edited")
    result = replayed(equipped(model()), frozen(knowledge, draft))
    same(knowledge, draft, result)
    assert len(result.proposals) == (0 if how == "refused" else 1)


def test_a_proposal_nobody_decided_on_ends_the_run(
    knowledge: Database, till: Till, equipped: Callable[..., Equipment]
) -> None:
    result = replayed(equipped(scripted(searching(), asks_refund("20.00"))), _asks("Refund 20 EUR of INV-1."))
    assert (result.decision, result.text) == ("waiting", "")
    assert [dict(each) for each in result.proposals] == [
        {"action": "refund", "arguments": {"invoice": "INV-1", "amount": 20.0}}
    ]
    assert result.retrieved, "it had searched before"
    assert (till.paid, _requests(knowledge)) == ({}, 0)


@pytest.fixture
def back_office(settings: Settings) -> Iterator[Callable[[], Catalogue]]:
    """The sample company's, where Maria has paid one invoice."""
    paid_at = now() - timedelta(days=3)
    invoice = InvoiceEntry(
        {
            "number": INVOICE,
            "period": "monthly",
            "net": 2900,
            "total": 2900,
            "currency": "EUR",
            "issued_at": paid_at,
            "renewal": True,
        },
        [{"amount": 2900, "method": "card ending 4242", "paid_at": paid_at}],
    )
    customer = {"external_id": "customer-c1", "email": "maria@example.org", "name": "Maria Lopez"}
    plan = {"plan": "sloop", "period": "monthly", "status": "active", "started_at": paid_at}
    account = AccountEntry(
        {**customer, "country": "DE", "currency": "EUR", "created_at": paid_at},
        {**plan, "period_start": paid_at, "period_end": paid_at + timedelta(days=30)},
        [invoice],
    )
    fill_back_office(settings, [account], [])
    connector = HalyardConnector(settings)
    yield lambda: Catalogue([connector])
    open_store(settings).dispose()


def test_the_sample_companys_look_ups_and_actions(
    knowledge: Database,
    settings: Settings,
    back_office: Callable[[], Catalogue],
    written: Callable[..., Draft],
    rita: Actor,
) -> None:
    """The offline model looks an invoice up, a person has it sent again, and the replay tells the same."""
    equipment = Equipment(knowledge, settings, model_provider(settings), None, None, back_office)

    def approved(request: ActionRequest) -> None:
        catalogue = back_office()
        approve(rita, request.key, database=knowledge, catalogue=catalogue, revision=request.revision)
        executor = Executor(knowledge, back_office, executor_id="test")
        executor.carry_out(request.key)
        executor.close()

    case = conversation(knowledge, "Please send me my last invoice, I need the amount.")
    draft = written(case, equipment, approved)
    assert [(step["action"], step["status"]) for step in draft.steps] == [
        ("list_invoices", "done"),
        ("resend_invoice", "done"),
    ]
    then, count = frozen(knowledge, draft), _requests(knowledge)
    result = replayed(equipment, then)
    same(knowledge, draft, result)
    assert [dict(each) for each in result.proposals] == [
        {"action": "resend_invoice", "arguments": {"invoice": INVOICE}}
    ]
    assert _requests(knowledge) == count
    undecided = content({**then.input, "steps": then.input["steps"][:1]})
    assert replayed(equipment, undecided).decision == "waiting"


@pytest.fixture
def risk(knowledge: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A live classifier that holds the AI back where a lawyer is mentioned."""
    with knowledge.transaction() as session:
        ensure_criteria(session=session)
    monkeypatch.setitem(kind._KINDS, "fake", FakeKind())
    monkeypatch.setattr(FakeModel, "down", "")
    opening._opened.clear()
    key, version = make_classifier(
        knowledge, "legal_threats", words={"lawyer": "complaint"}, hold_back=["complaint"]
    )
    with knowledge.transaction() as session:
        ship(SYSTEM, key, version, session=session, stage="live")
    yield
    opening._opened.clear()


@pytest.mark.usefixtures("risk")
@pytest.mark.parametrize("answer", ["", "yes", "No, this is for our lawyers"])
def test_classifiers_hold_it_back_by_what_was_said_then(
    knowledge: Database,
    equipped: Callable[..., Equipment],
    written: Callable[..., Draft],
    answer: str,
) -> None:
    def model() -> ScriptedModel:
        return scripted(searching(), answering(refund_answer()))

    case = conversation(knowledge, "Refund me or my lawyer will write", "How long does a refund take?")
    equipment = equipped(model())
    draft = written(case, equipment)
    assert (draft.decision, draft.reason) == ("abstain", "policy")
    if answer:
        draft = written(case, equipment, answer=answer)
    then = frozen(knowledge, draft)
    same(knowledge, draft, replayed(equipped(model()), then))
    harmless = {**then.input, "messages": then.input["messages"][1:], "answers": []}
    assert replayed(equipped(model()), content(harmless)).decision == "answer"


@pytest.mark.usefixtures("risk")
def test_a_classifier_that_cannot_be_asked_holds_it_back_too(
    equipped: Callable[..., Equipment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeModel, "down", "Out of order.")
    held = replayed(equipped(scripted(searching())), _asks("How long does a refund take?"))
    assert (held.decision, held.reason) == ("abstain", "policy")
    assert "could not be asked" in held.question


@pytest.mark.usefixtures("risk")
def test_what_was_said_before_our_last_reply_does_not_hold_it_back(
    equipped: Callable[..., Equipment],
) -> None:
    model = scripted(searching(), answering(refund_answer()))
    answered = [
        {"author": "customer", "text": "My lawyer will write!"},
        {"author": "rep", "text": "I am sorry to hear that."},
        {"author": "customer", "text": "How long does a refund take?"},
    ]
    assert replayed(equipped(model), content({"messages": answered})).decision == "answer"


def test_a_candidate_is_another_build_and_is_told_its_own_instructions(
    knowledge: Database, settings: Settings
) -> None:
    def opened(**changes: Any) -> Target:
        return open_target("assist", Asked(knowledge, settings, changes))

    usual, words = opened(), opened(instructions="Answer in verse.")
    model = opened(model={"provider": "compatible", "name": "tiny", "base_url": "http://127.0.0.1:9/v1"})
    assert len({usual.build_id, words.build_id, model.build_id}) == 3
    assert opened(instructions=INSTRUCTIONS).build_id == usual.build_id
    with knowledge.reading() as session:
        stored_build = session.get_one(Build, words.build_id)
        assert stored_build.contents["instructions"]["version"] == "candidate"
        assert session.get_one(Build, model.build_id).contents["model"]["name"] == "tiny"
    assert (usual.room, model.room) == (_processors(), 25)


def test_a_candidates_instructions_reach_the_model(
    knowledge: Database, equipped: Callable[..., Equipment]
) -> None:
    model = scripted(searching(), answering(refund_answer()))
    equipment = replace(equipped(model), instructions="Answer in verse.")
    result = replayed(equipment, _asks("How long does a refund take?"))
    assert result.decision == "answer"
    assert model.last_call is not None
    assert model.last_call.system_instructions == "Answer in verse."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"temperature": 1}, "temperature"),
        ({"model": {"provider": "acme"}}, "provider"),
        ({"model": {"size": "xl"}}, "size"),
        ({"model": "tiny"}, "each a text"),
        ({"instructions": 3}, "text"),
        ({"instructions": "x" * 100_001}, "characters"),
    ],
)
def test_changes_nobody_can_make_are_refused(
    knowledge: Database, settings: Settings, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        open_target("assist", Asked(knowledge, settings, changes))


def test_what_goes_wrong_is_said_in_plain_words(equipped: Callable[..., Equipment]) -> None:
    from agents.exceptions import ModelBehaviorError

    case = _asks("How long does a refund take?")
    with pytest.raises(MalformedAnswerError, match="form it was asked for"):
        replayed(equipped(scripted(ModelBehaviorError("odd"))), case)
    with pytest.raises(ProviderError, match="took too long"):
        replayed(equipped(scripted(TimeoutError())), case)
    with pytest.raises(ZeroDivisionError):
        replayed(equipped(scripted(ZeroDivisionError())), case)
    with pytest.raises(InvalidInput, match="no message of a customer"):
        replayed(equipped(), content({"messages": [{"author": "rep", "text": "Hello"}]}))


def test_the_offline_model_answers_through_the_registry_and_its_calls_are_kept(
    knowledge: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.assist.equipment.get_embedder", _no_embedder)
    target = open_target("assist", Asked(knowledge, settings))

    async def run() -> Output:
        try:
            return await target.answer(_asks("How many days after the purchase can I ask for a refund?"), 0)
        finally:
            await target.aclose()

    result = asyncio.run(run())
    assert (result.decision, result.build_id) == ("answer", target.build_id)
    assert "14 days" in result.text
    assert result.requests >= 2
    with knowledge.reading() as session:
        calls = session.exec(select(ModelCall)).all()
    assert [call.purpose for call in calls] == ["eval"] * result.requests


def _asks(text: str) -> CaseContent:
    return content({"messages": [{"author": "customer", "text": text}]})


def _no_embedder(_settings: Settings) -> Any:
    raise ProviderError("not in this test")


def _processors() -> int:
    import os

    return os.cpu_count() or 1


def _requests(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(ActionRequest)).all())


def _carry_out(database: Database, till: Till, rita: Actor, request: ActionRequest, **arguments: Any) -> None:
    catalogue = Catalogue([till])
    approve(
        rita,
        request.key,
        database=database,
        catalogue=catalogue,
        revision=request.revision,
        arguments={**request.arguments, **arguments} if arguments else None,
    )
    executor = Executor(database, lambda: catalogue, executor_id="test")
    executor.carry_out(request.key)
    executor.close()
