"""Where a draft would go today."""

from collections.abc import Mapping

from customers import destination, invoicing
from customers.destination import Destination
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective, InForce
from moment.ledger.models import Invoice

# What a draft says itself; the addresses to send to are those of the customer as it is by then.
_OWN = ("invoice_type", "your_reference", "order_reference")


class _Drafted(Effective):
    """The settings in force, but for what a draft has chosen for itself."""

    def __init__(self, effective: Effective, chosen: Mapping[str, InForce]) -> None:
        self.owners = effective.owners
        self._found = {**effective, **chosen}


def of(invoice: Invoice) -> tuple[Destination, bool]:
    """Return where a draft would go, and whether it chose that way itself. At most five queries.

    The invoice brings its customer and project.
    """
    effective = invoicing.effective(invoice.customer, invoice.project)
    values = {name: invoice.written.value(name) for name in _OWN}
    chosen = {name: InForce(SETTINGS[name], value, Level.PROJECT) for name, value in values.items()}
    own = values["invoice_type"] != effective.value("invoice_type")
    if not own:
        chosen["invoice_type"] = effective["invoice_type"]
    return destination.destination_of(invoice.customer, _Drafted(effective, chosen)), own
