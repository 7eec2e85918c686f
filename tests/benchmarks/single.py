"""The pages of one customer: the profile, its editing, and the dialog for a new one."""

from django.urls import reverse

from customers import contacts
from customers.contacts import Details, Post
from customers.models import Customer, HourlyRate, InvoiceRecipient, Note, ProjectRole
from moment.models import User
from tests.benchmarks import kept
from tests.benchmarks.clock import Case, Visitor, measure
from tests.benchmarks.report import Target, requests_table


def run(engine: str, repeats: int) -> list[Target]:
    user = User.objects.get(username="kari")
    kari = Visitor(user)
    registered = Customer.objects.filter(country="NO").exclude(org_number="").order_by("pk")
    customer = registered[registered.count() // 2]
    _furnish(customer, user)
    paths = {
        "empty page": "/bench/empty/",
        "frame alone": "/bench/shell/",
        "profile": customer.get_absolute_url(),
        "profile from memory": "/bench/kept/profile/",
        "invoicing options": reverse("customers:invoicing", args=[customer.number]),
        "invoicing options from memory": "/bench/kept/invoicing/",
        "contacts": reverse("customers:contacts", args=[customer.number]),
        "files": reverse("customers:files", args=[customer.number]),
        "all contacts": reverse("customers:contact_report"),
        "edit": reverse("customers:edit", args=[customer.number]),
        "history": reverse("customers:history", args=[customer.number]),
        "new customer": reverse("customers:new"),
    }
    for name, page in (("profile", "profile"), ("invoicing", "invoicing options")):
        kept.remember(name, kari, user, customer, paths[page])
    cases = [
        Case(name, kari.request(path), against="empty page" if name != "empty page" else "")
        for name, path in paths.items()
    ]
    cases.append(
        Case("new customer, dialog", kari.request(paths["new customer"], htmx=True),
             against="empty page")
    )  # fmt: skip
    for case in cases:
        if case.name in ("profile", "invoicing options"):
            case.against = f"{case.name} from memory"
            case.target, case.limit = f"{case.name} to the same from memory", 2
    found = measure(cases, repeats, "Single pages")
    return requests_table(f"Pages of one customer, {engine}, {repeats} repeats", engine, found)


def _furnish(customer: Customer, user: User) -> None:
    """Give the customer what somebody who is worked with has; once."""
    if customer.contacts.exists():
        return
    for n in range(12):
        details = Details(f"Kontakt Person {n}", emails=[f"person{n}@kunde.example"])
        post = contacts.add_new(customer, details, Post(title="Prosjektleder"))
        if n < 3:
            InvoiceRecipient.objects.create(customer=customer, contact=post)
    for role in ProjectRole.objects.all():
        HourlyRate.objects.create(customer=customer, role=role, rate=1250)
    Note.objects.bulk_create(
        Note(customer=customer, author=user, text=f"Note {n}.\nOf two lines.") for n in range(20)
    )
    Customer.objects.filter(pk=customer.pk).update(
        your_reference="AVD-4410", credit_terms=30, invoice_text="Arbeid etter avtale."
    )
