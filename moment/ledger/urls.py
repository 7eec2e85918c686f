"""The addresses of invoices, payments and the ledger, and of a customer's."""

from django.urls import URLPattern

app_name = "ledger"

# Needs the converter that `customers.urls` registers.
urlpatterns: list[URLPattern] = []
