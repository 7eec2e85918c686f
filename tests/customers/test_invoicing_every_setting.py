"""Every setting on its pages: inherited, overridden, zero, given up, and told in the history."""

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from customers.models import Customer
from moment.invoice_settings.choices import Kind, Level
from moment.invoice_settings.declared import Setting
from moment.invoice_settings.levels import own
from moment.invoice_settings.words import inherits, show
from moment.models import CompanySettings
from tests.customers.invoicing_pages import COMPANY, CUSTOMER, badge, field, posted, row
from tests.factories import ContactFactory, CustomerFactory, PersonFactory
from tests.moment.setting_values import EACH, NAMES, Value, attribute, values, zero

pytestmark = pytest.mark.django_db
EACH_PAGE = [
    pytest.param(level, setting, id=name)
    for (level, setting), name in zip(EACH, NAMES, strict=True)
    if level != Level.PROJECT
]
URLS = {Level.CUSTOMER: CUSTOMER, Level.COMPANY: COMPANY}
BADGES = {Level.CUSTOMER: "Customer", Level.COMPANY: "Company"}


@pytest.fixture
def customer(db):
    # Abroad, where a scheme and an identifier are typed.
    return CustomerFactory(number="77", name="Fjäll AB", country="SE")


def values_here(setting: Setting, customer) -> list[Value]:
    """Return two values of a setting; of a contact, two of the customer's."""
    if setting.kind != Kind.CONTACT:
        return values(setting)
    contacts = [
        ContactFactory(customer=customer, person=PersonFactory(name=name))
        for name in ("Marit Olsen", "Nils Berg")
    ]
    return [Value(str(one.pk), one.pk, one.person.name) for one in contacts]


def stored(level: Level) -> Customer | CompanySettings:
    return Customer.objects.get() if level == Level.CUSTOMER else CompanySettings.objects.get()


def give(level: Level, setting: Setting, value: object) -> None:
    """Give a level a value, past the page."""
    owner = Customer.objects.get() if level == Level.CUSTOMER else CompanySettings.current()
    setattr(owner, attribute(setting.name), value)
    owner.save()


def changes(level: Level) -> list[dict]:
    """Return what the change log says of a level, the last first, without its creation."""
    model = Customer if level == Level.CUSTOMER else CompanySettings
    about = ContentType.objects.get_for_model(model)
    log = LogEntry.objects.filter(content_type=about, action=LogEntry.Action.UPDATE)
    return [entry.changes for entry in log.order_by("-pk")]


@pytest.mark.parametrize(("level", "setting"), EACH_PAGE)
def test_a_setting_goes_through_its_page(as_anne, customer, level, setting):
    url, name = URLS[level], setting.name
    first, second = values_here(setting, customer)
    nil = zero(setting)
    always = level == Level.COMPANY and name in ("currency", "invoice_type")
    if level == Level.COMPANY:
        CompanySettings(pk=1).save()
        if always:
            second = Value(str(own(setting, stored(level))), own(setting, stored(level)), "")

    # It inherits at first.
    if not always:
        assert badge(as_anne.get(url), name) != BADGES[level]

    # A value typed is kept, and shown with the level that it comes from.
    response = as_anne.post(url, posted(as_anne, url, **{name: first.typed}))
    assert response.status_code == 302
    assert own(setting, stored(level)) == first.kept
    assert len(changes(level)) == 1
    assert set(changes(level)[0]) == {name}
    page = as_anne.get(url)
    assert badge(page, name) == BADGES[level]
    old, new = changes(level)[0][name]
    contacts = {first.kept: first.shown} if setting.kind == Kind.CONTACT else None
    assert show(setting, new, level=level, contacts=contacts) == first.shown
    if not always:
        assert show(setting, old, level=level) == inherits(setting, level)

    # Posting the page as it is changes nothing.
    assert as_anne.post(url, posted(as_anne, url)).status_code == 302
    assert len(changes(level)) == 1

    # 0 is a value.
    if nil:
        as_anne.post(url, posted(as_anne, url, **{name: second.typed}))
        as_anne.post(url, posted(as_anne, url, **{name: nil.typed}))
        assert own(setting, stored(level)) == nil.kept
        assert own(setting, stored(level)) is not None
        assert badge(as_anne.get(url), name) == BADGES[level]

    # Empty is none, where there may be none.
    response = as_anne.post(url, posted(as_anne, url, **{name: ""}))
    if always:
        assert response.status_code == 422
        assert own(setting, stored(level)) == first.kept
        assert "Use standard value" not in row(response, name)
        return
    assert response.status_code == 302
    assert own(setting, stored(level)) is None
    assert field(as_anne.get(url), name) == ""

    # One click gives a value up.
    give(level, setting, first.kept)
    other = "discount_text" if name != "discount_text" else "charge_text"
    before = len(changes(level))
    page = as_anne.post(url, posted(as_anne, url, reset=name, **{other: "Typed, not saved"}))
    assert page.status_code == 200
    assert own(setting, stored(level)) is None
    assert getattr(stored(level), other) is None
    assert field(page, other) == "Typed, not saved"
    assert field(page, name) == ""
    assert len(changes(level)) == before + 1
    assert show(setting, changes(level)[0][name][1], level=level) == inherits(setting, level)


@pytest.mark.parametrize(
    "setting", [pytest.param(one, id=one.name) for level, one in EACH if level == Level.CUSTOMER]
)
def test_a_customer_shows_what_it_inherits_and_from_where(as_kari, customer, setting):
    if Level.COMPANY not in setting.levels:
        assert "No value" in row(as_kari.get(CUSTOMER), setting.name)
        return
    if setting.name not in ("currency", "invoice_type"):
        words = show(setting, setting.standard, level=Level.COMPANY)
        inherited = row(as_kari.get(CUSTOMER), setting.name)
        assert (f"Standard {words}" if setting.standard is not None else "No value") in inherited
    value = values(setting)[0]
    give(Level.COMPANY, setting, value.kept)
    inherited = row(as_kari.get(CUSTOMER), setting.name)
    assert f"Company {' '.join(value.shown.split())}" in inherited
    assert "Use company value" not in inherited
    give(Level.CUSTOMER, setting, values(setting)[1].kept)
    overridden = row(as_kari.get(CUSTOMER), setting.name)
    assert "Customer Use company value" in overridden
    assert overridden.endswith(" ".join(value.shown.split()))
