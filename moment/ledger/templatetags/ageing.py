"""Tags of the pages that show what customers owe."""

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from moment.ledger.ageing import Aged, Ageing

register = template.Library()

# How the parts are called in the look.
NAMES = ("not-due", "to-30", "to-60", "to-90", "over-90")


@dataclass(frozen=True)
class Part:
    name: str
    label: str
    amount: Decimal
    is_overdue: bool
    start: str = "0"  # of the bar, per cent
    width: str = "0"


@register.filter
def parts(ageing: Ageing) -> list[Part]:
    """Return the parts of a balance with their words, and their place in a bar of what is owed."""
    owed = [max(part, Decimal(0)) for part in (ageing.not_due - ageing.credit, *ageing.parts[1:])]
    whole, start, found = sum(owed, Decimal(0)), Decimal(0), []
    for place, (name, label) in enumerate(zip(NAMES, labels(), strict=True)):
        width = owed[place] * 100 / whole if whole else Decimal(0)
        amount = ageing.parts[place]
        found.append(
            Part(name, label, amount, bool(place and amount), f"{start:.3f}", f"{width:.3f}")
        )
        start += width
    return found


def labels() -> list[str]:
    return [_("Not due"), _("1–30 days"), _("31–60 days"), _("61–90 days"), _("Over 90 days")]


@register.filter
def rows(aged: Aged) -> list[tuple[Ageing, bool]]:
    """Return a balance in each currency, and last together, told by True, where that says more."""
    single = [(one, False) for one in aged.by_currency.values()]
    if list(aged.by_currency) in ([], [aged.together.currency]):
        return [(aged.together, False)]
    return [*single, (aged.together, True)]
