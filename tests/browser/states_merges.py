"""States of a merge's own page, and of taking it back; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers import merging
from customers.models import Customer, Merge
from moment.models import User
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    TagFactory,
)

LONG = "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold AS"


def fill(kari: User) -> None:
    """Merge customers so that every part of a merge's page has something to tell.

    One merge can be undone, with things changed since; one rests below it; one is undone.
    """
    kept = CustomerFactory(number="1500", name=LONG)
    first = _duplicate("1501", kept, kari)
    merging.merge(kept.pk, [first.pk], by=kari)
    others = [_duplicate(number, kept, kari) for number in ("1502", "1503")]
    rates = {f"rates-user-{kari.pk}": str(others[0].pk)}
    HourlyRateFactory(customer=kept, user=kari, role=None, rate=800)
    HourlyRateFactory(customer=others[0], user=kari, role=None, rate=900)
    chosen = dict.fromkeys(["phone", "visiting"], others[0].pk)
    keys = [other.pk for other in others]
    merging.merge(kept.pk, keys, by=kari, decided=rates, chosen=chosen)
    _change_since(kept, kari)
    apart = CustomerFactory(number="1504", name="Nordre Skogsdrift")
    other = CustomerFactory(number="1505", name="Skogsdrift Nordre")
    merging.undo(merging.merge(apart.pk, [other.pk], by=kari).pk, by=kari)


def _duplicate(number: str, kept: Customer, kari: User) -> Customer:
    other = CustomerFactory(
        number=number, name=f"{LONG} avd. {number}", tags=[TagFactory(name=f"Merkelapp {number}")],
        email=f"{'lang' * 15}{number}@vardefjord.example", phone=f"77 00 {number[:2]} {number[2:]}",
        visiting_street=f"Storgata {number}\nOppgang B", visiting_postcode="9008",
    )  # fmt: skip
    person = PersonFactory(name=f"{'Lang' * 12} {number}")
    ContactFactory(customer=kept, person=person)
    ContactFactory(customer=other, person=person, title="Daglig leder " + "lang" * 12)
    OtherAddressFactory(customer=kept, label=f"Lager {number}")
    OtherAddressFactory(customer=other, label=f"Lager {number}", street="Havnegata 9")
    NoteFactory.create_batch(3, customer=other, author=kari, text=f"Notat {number}")
    return other


def _change_since(kept: Customer, kari: User) -> None:
    kept.refresh_from_db()
    kept.phone, kept.visiting_city, kept.version = "77 00 00 99", "Tromsø", kept.version + 1
    kept.save()
    first, second, *_rest = kept.notes.order_by("-pk")
    first.text = "Endret etterpå"
    first.save()
    second.delete()
    NoteFactory(customer=kept, author=kari)


def _merges(number: str) -> list[int]:
    merges = Merge.objects.filter(kept__number=number)
    return list(merges.order_by("pk").values_list("pk", flat=True))


def merge_log(page: Page) -> None:
    page.goto(f"/customers/merges/{_merges('1500')[1]}/")
    expect(page.locator(".merged-fields .of-row").first).to_be_visible()
    expect(page.locator(".kinds-moved")).to_have_count(4)


def merge_log_undone(page: Page) -> None:
    page.goto(f"/customers/merges/{_merges('1504')[0]}/")
    expect(page.locator(".banner--info")).to_be_visible()


def merge_undo(page: Page) -> None:
    merge_log(page)
    page.locator(".head__actions [hx-target='#dialog']").click()
    expect(page.locator("dialog[open] .undo-choice").first).to_be_visible()
    expect(page.locator("dialog[open] .undo-since li")).to_have_count(3)


def merge_undo_changed(page: Page) -> None:
    merge_undo(page)
    page.locator("dialog [name^=seen-]").first.evaluate("field => field.value = 1")
    page.locator("dialog .undo-choice [value=back]").first.check()
    page.locator("dialog .btn--primary").click()
    expect(page.locator("dialog .banner[role=alert]")).to_be_visible()
    expect(page.locator("dialog .undo-choice [value=back]").first).to_be_checked()


def merge_undo_page(page: Page) -> None:
    page.goto(f"/customers/merges/{_merges('1500')[1]}/undo/")
    expect(page.locator("main .undo-choice").first).to_be_visible()


def merge_undo_refused(page: Page) -> None:
    page.goto(f"/customers/merges/{_merges('1500')[0]}/undo/")
    expect(page.locator("main .banner--bad .link")).to_be_visible()


def history_merged(page: Page) -> None:
    page.goto("/customers/1500/history/")
    expect(page.locator(".history .merge-links").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    merge_log, merge_log_undone, merge_undo, merge_undo_changed, merge_undo_page,
    merge_undo_refused, history_merged,
]  # fmt: skip
