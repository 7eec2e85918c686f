"""Which invoice an address means."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404

from moment.ledger.models import Invoice


def visible_invoice(user: AbstractBaseUser | AnonymousUser, number: str) -> Invoice:
    """Return the invoice or credit note with this number. 404 when the user may not see it."""
    rows = Invoice.objects.visible_to(user).numbered(number)
    related = ("customer", "project", "credits", "part_of", "finalised_by", "export")
    invoice = rows.select_related(*related).first()
    if invoice is None:
        raise Http404
    return invoice


def visible_draft(user: AbstractBaseUser | AnonymousUser, pk: int) -> Invoice:
    """Return the draft, also one that is final by now. 404 when the user may not see it."""
    rows = Invoice.objects.visible_to(user).filter(pk=pk)
    invoice = rows.select_related("customer", "project", "credits", "part_of").first()
    if invoice is None:
        raise Http404
    return invoice
