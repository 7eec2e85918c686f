"""What the public page shows of an offer."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from moment.models import CompanySettings
from moment.offers import answering, conditions, document, letters, totals
from moment.offers.conditions import Conditions
from moment.offers.models import AnswerLink, Offer, OfferLine
from moment.offers.totals import Totals


@dataclass(frozen=True)
class Row:
    line: OfferLine
    quantity: str
    amount: Decimal


@dataclass(frozen=True)
class Page:
    """An offer under one link. `is_readable`: it shows more than what became of it."""

    link: AnswerLink
    company: CompanySettings
    holds: Conditions
    lines: list[OfferLine]

    @property
    def offer(self) -> Offer:
        return self.link.offer

    @property
    def is_readable(self) -> bool:
        match self.offer.state:
            case Offer.State.SENT | Offer.State.REJECTED:
                return self.link.is_valid()
            case Offer.State.ACCEPTED:
                # Whoever agreed to it can read it until the address is withdrawn.
                return self.link.revoked_at is None
        return False

    @property
    def is_open(self) -> bool:
        """Whether it can be answered."""
        return self.is_readable and not answering.why_not(self.offer)

    @property
    def words(self) -> str:
        """Return what has become of it; empty where it waits for an answer."""
        if self.link.revoked_at:
            return _("This address has been withdrawn.")
        if problem := answering.why_not(self.offer):
            return problem
        return "" if self.link.is_valid() else _("The offer is no longer valid.")

    @property
    def ask_at(self) -> str:
        """Return the address for questions; empty where there is none."""
        return letters.responsible_address(self.offer, self.company)

    @property
    def options(self) -> list[OfferLine]:
        return [line for line in self.lines if line.optional]

    def choose(self, chosen: Collection[int]) -> None:
        """Count these optional lines in, and no others. Saves nothing."""
        for line in self.options:
            line.chosen = line.pk in chosen

    @property
    def rows(self) -> list[Row]:
        return [self._row(line) for line in self.lines if not line.optional]

    @property
    def optional_rows(self) -> list[Row]:
        return [self._row(line) for line in self.options]

    @property
    def totals(self) -> Totals:
        holds = self.holds
        return totals.of(self.lines, self.offer.discount, holds.vat_rate, holds.currency)

    @property
    def vat_words(self) -> str:
        return document.vat_words(self.holds, self.totals.net)

    def _row(self, line: OfferLine) -> Row:
        return Row(line, document.quantity(line), totals.of_line(line, self.holds.currency))


def of(link: AnswerLink) -> Page:
    """Return what a link shows: two queries."""
    company = CompanySettings.current()
    holds = conditions.of(link.offer, company)
    return Page(link, company, holds, list(link.offer.lines.select_related("role")))
