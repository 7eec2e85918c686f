"""The pages that must be accessible and fit narrow windows, each in its states."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page

from customers.models import Customer
from moment.models import User
from tests.browser import (
    states_alerts,
    states_contacts,
    states_customer_reports,
    states_drafts,
    states_duplicates,
    states_expenses,
    states_files,
    states_finalising,
    states_history,
    states_hours,
    states_importing,
    states_invoices,
    states_invoicing,
    states_ledger,
    states_merges,
    states_merging,
    states_new_customer,
    states_offer_page,
    states_offers,
    states_overview,
    states_payments,
    states_pricing,
    states_profile,
    states_project,
    states_projects,
    states_rates,
    states_reports,
    states_session,
    states_setup,
    states_statistics,
    states_to_invoice,
)
from tests.browser.long_words import LONG
from tests.factories import CustomerFactory, EntityFactory, NoteFactory, TagFactory
from tests.reaching import kept
from tests.standin.companies import fictional_number

COLORS = ["grey", "violet", "blue", "teal", "green", "amber", "orange", "red", "pink"]


def fill_base(kari: User) -> None:
    """Make customers of every status, with all tags, register troubles, alerts and notes.

    Of EHF there is every answer, and customers of every standing on the way to it.
    """
    tags = [TagFactory(name=f"Merkelapp {color}", color=color) for color in COLORS]
    troubles = [
        {"bankrupt": True, "bankrupt_on": date(2026, 2, 3)},
        {"winding_up": True},
        {"deleted_on": date(2024, 3, 9)},
        {},
    ]
    reaches = [("yes", {}), ("failed", {}), ("no", {}), ("yes", {"credit_note": False})]
    for n, (trouble, (reach, answer)) in enumerate(zip(troubles, reaches, strict=True)):
        entity = EntityFactory(
            org_number=fictional_number(200 + n), name=f"VARDEFJORD TRØBBEL {n} AS",
            industry_code="71.121", industry_name="Byggeteknisk konsulentvirksomhet",
            has_employees=True, postal_address="Postboks 17", postal_city="TROMSØ", **trouble,
        )  # fmt: skip
        CustomerFactory(
            number=f"10{n:02}", name=entity.name.title(), org_number=entity.org_number,
            tags=tags[n : n + 4], responsible=kari, visiting_city="Tromsø",
            relation=Customer.Relation.values[n % 3],
            invoice_type=["", "email", "ehf", "letter"][n],
        )  # fmt: skip
        kept(entity.org_number, reach, **answer).save()
    for n, status in enumerate(Customer.Status.values):
        CustomerFactory(
            number=f"11{n:02}", name=f"{status} AS", status=status, tags=tags,
            country="SE" if status == Customer.Status.BLOCKED else "NO",
        )  # fmt: skip
    long = CustomerFactory(
        number="1200", name=LONG, org_number=fictional_number(203), tags=tags,
        visiting_street="Storgata 1", visiting_postcode="9008", visiting_city="Tromsø",
        email=f"{'lang' * 15}@vardefjord.example", phone="77 00 00 01", responsible=kari,
        website=f"https://vardefjord.example/{'lang' * 30}",
    )  # fmt: skip
    NoteFactory(customer=long, author=kari, text="Ringte om kontrakten.\n\n" + "lang" * 40)
    states_contacts.fill(long)
    states_files.fill(long, kari)
    states_history.fill(long, kari)
    states_rates.fill(long, kari)
    states_expenses.fill(long, kari)
    states_invoicing.fill(long)
    states_reports.fill(long, kari)
    states_duplicates.fill(kari, LONG, fictional_number(203))
    states_merges.fill(kari)
    states_merging.fill(kari, Customer.objects.get(number="1000"))
    states_pricing.fill(long)
    states_projects.fill(long, kari)
    states_project.fill(long, kari)
    states_hours.fill(kari)
    states_offers.fill(long, kari)
    states_offer_page.fill(kari)
    states_drafts.fill(long, kari)
    states_payments.fill(kari)
    states_finalising.fill(long, kari)
    states_to_invoice.fill(kari)
    states_statistics.fill(long, kari)
    states_invoices.fill(long, kari)
    states_ledger.fill(long, kari)
    states_customer_reports.fill(kari)
    states_alerts.fill(kari)


# Each of these brings a page on which Kari is signed in to one state. They find their way by
# marks of the page and not by its words, since they run in each language.
ALL: list[Callable[[Page], None]] = [
    *states_alerts.ALL,
    *states_contacts.ALL,
    *states_customer_reports.ALL,
    *states_drafts.ALL,
    *states_duplicates.ALL,
    *states_expenses.ALL,
    *states_files.ALL,
    *states_finalising.ALL,
    *states_history.ALL,
    *states_hours.ALL,
    *states_importing.ALL,
    *states_invoices.ALL,
    *states_invoicing.ALL,
    *states_ledger.ALL,
    *states_merges.ALL,
    *states_merging.ALL,
    *states_new_customer.ALL,
    *states_offer_page.ALL,
    *states_offers.ALL,
    *states_overview.ALL,
    *states_payments.ALL,
    *states_pricing.ALL,
    *states_profile.ALL,
    *states_project.ALL,
    *states_projects.ALL,
    *states_rates.ALL,
    *states_reports.ALL,
    *states_session.ALL,
    *states_to_invoice.ALL,
    *states_setup.ALL,
    *states_statistics.ALL,
]
