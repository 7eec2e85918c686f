"""The pages that must be accessible and fit narrow windows, each in its states."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers import answering
from customers.alerting import Act
from customers.models import Customer
from moment.models import User
from tests.browser import (
    states_duplicates,
    states_files,
    states_history,
    states_invoicing,
    states_merges,
    states_merging,
    states_overview,
    states_rates,
    states_reports,
    states_setup,
)
from tests.customers.telling import MOVED, customer_of, named, tell
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    EntityFactory,
    NoteFactory,
    PersonFactory,
    TagFactory,
)
from tests.reaching import kept
from tests.standin.companies import fictional_number

# Words of 40 letters, which no window is too narrow for.
LONG = (
    "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold Rådgivende Ingeniører AS"
)
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
    _add_contacts(long)
    states_files.fill(long, kari)
    states_history.fill(long, kari)
    states_rates.fill(long, kari)
    states_invoicing.fill(long)
    states_reports.fill(long, kari)
    states_duplicates.fill(kari, LONG, fictional_number(203))
    states_merges.fill(kari)
    states_merging.fill(kari, Customer.objects.get(number="1000"))
    _tell_of_changes(kari)


def _add_contacts(customer: Customer) -> None:
    """Give a customer contacts of each kind: here alone and at many, now, before and later."""
    tags = [ContactTagFactory(name=f"Rolle {color}", color=color) for color in COLORS[:4]]
    busy = PersonFactory(
        name=LONG, mobile="900 00 001", phone="22 00 00 00 spør etter Eva",
        emails=["eva@vardefjord.example", f"{'lang' * 12}@vardefjord.example"],
    )  # fmt: skip
    for n in range(5):
        ContactFactory(customer=CustomerFactory(number=f"21{n:02}", name=LONG), person=busy)
    here = {"customer": customer, "tags": tags}
    ContactFactory(
        person=busy, title="Daglig leder " + "lang" * 15, email="faktura@vardefjord.example", **here
    )
    ContactFactory(employed_from=date(2099, 1, 1), employed_until=date(2100, 1, 1), **here)
    ContactFactory(employed_from=date(2019, 1, 1), employed_until=date(2020, 6, 30), **here)
    busy.save()


def _tell_of_changes(kari: User) -> None:
    """Have the register tell of changes of each shape, of which Kari has handled one."""
    moved = customer_of(number="1300", name="Nordlys AS")
    tell(moved, **MOVED, bankrupt=True, bankrupt_on=date(2026, 11, 19))
    kept(moved.org_number, "yes", smp=f"{'lang' * 15}.vardefjord.example").save()
    twice = customer_of(number="1301", name="Brekke AS")
    CustomerFactory(number="1302", name="Brekke AS avd. Nord", org_number=twice.org_number)
    tell(twice, name="BREKKE BYGG AS", industry_code="41.000", industry_name="Oppføring av bygg")
    kept(twice.org_number, "yes", credit_note=False).save()
    long = customer_of(number="1303", name=LONG)
    facts = {"winding_up": True, "deleted_on": date(2026, 11, 18), "merger": "x" * 90}
    alerts = tell(long, name=f"NYE {LONG.upper()}", form_code="ASA", vat_registered=True, **facts)
    kept(long.org_number, "no").save()
    answering.answer(named(alerts[-1:]), Act.NOTE, kari)


# Each of these brings a page on which Kari is signed in to one state. They find their way by
# marks of the page and not by its words, since they run in each language.


def login(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")


def login_refused(page: Page) -> None:
    login(page)
    page.locator("[name=login]").fill("kari")
    page.locator("[name=password]").fill("not this one")
    page.locator("form.stack button").click()
    expect(page.locator(".errorlist")).to_be_visible()


def account_menu(page: Page) -> None:
    page.goto("/customers/")
    page.locator(".menu--account summary").click()


def dialog(page: Page) -> None:
    page.goto("/customers/")
    page.locator("[hx-target='#dialog']").first.click()
    expect(page.locator("#new_name")).to_be_focused()


def dialog_results(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially("vardefjord t")
    expect(page.locator("[role=option] .warn").first).to_be_visible()
    expect(page.locator("#new-answer .asking")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()


def dialog_chosen(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(200))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner--bad")).to_be_visible()
    expect(page.locator(".chosen .reach .good")).to_be_visible()


def dialog_place_of_business(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(1))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner .btn")).to_be_visible()


def dialog_errors(page: Page) -> None:
    dialog(page)
    page.locator("#new_number").fill("1200")
    page.locator("#new_name").fill(LONG)
    page.locator("form.dialog footer button").click()
    expect(page.locator("#new_number[aria-invalid=true]")).to_be_visible()


def new_page(page: Page) -> None:
    page.goto(f"/customers/new/?org_number={fictional_number(200)}")
    expect(page.locator(".chosen")).to_be_visible()


def lookup(page: Page) -> None:
    page.goto("/registry/search/?q=vardefjord")
    expect(page.locator(".option").first).to_be_visible()


def profile(page: Page) -> None:
    page.goto("/customers/1200/")
    expect(page.locator("#ehf .warn")).to_be_visible()


def profile_alerts(page: Page) -> None:
    page.goto("/customers/1300/")
    expect(page.locator(".banners .banner")).to_have_count(2)
    expect(page.locator("#ehf .good")).to_be_visible()


def profile_bankrupt(page: Page) -> None:
    page.goto("/customers/1000/")
    expect(page.locator(".banner--bad")).to_be_visible()


def edit(page: Page) -> None:
    page.goto("/customers/1200/edit/")


def edit_errors(page: Page) -> None:
    edit(page)
    for name in ("name", "number", "org_number", "email", "visiting_postcode", "bank_account"):
        page.locator(f"[name={name}]").fill("" if name == "name" else "x")
    page.locator("form.edit .btn--primary").click()
    expect(page.locator("[name=name][aria-invalid=true]")).to_be_visible()


def history(page: Page) -> None:
    edit(page)
    page.locator("[name=phone]").fill("77 00 00 09")
    page.locator("form.edit .btn--primary").click()
    page.goto("/customers/1200/history/")
    expect(page.locator("table.history tbody").nth(1)).to_be_visible()


def alerts(page: Page) -> None:
    page.goto("/customers/alerts/")
    expect(page.locator("table.alerts .change").first).to_be_visible()
    expect(page.locator(".kinds .kind").nth(5)).to_be_attached()


def alerts_ticked(page: Page) -> None:
    page.goto("/customers/alerts/?select=all")
    expect(page.locator(".bulk")).to_be_visible()


def alerts_handled(page: Page) -> None:
    page.goto("/customers/alerts/?state=handled")
    expect(page.locator("table.alerts .by")).to_have_count(1)


def alerts_none_of_a_kind(page: Page) -> None:
    page.goto("/customers/alerts/?kind=owner")
    expect(page.locator("#alerts .empty")).to_be_visible()


def alerts_block(page: Page) -> None:
    page.goto("/customers/alerts/")
    page.locator(".alerts [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def einvoicing(page: Page) -> None:
    page.goto("/customers/einvoicing/?status=all")
    expect(page.locator(".figure .warn")).to_be_visible()
    expect(page.locator("table.switchable tbody tr").first).to_be_visible()


def einvoicing_switch(page: Page) -> None:
    einvoicing(page)
    page.locator(".switching .actions .btn--primary").click()
    expect(page.locator("dialog[open] .named")).to_be_visible()


def einvoicing_nobody(page: Page) -> None:
    page.goto("/customers/einvoicing/?status=blocked")
    expect(page.locator(".empty .link").first).to_be_visible()


def contacts(page: Page) -> None:
    page.goto("/customers/1200/contacts/")
    expect(page.locator(".contact-list s").first).to_be_visible()
    expect(page.locator(".contact-list .former")).to_be_visible()


def contacts_none(page: Page) -> None:
    page.goto("/customers/1300/contacts/")
    expect(page.locator(".empty .btn--primary")).to_be_visible()


def contact_new(page: Page) -> None:
    page.goto("/customers/1000/contacts/")
    page.locator(".empty [hx-target='#dialog']").click()
    expect(page.locator("#contact_name")).to_be_focused()
    page.locator("#contact_name").press_sequentially("fjordland")
    expect(page.locator("#contact-matches .option")).to_be_visible()


def contact_new_chosen(page: Page) -> None:
    contact_new(page)
    page.locator("#contact-matches .option").click()
    expect(page.locator(".chosen")).to_be_visible()


def contact_new_errors(page: Page) -> None:
    page.goto("/customers/1000/contacts/new/")
    page.locator("#contact_name").fill(LONG)
    page.locator("#contact_emails").fill(f"{'lang' * 20}, {'x' * 60}")
    page.locator("#contact_employed_from").fill("2026-02-01")
    page.locator("#contact_employed_until").fill("2026-01-01")
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("#contact_emails[aria-invalid=true]")).to_be_visible()


def contact_alike(page: Page) -> None:
    page.goto("/customers/1000/contacts/new/")
    page.locator("#contact_name").fill(LONG)
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("#contact-matches .banner")).to_be_visible()


def contact_edit(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list th[scope=row] a").first.click()
    expect(page.locator("dialog[open] #contact_title")).to_be_visible()


def contact_end(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list .acts a[href$='/end/']").first.click()
    expect(page.locator("dialog[open] #contact_employed_until")).to_be_visible()


def contact_remove(page: Page) -> None:
    contacts(page)
    page.locator(".contact-list .acts a[href$='/remove/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def not_found(page: Page) -> None:
    page.goto("/customers/9999/")


def password(page: Page) -> None:
    page.goto("/accounts/password/change/")


def unsent_dialog(page: Page) -> None:
    contact_new(page)
    page.context.clear_cookies(name="sessionid")
    page.locator("dialog footer [type=submit]").click()
    expect(page.locator("dialog .unsent")).to_be_visible()


def unsent_page(page: Page) -> None:
    edit(page)
    page.context.clear_cookies(name="sessionid")
    page.locator("main form .btn--primary").first.click()
    expect(page.locator("main .unsent")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    login, login_refused, account_menu, dialog, dialog_results, dialog_chosen,
    dialog_place_of_business, dialog_errors,
    new_page, lookup, profile, profile_alerts, profile_bankrupt, edit, edit_errors, history, alerts,
    alerts_ticked, alerts_handled, alerts_none_of_a_kind, alerts_block, einvoicing,
    einvoicing_switch, einvoicing_nobody, contacts, contacts_none, contact_new,
    contact_new_chosen, contact_new_errors, contact_alike, contact_edit, contact_end,
    contact_remove, not_found, password, unsent_dialog, unsent_page,
    *states_duplicates.ALL,
    *states_files.ALL,
    *states_history.ALL,
    *states_invoicing.ALL,
    *states_merges.ALL,
    *states_merging.ALL,
    *states_overview.ALL,
    *states_rates.ALL,
    *states_reports.ALL,
    *states_setup.ALL,
]  # fmt: skip
