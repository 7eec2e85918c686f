"""The contacts of a customer: the list, and the dialogs that change it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import contact_list, contacts
from customers.forms.contact import EditContactForm, EndForm
from customers.models import Contact, Customer, Person
from customers.views.loading import moved, row_of, visible_customer
from moment.access import needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer")
def contacts_of(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    current, former = contact_list.lines(customer, Customer.objects.visible_to(request.user))
    return render(
        request,
        "customers/contacts.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "current": current,
            "former": former,
        },
    )


@needs("customers.view_customer", "customers.change_contact")
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    contact = _contact(request, number, pk)
    form = EditContactForm(request.POST or None, contact=contact)
    changed_meanwhile = False
    if form.is_valid():
        try:
            contacts.save(contact, form.version, form.details, form.post)
        except contacts.ChangedMeanwhile as error:
            form, changed_meanwhile = form.after_change_by_others(error.stored), True
        except (Contact.DoesNotExist, Person.DoesNotExist):
            return _gone(request, contact)
        else:
            messages.success(request, _("Saved."))
            tell_given_twice(request, form.given_twice)
            return redirect_to(request, url_of(contact.customer))
    return _respond(
        request,
        "contact_edit",
        contact,
        status=INVALID if form.is_bound else 200,
        form=form,
        changed_meanwhile=changed_meanwhile,
    )


@needs("customers.view_customer", "customers.change_contact")
def end(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Set the last day; without a post, ask for it."""
    contact = _contact(request, number, pk)
    form = EndForm(request.POST or None, initial={"employed_until": timezone.localdate()})
    if form.is_valid():
        try:
            contacts.end(contact, form.cleaned_data["employed_until"])
        except ValidationError as error:
            form.add_error("employed_until", error)
        except (Contact.DoesNotExist, Person.DoesNotExist):
            return _gone(request, contact)
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, url_of(contact.customer))
    return _respond(
        request, "contact_end", contact, status=INVALID if form.is_bound else 200, form=form
    )


@needs("customers.view_customer", "customers.delete_contact")
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Remove from this customer; without a post, say what that means."""
    contact = _contact(request, number, pk)
    if request.method != "POST":
        return _respond(request, "contact_remove", contact)
    try:
        contacts.remove(contact)
    except (Contact.DoesNotExist, Person.DoesNotExist):
        return _gone(request, contact)
    messages.success(
        request,
        _("%(name)s is no longer a contact of %(customer)s.")
        % {"name": contact.person, "customer": contact.customer},
    )
    return redirect_to(request, url_of(contact.customer))


def url_of(customer: Customer) -> str:
    return reverse("customers:contacts", args=[customer.number])


def tell_given_twice(request: HttpRequest, addresses: list[str]) -> None:
    if addresses:
        messages.info(
            request,
            _("Given twice and kept once: %(addresses)s.") % {"addresses": ", ".join(addresses)},
        )


def _contact(request: HttpRequest, number: str, pk: int) -> Contact:
    """Return the contact with all that the pages say of it; 404 for one who is erased."""
    customer = visible_customer(request.user, number)
    rows = contact_list.with_all(customer.contacts.all(), Customer.objects.visible_to(request.user))
    return row_of(customer, rows.filter(person__erased_at=None), pk)


def _gone(request: HttpRequest, contact: Contact) -> HttpResponse:
    messages.warning(
        request,
        _("%(name)s was removed meanwhile by somebody else.") % {"name": contact.person},
    )
    return redirect_to(request, url_of(contact.customer))


def _respond(
    request: HttpRequest, page: str, contact: Contact, *, status: int = 200, **context: object
) -> HttpResponse:
    others = contact_list.others_of(contact)
    return render_page(
        request,
        f"customers/{page}.html",
        f"customers/contacts/_{page.removeprefix('contact_')}.html",
        {
            "contact": contact,
            "customer": contact.customer,
            "others": others,
            "more_others": contact_list.more_than_shown(others),
            "removal": contacts.removal_of(contact, others),
            **context,
        },
        status=status,
    )
