"""What a masked screen hides: how customers are called, by any of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.actions.links import identities_of
from turbofinops_tui.store.customers import load_customers

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

PERSONAL = ("name", "mail", "company", "domain", "contact")
"""words in the names of attributes that tell who it is"""


def customer_names(session: Session) -> set[str]:
    """References, names, personal attributes and identity values of all customers."""
    found = {item.value.rpartition("=")[2] for item in identities_of(session)}
    with session.store.read() as conn:
        for customer in load_customers(conn):
            found |= {customer.ref, customer.name}
            personal = (
                key for key in customer.attributes if any(word in key.casefold() for word in PERSONAL)
            )
            found |= {customer.attributes[key] for key in personal}
    return {name for name in found if name}
