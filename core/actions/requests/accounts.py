"""Whose account an action is about: the customer of the conversation, never somebody named in arguments."""

from __future__ import annotations

from sqlmodel import Session

from core.actions.declaration import Account
from core.conversations.tables import Conversation, Customer
from core.errors import NotFound


def account_of(conversation_id: int, *, session: Session) -> Account:
    """The customer of a conversation, as other systems may know them.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound(f"There is no conversation {conversation_id}.")
    return account_of_customer(conversation.customer_id, session=session)


def account_of_customer(customer_id: int, *, session: Session) -> Account:
    """One customer, as other systems may know them.

    Raises:
        NotFound: there is no such customer.
    """
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    return Account(email=customer.email, external_id=customer.external_id, name=customer.name)
