"""Answers that colleagues write down, and the project that an accepted offer becomes."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.numbers import NumberTaken, propose
from customers.places import PLACES
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.offers import accepting, answering, receipts
from moment.offers.answering import CannotAnswer
from moment.offers.forms.accept import ProjectForm
from moment.offers.forms.answer import ByHandForm
from moment.offers.models import Offer
from moment.offers.views.loading import visible_offer
from moment.offers.views.versions import sheet
from moment.projects.numbers import PROJECTS

RIGHTS = ("offers.view_offer", "offers.change_offer")


@needs(*RIGHTS)
def by_hand(request: SignedInRequest, number: str) -> HttpResponse:
    """Write down what the customer has answered by other ways than the public page."""
    offer = visible_offer(request.user, number)
    data = request.POST if request.method == "POST" else None
    options = [line for line in offer.lines.all() if line.optional]
    form = ByHandForm(data, offer=offer, options=options)
    problem = "" if offer.state == Offer.State.SENT else answering.why_not(offer)
    if offer.is_open:
        problem = _("The offer is not sent yet.")
    if form.is_valid() and not problem:
        try:
            offer = receipts.answer_by_hand(offer, form.answered(), by=request.user)
        except CannotAnswer as error:
            problem = str(error)
        else:
            messages.success(request, _("The answer is written down."))
            return redirect_to(request, offer.get_absolute_url())
    context = {"title": _("Write down the answer"), "form": form, "problem": problem}
    return sheet(request, offer, "offers/accept/_by_hand.html", context)


@needs(*RIGHTS, "projects.add_project")
def make_project(request: SignedInRequest, number: str) -> HttpResponse:
    offer = visible_offer(request.user, number)
    data = request.POST if request.method == "POST" else None
    form = ProjectForm(data, offer=offer, proposal=propose(PROJECTS))
    problem = _why_no_project(request, offer, form)
    if form.is_valid() and not problem:
        chosen = form.cleaned_data
        try:
            project = accepting.carry_out(
                offer,
                leader=chosen["leader"],
                make_active=chosen.get("make_active", False),
                make_customer=chosen.get("make_customer", False),
                wanted=form.wanted_number,
            )
        except CannotAnswer as error:
            problem = str(error)
        except NumberTaken as error:
            form.add_error("number", error.messages)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            words = _("Project %(number)s is made.") % {"number": project.number}
            messages.success(request, words)
            can_look = request.user.has_perm("projects.view_project")
            return redirect_to(request, (project if can_look else offer).get_absolute_url())
    lines = [line for line in offer.lines.all() if line.chosen or not line.optional]
    context = {"title": _("Make the project"), "form": form, "problem": problem, "lines": lines}
    return sheet(request, offer, "offers/accept/_project.html", context)


def _why_no_project(request: SignedInRequest, offer: Offer, form: ProjectForm) -> str:
    """Return why no project can be made of the offer now, empty where it can."""
    if offer.state != Offer.State.ACCEPTED:
        return _("Only an accepted offer becomes a project.")
    if offer.project_id:
        return _("The offer has its project already.")
    customer = offer.customer
    if customer.status not in (Customer.Status.ACTIVE, Customer.Status.POTENTIAL):
        return PLACES["project"].why_not(customer)
    if form.welcomes and not request.user.has_perm("customers.change_customer"):
        told = {"customer": customer.name}
        if customer.status == Customer.Status.POTENTIAL:
            words = _("%(customer)s is potential. A colleague who may change customers has to "
                      "make it active first.")  # fmt: skip
        else:
            words = _("%(customer)s is a project participant only. A colleague who may change "
                      "customers has to make it a customer first.")  # fmt: skip
        return words % told
    return ""
