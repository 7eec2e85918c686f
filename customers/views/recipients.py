"""Who gets a customer's invoices by e-mail, and where an invoice would go today."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import holding, recipients
from customers.destination import destination_of
from customers.forms.recipient import AddRecipientsForm, RecipientForm
from customers.holding import ChangedMeanwhile
from customers.models import Customer, InvoiceRecipient
from customers.views.loading import moved, row_of, visible_customer
from customers.views.sheet import sheet
from moment.access import needs
from moment.htmx import INVALID, redirect_to


@needs("customers.view_customer")
def recipients_of(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return render(
        request,
        "customers/recipients.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "rows": recipients.rows_of(customer),
            "destination": destination_of(customer),
        },
    )


@needs("customers.view_customer", "customers.add_invoicerecipient")
def new(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    form = AddRecipientsForm(request.POST or None, customer=customer)
    if form.is_valid():
        try:
            added = recipients.add(customer, **form.chosen)
        except recipients.NoSuchContact:
            # Over those who are there now, the form says itself what is wrong.
            form = AddRecipientsForm(request.POST, customer=customer)
        else:
            _tell(request, added)
            return redirect_to(request, _url(customer))
    context = {"title": _("Add invoice recipients"), "form": form}
    return sheet(
        request,
        customer,
        "customers/recipients/_new.html",
        context,
        back=_url(customer),
        status=INVALID if form.is_bound else 200,
    )


@needs("customers.view_customer", "customers.change_invoicerecipient")
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    recipient = _recipient(customer, pk)
    name = str(recipient)
    form = RecipientForm(request.POST or None, instance=recipient)
    if form.is_valid():
        try:
            recipients.save(form.instance, shown=form.cleaned_data["seen"])
        except recipients.AlreadyThere:
            form.add_error("email", _("This address is a recipient already."))
        except ChangedMeanwhile as error:
            form.tell_of_change(error)
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, _url(customer))
    return sheet(
        request,
        customer,
        "customers/recipients/_form.html",
        {"title": _("Edit invoice recipient"), "form": form, "name": name},
        back=_url(customer),
        status=INVALID if form.is_bound else 200,
    )


@needs("customers.view_customer", "customers.delete_invoicerecipient")
def delete(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    recipient = _recipient(customer, pk)
    if request.method == "POST":
        holding.delete(recipient)
        messages.success(request, _("%(name)s gets no more invoices.") % {"name": str(recipient)})
        return redirect_to(request, _url(customer))
    context = {"title": _("Remove invoice recipient"), "recipient": recipient}
    back = _url(customer)
    return sheet(request, customer, "customers/recipients/_delete.html", context, back=back)


def _recipient(customer: Customer, pk: int) -> InvoiceRecipient:
    recipient = row_of(customer, recipients.recipients_of([customer]), pk)
    recipient.customer = customer
    return recipient


def _tell(request: HttpRequest, added: list[InvoiceRecipient]) -> None:
    if not added:
        messages.info(request, _("They were recipients already."))
        return
    names = ", ".join(str(recipient) for recipient in added)
    messages.success(request, _("Added: %(names)s.") % {"names": names})


def _url(customer: Customer) -> str:
    return reverse("customers:invoicing_recipients", args=[customer.number])
