"""The expenses of a project."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.holding import ChangedMeanwhile
from moment import content as contents
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.models import Content, User
from moment.projects import expenses as keeping
from moment.projects.billing import OnInvoice
from moment.projects.expense_list import ExpenseList
from moment.projects.expenses import Receipt
from moment.projects.forms.expense import ExpenseForm
from moment.projects.models import Expense, Project
from moment.projects.pricing import Prices
from moment.projects.views.loading import row_of, visible_project
from moment.projects.views.sheet import sheet


@needs("projects.view_project")
def expenses(request: HttpRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    return render(
        request,
        "projects/expenses.html",
        {
            "project": project,
            "tags": project.tags.all(),
            "list": ExpenseList(project, request.user, request.GET),
            "why_not": keeping.why_not(project),
        },
    )


@needs("projects.view_project", "projects.add_expense")
def new(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    today = timezone.localdate()
    return _form(request, Expense(project=project, user=request.user, day=today), _("New expense"))


@needs("projects.view_project", "projects.change_expense")
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    return _form(request, _expense(request, number, pk), _("Edit expense"))


@needs("projects.view_project", "projects.delete_expense")
def delete(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    expense = _expense(request, number, pk)
    changed, problem = False, ""
    if request.method == "POST":
        try:
            keeping.delete(expense, request.POST.get("seen", ""))
        except ChangedMeanwhile as error:
            if error.stored is None:
                raise Http404 from error
            expense, changed = error.stored, True
        except OnInvoice as error:
            problem = error.told(request.user)
        else:
            messages.success(request, _("The expense is removed."))
            return redirect_to(request, _url(expense.project))
    context = {
        "title": _("Remove expense"),
        "expense": expense,
        "seen": keeping.seen(expense),
        "changed_meanwhile": changed,
        "problem": problem,
        "shows_amount": keeping.shows_amount(expense, request.user),
        "currency": Prices([expense.project]).currency(expense.project),
    }
    back = _url(expense.project)
    fragment = "projects/expenses/_delete.html"
    invalid = changed or bool(problem)
    return sheet(request, expense.project, fragment, context, back=back, invalid=invalid)


@needs("projects.view_project")
@require_safe
def receipt(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show what a receipt holds, where it is a picture or a PDF."""
    expense, content = _with_receipt(request, number, pk)
    kind = content.kind
    shown_as = "picture" if kind.startswith("image/") else "document"
    context = {
        "title": expense.receipt_name,
        "expense": expense,
        "shown_as": shown_as if contents.can_preview(kind) else "",
    }
    fragment = "projects/expenses/_receipt.html"
    return sheet(request, expense.project, fragment, context, back=_url(expense.project))


@needs("projects.view_project")
@require_safe
def receipt_download(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    expense, content = _with_receipt(request, number, pk)
    return contents.download(content, expense.receipt_name, request=request)


@needs("projects.view_project")
@require_safe
def receipt_preview(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Answer a picture or a PDF to be shown in the page; nothing else ever is."""
    expense, content = _with_receipt(request, number, pk)
    return contents.preview(content, expense.receipt_name, request=request)


def _form(request: SignedInRequest, expense: Expense, title: str) -> HttpResponse:
    project = expense.project
    context: dict[str, Any] = {"title": title}
    if not expense.pk and (problem := keeping.why_not(project)):
        context["problem"] = problem
    form = ExpenseForm(
        request.POST or None,
        request.FILES or None,
        instance=expense,
        by=request.user,
        prices=Prices([project]),
    )
    if form.is_valid() and _saved(form, request.user):
        messages.success(request, _("The expense is saved."))
        return redirect_to(request, _url(project))
    if form.is_bound:
        form.ask_for_file_again()
    context["form"] = form
    fragment = "projects/expenses/_form.html"
    return sheet(request, project, fragment, context, back=_url(project), invalid=form.is_bound)


def _saved(form: ExpenseForm, user: User) -> bool:
    """Save what is valid; say in the form why it could not be."""
    data = form.cleaned_data
    try:
        upload = data.get("file")
        # Slow, so before the transaction.
        received = Receipt(contents.receive(upload), upload.name) if upload else None
        keeping.save(
            form.instance,
            shown=data["seen"],
            receipt=received,
            drop_receipt=data.get("drop_receipt", False),
        )
    except contents.Refused as refusal:
        form.add_error("file", str(refusal))
    except ChangedMeanwhile as error:
        form.tell_of_change(error)
    except OnInvoice as error:
        form.add_error(None, error.told(user))
    except ValidationError as error:
        form.add_error(None, error)
    else:
        return True
    return False


def _expense(request: HttpRequest, number: str, pk: int) -> Expense:
    """Return the expense with its project; 404 where there is none."""
    project = visible_project(request.user, number)
    expense: Expense = row_of(project.expenses.select_related("user", "receipt"), pk)
    expense.project = project
    return expense


def _with_receipt(request: HttpRequest, number: str, pk: int) -> tuple[Expense, Content]:
    """Return the expense and its receipt, if it has one and the user may see what it cost."""
    expense = _expense(request, number, pk)
    if expense.receipt is None:
        raise Http404
    if not keeping.shows_amount(expense, request.user):
        raise PermissionDenied
    return expense, expense.receipt


def _url(project: Project) -> str:
    return reverse("projects:expenses", args=[project.number])
