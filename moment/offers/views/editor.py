"""What the pages of the editor are made of: the offer as it is stored or typed."""

from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from customers.models import Customer, ProjectRole
from moment import money
from moment.htmx import wants_fragment
from moment.keyset import is_key
from moment.models import CompanySettings
from moment.offers import rates as rates_of_roles
from moment.offers import totals, trail
from moment.offers.forms import meanwhile
from moment.offers.forms.line import Lines
from moment.offers.forms.offer import OfferForm
from moment.offers.models import Offer, TextTemplate


class Editor:
    """An offer in its form: as stored, as `typed` without being checked, or as posted to be saved.

    `offer` stays as it is stored.
    """

    def __init__(
        self,
        request: HttpRequest,
        offer: Offer,
        *,
        typed: QueryDict | None = None,
        posted: QueryDict | None = None,
    ) -> None:
        self.request, self.offer = request, offer
        self.company = CompanySettings.current()
        self.roles = [(str(role.pk), role.name) for role in ProjectRole.objects.all()]
        self.merged = self.closed = self.gone = False
        data = typed if posted is None else posted
        self.form = self._form(posted, typed=typed)
        if data is None:
            stored = list(offer.lines.all())
            self.lines = Lines.stored(stored, self.roles)
            self.form.initial["seen"] = meanwhile.seen(self.form, stored)
        else:
            self.lines = Lines.read(data, self.roles)

    def _form(self, data: QueryDict | None = None, **options: Any) -> OfferForm:
        visible = Customer.objects.visible_to(self.request.user)
        # The form writes on its offer, also where it is refused.
        options |= {"instance": copy(self.offer), "visible": visible, "company": self.company}
        return OfferForm(data, **options)

    def is_valid(self) -> bool:
        """Check the form and all lines, so that all that is wrong is said at once."""
        fine = [self.form.is_valid(), self.lines.is_valid()]
        return all(fine)

    def merge(self, data: QueryDict, stored: Offer) -> None:
        """Lay what was typed over what somebody else has saved, and say what that was."""
        self.offer, self.merged, self.closed = stored, True, not stored.is_open
        lines = list(stored.lines.all())
        data, said = meanwhile.merged(data, self._form(), lines)
        self.form = self._form(data)
        self.form.is_valid()
        for name, words in said.items():
            self.form.add_error(name, words)
        if not self.closed:
            self.lines = meanwhile.merged_lines(self.request.POST, lines, self.roles)

    def totals(self) -> dict[str, Any]:
        """Return what all comes to as far as it makes sense."""
        holds = self.form.holds()
        found = totals.of(
            self.lines.countable(), self.form.discount_now(), holds.vat_rate, holds.currency
        )
        amounts = [row.amount(holds.currency) for row in self.lines.rows]
        return {"totals": found, "holds": holds, "amounts": amounts}

    def context(self) -> dict[str, Any]:
        """Return what the parts of the page need."""
        context = {"offer": self.offer, "form": self.form, "lines": self.lines, **self.totals()}
        rows = zip(self.lines.rows, context["amounts"], strict=True)
        return context | {"rows": list(rows), "is_fragment": wants_fragment(self.request)}

    def part(self, template: str, **more: Any) -> HttpResponse:
        """Answer a part of the page, as it is typed."""
        return render(self.request, template, self.context() | more)

    def texts(self) -> list[TextTemplate]:
        """Return the text templates, those in the offer's language first."""
        language = self.form.holds().language
        return sorted(TextTemplate.objects.all(), key=lambda one: one.language != language)

    def propose_rate(self, place: str) -> None:
        """Put the rate of its role on a line, unless another one is typed there."""
        if not is_key(place) or int(place) >= len(self.lines.rows):
            return
        row = self.lines.rows[int(place)]
        rates = rates_of_roles.proposed(
            self.form.customer_now, self.form.issued_now(), self.form.holds().currency,
            self.request.user,
        )  # fmt: skip
        is_proposal = row.texts["price"] in {"", *(money.amount(rate) for rate in rates.values())}
        if is_proposal and row.texts["role"] in rates:
            row.texts["price"] = money.amount(rates[row.texts["role"]])

    def page(self, status: int = 200) -> HttpResponse:
        templates = self.texts()
        context = self.context() | {
            "merged": self.merged,
            "closed": self.closed,
            "gone": self.gone,
            "preview": "preview" in self.request.GET,
            "templates": {
                kind: [one for one in templates if one.kind == kind]
                for kind in TextTemplate.Kind.values
            },
            "events": trail.of(self.offer),
            "versions": trail.versions_of(self.offer),
        }
        return render(self.request, "offers/offer.html", context, status=status)
