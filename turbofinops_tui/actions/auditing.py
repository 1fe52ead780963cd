"""The audit log: list and verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turbofinops_tui.store.audit import AuditRow, Verification, rows, verify

if TYPE_CHECKING:
    from turbofinops_tui.actions.session import Session

__all__ = ["AuditRow", "Verification", "audit_rows", "verify_audit"]


def audit_rows(session: Session, entity: str = "") -> list[AuditRow]:
    """The log, oldest first; ``entity`` is a kind (``links``) or one thing (``links:tag-customer``)."""
    with session.store.read() as conn:
        return list(rows(conn, entity))


def verify_audit(session: Session) -> Verification:
    """Walk the whole chain."""
    with session.store.read() as conn:
        return verify(conn)
