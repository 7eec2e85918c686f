"""The addresses of projects, and of a customer's."""

from django.urls import path

from moment.projects.views import (
    activities,
    approve,
    customer,
    edit,
    entries,
    expenses,
    hours,
    hours_import,
    hours_week,
    invoicing,
    my_hours,
    new,
    people,
    pricing,
    project,
    projects,
)

app_name = "projects"

# Needs the converter that `customers.urls` registers.
urlpatterns = [
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", new.new, name="new"),
    path("projects/export/", projects.export, name="export"),
    path("projects/<number:number>/", project.project, name="project"),
    path("projects/<number:number>/edit/", edit.edit, name="edit"),
    path("projects/<number:number>/state/", project.state, name="state"),
    path("projects/<number:number>/activities/new/", activities.new, name="activity_new"),
    path(
        "projects/<number:number>/activities/<int:pk>/edit/",
        activities.edit,
        name="activity_edit",
    ),
    path(
        "projects/<number:number>/activities/<int:pk>/state/",
        activities.state,
        name="activity_state",
    ),
    path(
        "projects/<number:number>/activities/<int:pk>/delete/",
        activities.delete,
        name="activity_delete",
    ),
    path("projects/<number:number>/people/new/", people.new, name="member_new"),
    path("projects/<number:number>/people/<int:pk>/edit/", people.edit, name="member_edit"),
    path("projects/<number:number>/people/<int:pk>/delete/", people.delete, name="member_delete"),
    path("projects/<number:number>/invoicing/", invoicing.settings, name="invoicing"),
    path("projects/<number:number>/price-models/new/", pricing.new, name="price_model_new"),
    path(
        "projects/<number:number>/price-models/<int:pk>/edit/",
        pricing.edit,
        name="price_model_edit",
    ),
    path(
        "projects/<number:number>/price-models/<int:pk>/default/",
        pricing.make_first,
        name="price_model_first",
    ),
    path(
        "projects/<number:number>/price-models/<int:pk>/remove/",
        pricing.remove,
        name="price_model_remove",
    ),
    path("projects/<number:number>/expenses/", expenses.expenses, name="expenses"),
    path("projects/<number:number>/expenses/new/", expenses.new, name="expense_new"),
    path("projects/<number:number>/expenses/<int:pk>/edit/", expenses.edit, name="expense_edit"),
    path(
        "projects/<number:number>/expenses/<int:pk>/delete/",
        expenses.delete,
        name="expense_delete",
    ),
    path(
        "projects/<number:number>/expenses/<int:pk>/receipt/",
        expenses.receipt,
        name="expense_receipt",
    ),
    path(
        "projects/<number:number>/expenses/<int:pk>/receipt/download/",
        expenses.receipt_download,
        name="expense_receipt_download",
    ),
    path(
        "projects/<number:number>/expenses/<int:pk>/receipt/preview/",
        expenses.receipt_preview,
        name="expense_receipt_preview",
    ),
    path("projects/hours/", my_hours.my_hours, name="my_hours"),
    path("projects/hours/activities/", my_hours.activities, name="activities"),
    path("projects/hours/import/", hours_import.hours_import, name="hours_import"),
    path("projects/<number:number>/hours/", hours.hours, name="hours"),
    path("projects/<number:number>/hours/week/", hours_week.hours_week, name="hours_week"),
    path("projects/<number:number>/hours/export/", hours.export, name="hours_export"),
    path("projects/<number:number>/hours/approve/", approve.approve, name="hours_approve"),
    path("projects/<number:number>/hours/take-back/", approve.take_back, name="hours_take_back"),
    path("projects/<number:number>/hours/new/", entries.new, name="entry_new"),
    path("projects/<number:number>/hours/<int:pk>/edit/", entries.edit, name="entry_edit"),
    path("projects/<number:number>/hours/<int:pk>/delete/", entries.delete, name="entry_delete"),
    path("customers/<number:number>/projects/", customer.of_customer, name="of_customer"),
]
