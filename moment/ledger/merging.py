"""What merging customers does with their invoices and payments.

All move. What was printed on a final invoice stays, with the number that the customer had then.
"""

from collections.abc import Mapping

from django.utils.translation import ngettext_lazy

from customers.merging.rules import Rule

RULES: Mapping[str, Rule] = {
    "ledger.invoice.customer": Rule(
        words=ngettext_lazy("%(count)s invoice", "%(count)s invoices", "count"),
    ),
    "ledger.payment.customer": Rule(
        words=ngettext_lazy("%(count)s payment", "%(count)s payments", "count"),
    ),
    "ledger.statement.customer": Rule(
        words=ngettext_lazy(
            "%(count)s statement of account", "%(count)s statements of account", "count"
        ),
    ),
}
