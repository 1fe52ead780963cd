"""Customers: list, show, forget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from turbofinops_tui.store.customers import CustomerRecord, load_records, require_customer
from turbofinops_tui.store.deliveries import load_deliveries
from turbofinops_tui.store.forget import Forgotten, forget_customer

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

__all__ = ["CustomerRecord", "ForgetResult", "forget", "list_customers", "show_customer"]

PERSONAL_KINDS = ("customers", "stripe-events", "stripe-objects")


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """What was blanked, and the received files that may still hold the person's data."""

    forgotten: Forgotten
    files: tuple[str, ...]


def list_customers(session: Session) -> list[CustomerRecord]:
    """All customers by reference, unconfirmed ones too."""
    with session.store.read() as conn:
        return load_records(conn)


def show_customer(session: Session, text: str) -> CustomerRecord:
    """The customer that ``text`` (a reference or an identity's value) names; NotFoundError when nobody is."""
    with session.store.read() as conn:
        ref = require_customer(conn, text)
        return next(record for record in load_records(conn) if record.customer.ref == ref)


def forget(session: Session, text: str) -> ForgetResult:
    """Blank a customer's personal data; amounts and ids stay."""
    done = forget_customer(session.store, text)
    with session.store.read() as conn:
        deliveries = [item for item in load_deliveries(conn) if item.kind in PERSONAL_KINDS]
    files = dict.fromkeys(
        str(session.paths.received / record.sha256) if record.kept else record.path
        for item in deliveries
        for record in item.files
    )
    return ForgetResult(done, tuple(files))
