"""The new-project dialog, and the same as a page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import numbers
from customers.forms.merge import leads_to
from customers.holding import MergedMeanwhile
from customers.models import Customer
from customers.models.number_series import can_be_number
from customers.places import PLACES
from customers.views.loading import visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.projects import creating
from moment.projects.forms.new import NewProjectForm, NewProjectSheet
from moment.projects.models import Project
from moment.projects.numbers import PROJECTS


@needs("customers.view_customer", "projects.view_project", "projects.add_project")
def new(request: SignedInRequest) -> HttpResponse:
    proposal, customer = numbers.propose(PROJECTS), _asked_for(request)
    data = request.POST if request.method == "POST" else None
    form = NewProjectSheet(request.user, proposal, data, customer=customer)
    project = _save(form) if form.is_bound and form.is_valid() else None
    if project is None:
        return _respond(request, form, customer)
    _tell(request, form.project, project)
    return redirect_to(request, project.get_absolute_url())


def _asked_for(request: SignedInRequest) -> Customer | None:
    """Return the customer that a link names, by its number or one that it had; None for none."""
    number = request.GET.get("customer", "").upper()
    try:
        return visible_customer(request.user, number) if can_be_number(number) else None
    except Http404:
        return None


def _save(form: NewProjectSheet) -> Project | None:
    """Create the project, or put what is wrong on the form."""
    project, data = form.project.instance, form.project.cleaned_data
    try:
        return creating.create(
            project, form.model.instance, tags=data["tags"], wanted=form.project.wanted_number
        )
    except MergedMeanwhile as error:
        form.project.add_error("customer", str(error))
    except ValidationError as error:
        form.tell(error)
    return None


def _tell(request: SignedInRequest, form: NewProjectForm, project: Project) -> None:
    """Say that it is there, and under which number where another was proposed."""
    if proposed := form.got_another(project.number):
        messages.warning(
            request,
            _("Number %(proposed)s was taken meanwhile. The project got number %(number)s.")
            % {"proposed": proposed, "number": project.number},
        )
    else:
        messages.success(request, _("Project %(number)s created.") % {"number": project.number})


def _respond(
    request: SignedInRequest, form: NewProjectSheet, customer: Customer | None
) -> HttpResponse:
    back = reverse("projects:projects")
    problems = []
    if customer is not None:
        back = reverse("projects:of_customer", args=[customer.number])
    if not form.is_bound:
        problems = [form.proposal.problem, *_about(request, customer)]
    return render_page(
        request,
        "projects/new.html",
        "projects/new/_form.html",
        {
            "form": form,
            "customer": customer,
            "back": back,
            "problems": [problem for problem in problems if problem],
        },
        status=INVALID if form.is_bound else 200,
    )


def _about(request: SignedInRequest, customer: Customer | None) -> list[str]:
    """Return what one should know of the customer that a link names, before anything is typed."""
    if customer is None:
        return []
    number = request.GET["customer"].upper()
    led = leads_to(customer, number) if number != customer.number else ""
    return [str(led), PLACES["project"].why_not(customer)]
