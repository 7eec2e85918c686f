"""The new-offer dialog, and the same as a page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import numbers
from customers.models import Customer
from customers.models.number_series import can_be_number
from customers.places import PLACES
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.offers import editing
from moment.offers.forms.new import NewOfferForm
from moment.offers.models import Offer
from moment.offers.numbers import OFFERS


@needs("customers.view_customer", "offers.view_offer", "offers.add_offer")
def new(request: SignedInRequest) -> HttpResponse:
    visible = Customer.objects.visible_to(request.user)
    options = {"visible": visible, "proposal": numbers.propose(OFFERS), "user": request.user}
    asked = _asked_for(request)
    if request.method != "POST":
        form = NewOfferForm(initial={"customer": asked}, **options)
        problem = PLACES["offer"].why_not(asked) if asked else ""
        return _respond(request, form, asked, problem=problem or form.proposal.problem)
    form = NewOfferForm(request.POST, **options)
    offer = _save(form) if form.is_valid() else None
    if offer is None:
        return _respond(request, form, asked, status=INVALID)
    if proposed := form.got_another(offer.number):
        words = _("Number %(proposed)s was taken meanwhile. The offer got number %(number)s.")
        messages.warning(request, words % {"proposed": proposed, "number": offer.number})
    return redirect_to(request, offer.get_absolute_url())


def _asked_for(request: HttpRequest) -> Customer | None:
    """Return the customer that the link names."""
    number = request.GET.get("customer", "").upper()
    visible = Customer.objects.visible_to(request.user)
    return visible.filter(number=number).first() if can_be_number(number) else None


def _save(form: NewOfferForm) -> Offer | None:
    """Create the offer, or put what is wrong on the form."""
    try:
        return editing.create(form.save(commit=False), wanted=form.wanted_number)
    except ValidationError as error:
        form.add_error(None if hasattr(error, "error_dict") else "number", error)
        return None


def _respond(
    request: HttpRequest,
    form: NewOfferForm,
    asked: Customer | None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    back = reverse("offers:of_customer", args=[asked.number]) if asked else reverse("offers:offers")
    context = {"title": _("New offer"), "form": form, "problem": problem, "back": back}
    return render_page(request, "offers/new.html", "offers/new/_form.html", context, status=status)
