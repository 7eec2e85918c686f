"""What is not right about how a customer gets its invoices, setting by setting."""

from django.utils.translation import gettext as _

from customers.destination import Destination
from customers.models import Customer
from moment.invoice_settings.levels import Effective
from moment.invoice_settings.schemes import why_no_scheme
from moment.models import InvoiceType

# The setting beside which a problem of the destination is said; others are said above alone.
_BESIDE = {
    "no_org_number": "invoice_type",
    "wrong_org_number": "invoice_type",
    "unreachable": "invoice_type",
    "not_known": "invoice_type",
    "no_credit_notes": "invoice_type",
    "no_email": "invoice_type",
    "no_address": "invoice_type",
}


def warnings_of(
    customer: Customer, effective: Effective, destination: Destination
) -> dict[str, list[str]]:
    """Return the warnings by the name of the setting they stand beside. No query."""
    warnings: dict[str, list[str]] = {}
    for problem in destination.problems:
        if beside := _BESIDE.get(problem.code):
            warnings.setdefault(beside, []).append(problem.text)
    by_ehf = effective.value("invoice_type") == InvoiceType.EHF
    references = (effective.value("your_reference"), effective.value("order_reference"))
    if by_ehf and not any(references):
        warnings["your_reference"] = [
            _("EHF needs your reference or the order reference (rule PEPPOL-EN16931-R003).")
        ]
    if not customer.is_norwegian:
        warnings |= _of_endpoint(effective, needed=by_ehf)
    return warnings


def _of_endpoint(effective: Effective, *, needed: bool) -> dict[str, list[str]]:
    """Warn of an electronic address that is missing where needed, half filled in, or nowhere."""
    told = {
        "endpoint_scheme": _("EHF needs the scheme of the identifier, such as 0007 in Sweden."),
        "endpoint_id": _("EHF needs the receiver's identifier in that scheme."),
    }
    missing = [name for name in told if not effective.value(name)]
    found = {name: [told[name]] for name in missing if needed or len(missing) < len(told)}
    scheme = effective.value("endpoint_scheme")
    if scheme and (problem := why_no_scheme(scheme)):
        found["endpoint_scheme"] = [problem]
    return found
