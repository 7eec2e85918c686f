"""Mailing lists: keeping the report's filters under a name, and whom they reach today."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import contact_rows, mailing_lists
from customers.contact_report import CURRENT, ContactReport
from customers.forms.mailing_list import MailingListForm
from customers.mailing_lists import ListedContacts
from customers.models import Contact, Customer, MailingList
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.keyset import is_key
from moment.tabular import xlsx_response


@needs("customers.view_customer", "customers.add_mailinglist")
def lists(request: HttpRequest) -> HttpResponse:
    found = MailingList.objects.select_related("created_by")
    return render(request, "customers/mailing_lists.html", {"lists": found})


@needs("customers.view_customer", "customers.add_mailinglist")
def new(request: SignedInRequest) -> HttpResponse:
    """Keep the report's filters as a list; without a post, ask for its name."""
    posted = request.method == "POST"
    asked = QueryDict(request.POST.get("query", "")) if posted else request.GET
    report = ContactReport(_of_current(asked), request.user)
    made = MailingList(query=report.query, created_by=request.user)
    form = MailingListForm(request.POST or None, instance=made)
    if form.is_valid() and form.try_to_save():
        messages.success(request, _("Kept as a mailing list."))
        return redirect_to(request, reverse("customers:mailing_list", args=[made.pk]))
    return render_page(
        request,
        "customers/mailing_list_new.html",
        "customers/mailing_list/_new.html",
        {"form": form, "report": report, "count": report.current.count()},
        status=INVALID if form.is_bound else 200,
    )


@needs("customers.view_customer", "customers.add_mailinglist")
def mailing_list(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(MailingList.objects.select_related("created_by"), pk=pk)
    listed = ListedContacts(kept, request.GET, request.user)
    return render(request, "customers/mailing_list.html", {"list": kept, "report": listed})


@needs("customers.view_customer", "customers.add_mailinglist")
def addresses(request: HttpRequest, pk: int) -> HttpResponse:
    listed = ListedContacts(get_object_or_404(MailingList, pk=pk), request.GET, request.user)
    return render_page(
        request,
        "customers/contact_report_addresses.html",
        "customers/contact_report/_addresses.html",
        {
            "found": mailing_lists.recipients(mailing_lists.named(listed.reached)),
            "lines": "lines" in request.GET,
            "path": request.path,
            "back": listed.path,
            "list": listed.list,
        },
    )


@needs("customers.view_customer", "customers.add_mailinglist")
def export(request: HttpRequest, pk: int) -> FileResponse:
    listed = ListedContacts(get_object_or_404(MailingList, pk=pk), request.GET, request.user)
    reached = listed.reached.order_by("person__sort_name", "pk")
    return xlsx_response(
        f"{listed.list.name}-{timezone.localdate():%Y-%m-%d}",
        listed.list.name,
        contact_rows.columns(),
        contact_rows.sheet_of_contacts(reached, listed.filter.contact_tags),
    )


@needs("customers.view_customer", "customers.change_mailinglist")
def leave_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the contact that is posted out of the list, or take it back."""
    back = reverse("customers:mailing_list", args=[pk])
    if request.method != "POST":  # back from signing in
        return redirect_to(request, back)
    visible = Customer.objects.visible_to(request.user)
    key = request.POST.get("contact", "")
    if not is_key(key):
        raise Http404
    contact = get_object_or_404(Contact, pk=key, customer__in=visible)
    try:
        mailing_lists.leave_out(pk, contact, leave="back" not in request.POST)
    except (MailingList.DoesNotExist, Contact.DoesNotExist) as gone:
        raise Http404 from gone
    page = QueryDict(request.POST.get("page", "")[:200])
    return redirect_to(request, f"{back}?{page.urlencode()}" if page else back)


@needs("customers.view_customer", "customers.change_mailinglist")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(MailingList, pk=pk)
    form = MailingListForm(request.POST or None, instance=kept)
    if form.is_valid() and form.try_to_save():
        messages.success(request, _("Saved."))
        return redirect_to(request, reverse("customers:mailing_list", args=[pk]))
    return render_page(
        request,
        "customers/mailing_list_rename.html",
        "customers/mailing_list/_rename.html",
        {"form": form, "list": MailingList.objects.get(pk=pk)},
        status=INVALID if form.is_bound else 200,
    )


@needs("customers.view_customer", "customers.delete_mailinglist")
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a list after a question; the contacts stay."""
    kept = get_object_or_404(MailingList, pk=pk)
    if request.method == "POST":
        mailing_lists.delete(kept)
        messages.success(request, _("The list %(name)s is deleted.") % {"name": kept})
        return redirect_to(request, reverse("customers:mailing_lists"))
    return render_page(
        request,
        "customers/mailing_list_delete.html",
        "customers/mailing_list/_delete.html",
        {"list": kept},
    )


def _of_current(asked: QueryDict) -> QueryDict:
    """Return what is asked for, of current contacts: nobody else is written to."""
    asked = asked.copy()
    asked["who"] = CURRENT
    return asked
