from django.urls import path, register_converter

from customers.converters import NumberConverter
from customers.views import edit, history, lookup, new, notes, overview, profile

register_converter(NumberConverter, "number")

app_name = "customers"

urlpatterns = [
    path("customers/", overview.overview, name="overview"),
    # /customers/new/
    path("customers/new/", new.new, name="new"),
    path("customers/new/chosen/", lookup.chosen, name="new_chosen"),
    # /customers/<number>/
    path("customers/<number:number>/", profile.profile, name="profile"),
    path("customers/<number:number>/edit/", edit.edit, name="edit"),
    path("customers/<number:number>/history/", history.history, name="history"),
    path("customers/<number:number>/notes/", notes.create, name="note_create"),
    path("customers/<number:number>/register/", profile.check_register, name="check_register"),
    # The register's answers beside what we know of our customers
    path("registry/search/", lookup.search, name="registry_search"),
]
