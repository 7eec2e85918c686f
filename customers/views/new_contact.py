"""A new contact of a customer: somebody we know, or somebody new."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import contacts, persons
from customers.forms.contact import NewContactForm
from customers.models import Customer, Person
from customers.persons import Match
from customers.views.contacts import tell_given_twice, url_of
from customers.views.loading import moved, visible_customer
from moment.access import needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment

LONGEST = 200  # characters, as a name


@needs("customers.view_customer", "customers.add_contact")
def new(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if request.method != "POST":
        return moved(request, customer, number) or _ask(request, customer)
    chosen = _chosen(request, customer)
    form = NewContactForm(request.POST, customer=customer, chosen=chosen)
    # Without JavaScript finding is a button of the form.
    if "find" in request.POST:
        matches = persons.find(request.user, request.POST.get("name", "")[:LONGEST], customer)
        return _respond(request, form, matches=matches, searched=True)
    if "choose" in request.POST or "drop" in request.POST:
        # Not sent to be saved: what is missing is no mistake yet.
        form = NewContactForm(initial=_typed(form), customer=customer, chosen=chosen)
        return _respond(request, form)
    if not form.is_valid():
        return _respond(request, form, status=INVALID)
    if chosen:
        return _add_existing(request, form, chosen)
    alike = persons.alike(request.user, form.details.name, form.details.emails, customer)
    if not form.was_told(alike):
        return _respond(request, form, matches=alike, asked=True, status=INVALID)
    contact = contacts.add_new(customer, form.details, form.post)
    tell_given_twice(request, form.given_twice)
    return _added(request, customer, contact.person)


@needs("customers.view_customer", "customers.add_contact")
def find(request: HttpRequest, number: str) -> HttpResponse:
    """Answer while a name is typed: the persons who may be meant."""
    customer = visible_customer(request.user, number)
    if not wants_fragment(request):
        return redirect_to(request, reverse("customers:contact_new", args=[customer.number]))
    question = request.GET.get("name", "")[:LONGEST]
    return render(
        request,
        "customers/contacts/_matches.html",
        {
            "customer": customer,
            "matches": persons.find(request.user, question, customer),
            "is_fragment": True,
            "is_typing": True,
        },
    )


def _ask(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show the form, with the person that a link may name."""
    chosen = persons.matched(request.user, request.GET.get("person", ""), customer)
    name = request.GET.get("name", "")[:LONGEST]
    return _respond(
        request, NewContactForm(initial={"name": name}, customer=customer, chosen=chosen)
    )


def _chosen(request: HttpRequest, customer: Customer) -> Match | None:
    if "drop" in request.POST:
        return None
    key = request.POST.get("choose") or request.POST.get("person", "")
    return persons.matched(request.user, key, customer)


def _typed(form: NewContactForm) -> dict[str, object]:
    """Return what was typed so far, to go on with."""
    data = cast(QueryDict, form.data)
    return {
        name: data.getlist(name) if name == "tags" else data.get(name, "") for name in form.fields
    }


def _add_existing(request: HttpRequest, form: NewContactForm, chosen: Match) -> HttpResponse:
    try:
        contacts.add_existing(form.customer, chosen.person, form.post)
    except contacts.AlreadyThere:
        # The page says so itself, with a link to the contact.
        form.chosen = persons.matched(request.user, str(chosen.person.pk), form.customer)
        return _respond(request, form, status=INVALID)
    except Person.DoesNotExist:
        form.add_error(None, _("This person was erased meanwhile."))
        form.chosen = None
        return _respond(request, form, status=INVALID)
    return _added(request, form.customer, chosen.person)


def _added(request: HttpRequest, customer: Customer, person: Person) -> HttpResponse:
    messages.success(
        request,
        _("%(name)s is now a contact of %(customer)s.") % {"name": person, "customer": customer},
    )
    return redirect_to(request, url_of(customer))


def _respond(
    request: HttpRequest,
    form: NewContactForm,
    *,
    matches: list[Match] | None = None,
    status: int = 200,
    **context: object,
) -> HttpResponse:
    return render_page(
        request,
        "customers/contact_new.html",
        "customers/contacts/_new.html",
        {
            "form": form,
            "customer": form.customer,
            "chosen": form.chosen,
            "matches": matches or [],
            **context,
        },
        status=status,
    )
