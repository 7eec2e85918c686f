"""States of the report over contacts, mailing lists and a person's page; see `states`."""

from collections.abc import Callable

from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from customers import privacy
from customers.models import Contact, ContactTag, Customer, MailingList, Person
from moment.models import User
from tests.factories import NoteFactory, PersonFactory

LONG = "Nyhetsbrevmottakersammenslutningsansvarlig " * 2


def fill(customer: Customer, kari: User) -> None:
    """Make mailing lists of each kind, and a person without a customer."""
    tag = ContactTag.objects.order_by("pk").first()
    kept = MailingList.objects.create(
        name=LONG, query=f"tags={tag.pk}&q=da&email=yes&status=all", created_by=kari
    )
    kept.left_out.add(Contact.objects.filter(customer=customer, tags=tag).order_by("pk").first())
    MailingList.objects.create(name="Gone", query="tags=99999", created_by=kari)
    PersonFactory(name="Alene", emails=["alene@vardefjord.example"])
    for person in Person.objects.all():
        person.save()  # the search text follows the posts


def _may_erase() -> None:
    right = Permission.objects.get(codename="delete_person")
    for user in User.objects.all():
        user.user_permissions.add(right)


def _busiest() -> Person:
    return Person.objects.get(contacts__customer__number="2100")


def report(page: Page) -> None:
    page.goto("/customers/contacts/?status=all&who=all")
    expect(page.locator("table.contact-report tbody tr").nth(6)).to_be_attached()


def report_filtered(page: Page) -> None:
    page.goto("/customers/contacts/?q=da&status=active&email=yes&country=XX&relation=customer")
    expect(page.locator(".chip--dropped")).to_be_visible()
    page.locator("details.menu[name=filter] summary").nth(1).click()


def report_more(page: Page) -> None:
    report(page)
    page.locator(".menu--more summary").click()


def report_without_customer(page: Page) -> None:
    page.goto("/customers/contacts/?who=none")
    expect(page.locator("table.contact-report tbody tr").first).to_be_visible()


def report_no_hits(page: Page) -> None:
    page.goto("/customers/contacts/?q=finnesikke")
    expect(page.locator("#results .empty")).to_be_visible()


def report_addresses(page: Page) -> None:
    report(page)
    page.locator(".report-actions [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] #addresses")).to_be_visible()


def report_addresses_page(page: Page) -> None:
    page.goto("/customers/contacts/addresses/?lines=1")
    expect(page.locator("#addresses")).to_be_visible()


def list_new(page: Page) -> None:
    report(page)
    page.locator(".report-actions [hx-target='#dialog']").nth(1).click()
    expect(page.locator("dialog[open] [name=name]")).to_be_focused()
    page.locator("dialog [name=name]").fill("gone")
    page.locator("dialog footer .btn--primary").click()
    expect(page.locator("dialog [name=name][aria-invalid=true]")).to_be_visible()


def lists(page: Page) -> None:
    page.goto("/customers/contacts/lists/")
    expect(page.locator(".mailing-lists tbody tr")).to_have_count(2)


def _list(page: Page, name: str) -> None:
    page.goto(f"/customers/contacts/lists/{MailingList.objects.get(name=name).pk}/")


def list_shown(page: Page) -> None:
    _list(page, LONG)
    expect(page.locator("tr.left-out")).to_be_visible()


def list_broken(page: Page) -> None:
    _list(page, "Gone")
    expect(page.locator(".banner--bad")).to_be_visible()


def list_rename(page: Page) -> None:
    list_shown(page)
    page.locator(".head__actions [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] [name=name]")).to_be_visible()


def list_delete(page: Page) -> None:
    list_shown(page)
    page.locator(".head__actions [hx-target='#dialog']").last.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def person(page: Page) -> None:
    _may_erase()
    page.goto(f"/customers/contacts/{_busiest().pk}/")
    expect(page.locator(".contact-report--posts tbody tr").first).to_be_visible()


def person_without_customer(page: Page) -> None:
    page.goto(f"/customers/contacts/{Person.objects.get(name='Alene').pk}/")
    expect(page.locator(".card__body.muted")).to_be_visible()


def person_erase(page: Page) -> None:
    person(page)
    page.locator(".head__actions [hx-target='#dialog']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def person_erased(page: Page) -> None:
    _may_erase()
    erased = PersonFactory(name="Zvonimir Kvassheim")
    NoteFactory(text="Zvonimir Kvassheim ringte.", customer=Customer.objects.get(number="1200"))
    privacy.erase(erased, User.objects.first())
    page.goto(f"/customers/contacts/{erased.pk}/")
    expect(page.locator(".means .link").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    report, report_filtered, report_more, report_without_customer, report_no_hits,
    report_addresses, report_addresses_page, list_new, lists, list_shown, list_broken,
    list_rename, list_delete, person, person_without_customer, person_erase, person_erased,
]  # fmt: skip
