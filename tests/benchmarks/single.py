"""The pages of one customer: the profile, its editing, and the dialog for a new one."""

from django.urls import reverse

from customers.models import Customer
from moment.models import User
from tests.benchmarks.clock import Case, Visitor, measure
from tests.benchmarks.report import Target, requests_table


def run(engine: str, repeats: int) -> list[Target]:
    kari = Visitor(User.objects.get(username="kari"))
    registered = Customer.objects.filter(country="NO").exclude(org_number="").order_by("pk")
    customer = registered[registered.count() // 2]
    paths = {
        "empty page": "/bench/empty/",
        "frame alone": "/bench/shell/",
        "profile": customer.get_absolute_url(),
        "edit": reverse("customers:edit", args=[customer.number]),
        "history": reverse("customers:history", args=[customer.number]),
        "new customer": reverse("customers:new"),
    }
    cases = [
        Case(name, kari.request(path), against="empty page" if name != "empty page" else "")
        for name, path in paths.items()
    ]
    cases.append(
        Case("new customer, dialog", kari.request(paths["new customer"], htmx=True),
             against="empty page")
    )  # fmt: skip
    found = measure(cases, repeats, "Single pages")
    return requests_table(f"Pages of one customer, {engine}, {repeats} repeats", engine, found)
