"""The addresses of invoices, payments and the ledger, and of a customer's."""

from django.urls import URLPattern, path

from moment.ledger.views import customer, invoice, invoices

app_name = "ledger"

# Needs the converter that `customers.urls` registers.
urlpatterns: list[URLPattern] = [
    # Words without a digit are no numbers.
    path("invoices/all/", invoices.invoices, name="invoices"),
    path("invoices/export/", invoices.export, name="export"),
    path("invoices/<number:number>/", invoice.invoice, name="invoice"),
    path("customers/<number:number>/invoices/", customer.of_customer, name="of_customer"),
]
