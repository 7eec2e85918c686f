from django.urls import path, register_converter

from customers.converters import NumberConverter
from customers.views import (
    alerts,
    digest,
    edit,
    einvoicing,
    history,
    lookup,
    new,
    notes,
    overview,
    profile,
    reachability,
)

register_converter(NumberConverter, "number")

app_name = "customers"

urlpatterns = [
    path("customers/", overview.overview, name="overview"),
    # /customers/new/
    path("customers/new/", new.new, name="new"),
    path("customers/new/chosen/", lookup.chosen, name="new_chosen"),
    path("customers/new/ehf/", reachability.of_number, name="new_ehf"),
    # /customers/alerts/
    path("customers/alerts/", alerts.alerts, name="alerts"),
    path("customers/alerts/answer/", alerts.answer, name="alerts_answer"),
    path("customers/alerts/block/", alerts.block, name="alerts_block"),
    path("customers/alerts/digest/", digest.choose, name="alert_digest"),
    # /customers/einvoicing/
    path("customers/einvoicing/", einvoicing.einvoicing, name="einvoicing"),
    path("customers/einvoicing/export/", einvoicing.export, name="einvoicing_export"),
    path("customers/einvoicing/switch/", einvoicing.switch, name="einvoicing_switch"),
    # /customers/<number>/
    path("customers/<number:number>/", profile.profile, name="profile"),
    path("customers/<number:number>/edit/", edit.edit, name="edit"),
    path("customers/<number:number>/history/", history.history, name="history"),
    path("customers/<number:number>/notes/", notes.create, name="note_create"),
    path("customers/<number:number>/register/", profile.check_register, name="check_register"),
    path("customers/<number:number>/ehf/", reachability.of_customer, name="ehf"),
    # The register's answers beside what we know of our customers
    path("registry/search/", lookup.search, name="registry_search"),
]
