"""What is to be invoiced, and making drafts of it; and the list of drafts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment
from moment.keyset import is_key
from moment.ledger import choosing, drafting, to_invoice
from moment.ledger.draft_list import DraftList
from moment.ledger.models import Invoice
from moment.ledger.to_invoice import ToInvoiceList
from moment.projects.models import Project
from moment.projects.views.loading import visible_project

RIGHTS = ("ledger.view_invoice", "projects.view_project", "projects.view_amounts")
MAKE = (*RIGHTS, "ledger.add_invoice")


@needs(*RIGHTS)
def projects(request: SignedInRequest) -> HttpResponse:
    found = ToInvoiceList(request.GET, request.user)
    response = render_page(
        request, "ledger/to_invoice.html", "ledger/to_invoice/_results.html", {"list": found}
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = found.url()
    return response


@needs(*MAKE)
def make(request: SignedInRequest) -> HttpResponse:
    """Make drafts of all that can be invoiced of the projects that are ticked."""
    back = reverse("ledger:to_invoice")
    if request.method != "POST":
        return redirect(back)
    keys = [key for key in request.POST.getlist("project") if is_key(key)]
    rows = Project.objects.visible_to(request.user).filter(pk__in=keys[: to_invoice.TICKED_AT_MOST])
    ticked = list(rows.select_related("customer").order_by("customer", "sort_number", "pk"))
    if not ticked:
        messages.warning(request, _("Tick the projects that are to be invoiced."))
        return redirect(back)
    made = to_invoice.make(
        ticked,
        to_invoice.until_of(request.POST),
        by=request.user,
        together="together" in request.POST,
    )
    for problem in made.problems:
        messages.warning(request, problem)
    return redirect(_told(request, made.drafts) or back)


@needs(*MAKE)
def choose(request: SignedInRequest, number: str) -> HttpResponse:
    """Show all that can be invoiced of a project, to make a draft of what stays ticked."""
    project = visible_project(request.user, number)
    until, chosen, problem = to_invoice.until_of(request.GET), None, ""
    if request.method == "POST":
        chosen = choosing.chosen_in(request.POST)
        try:
            made = drafting.draft(project.customer, chosen, by=request.user, together=False)
        except drafting.CannotDraft as error:
            problem = str(error)
        else:
            return redirect_to(request, _told(request, made))
    context = {
        "project": project,
        "sheet": choosing.Sheet(project, until, chosen),
        "until": until,
        "path": request.get_full_path(),
        "problem": problem,
    }
    status = INVALID if problem else 200
    return render(request, "ledger/choose.html", context, status=status)


@needs("ledger.view_invoice")
def drafts(request: HttpRequest) -> HttpResponse:
    found = DraftList(request.GET, request.user)  # type: ignore[arg-type]
    context = {"list": found, "all_ticked": request.GET.get("select") == "page"}
    response = render_page(request, "ledger/drafts.html", "ledger/drafts/_results.html", context)
    if wants_fragment(request):
        response["HX-Replace-Url"] = found.url()
    return response


def _told(request: HttpRequest, made: list[Invoice]) -> str:
    """Say what was made and return where to go: the draft, or all drafts; empty for none."""
    if not made:
        return ""
    words = ngettext("%(count)s draft is made.", "%(count)s drafts are made.", len(made))
    messages.success(request, words % {"count": len(made)})
    return made[0].get_absolute_url() if len(made) == 1 else reverse("ledger:drafts")
