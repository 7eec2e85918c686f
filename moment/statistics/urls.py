"""The addresses of key statistics."""

from django.urls import path

from moment.statistics import views

app_name = "statistics"

# Needs the converter that `customers.urls` registers.
urlpatterns = [
    path("customers/<number:number>/statistics/", views.of_customer, name="of_customer"),
    path("customers/<number:number>/statistics/export/", views.export, name="export"),
    path("customers/<number:number>/statistics/rows/", views.rows, name="rows"),
    path(
        "customers/<number:number>/statistics/rows/export/", views.export_rows, name="export_rows"
    ),
]
