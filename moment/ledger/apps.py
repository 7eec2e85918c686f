from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """What customers are invoiced, what they pay, and what is open between us."""

    name = "moment.ledger"
    label = "ledger"
    verbose_name = _("Invoices and ledger")
