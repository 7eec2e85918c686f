"""The addresses of key statistics and reports."""

from django.urls import path

from moment.statistics import views
from moment.statistics.reports import views as reports

app_name = "statistics"

# Needs the converter that `customers.urls` registers.
urlpatterns = [
    path("customers/<number:number>/statistics/", views.of_customer, name="of_customer"),
    path("customers/<number:number>/statistics/export/", views.export, name="export"),
    path("customers/<number:number>/statistics/rows/", views.rows, name="rows"),
    path(
        "customers/<number:number>/statistics/rows/export/", views.export_rows, name="export_rows"
    ),
    path("reports/", reports.reports, name="reports"),
    path("reports/customers/", reports.customers, name="customers_report"),
    path("reports/customers/export/", reports.customers_export, name="customers_report_export"),
    path("reports/development/", reports.development, name="development"),
    path("reports/development/export/", reports.development_export, name="development_export"),
]
