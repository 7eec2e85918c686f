"""The columns that an import takes, by whatever people call them."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_countries import countries

from customers.models import Customer
from moment.models import InvoiceType


class Column(NamedTuple):
    """A column by our name of it, as the template heads it, and what else it is called."""

    name: str
    label: Promise
    also: str
    width: int = 16  # in characters, in the template


TAGS, RESPONSIBLE = "tags", "responsible"
COLUMNS = (
    Column("number", _("Number"), "no, nr, customer no, customer number, kundenr, kundenummer"),
    Column("name", _("Name"), "customer, customer name, company, company name, kunde, kundenavn, "
           "firma, firmanavn, bedrift, selskap", 40),
    Column("org_number", _("Company reg. no."), "reg no, org no, org number, organisation number, "
           "org number / reg no, orgnr, org nummer, organisasjonsnr, organisasjonsnummer, "
           "foretaksnummer, vat no"),
    Column("country", _("Country"), "country code, land, landkode", 9),
    Column("status", _("Status"), "kundestatus", 12),
    Column("relation", _("Relation"), "relasjon", 18),
    Column(TAGS, _("Tags"), "tag, labels, merker, merkelapper, etiketter, stikkord", 24),
    Column("email", _("E-mail"), "mail, e-mail address, e-post, e-postadresse", 30),
    Column("invoice_email", _("Invoice e-mail"), "e-mail for invoices, faktura e-post, "
           "e-post for faktura, fakturaepost", 30),
    Column("invoice_type", _("Invoice type"), "preferred invoice type, fakturatype"),
    Column("phone", _("Phone"), "telephone, mobile, phone number, telefon, tlf, mobil"),
    Column("website", _("Website"), "web, homepage, url, nettside, nettsted, hjemmeside", 26),
    Column("language", _("Language"), "språk", 12),
    Column("currency", _("Currency"), "valuta", 9),
    Column(RESPONSIBLE, _("Responsible"), "resp, account manager, ansvarlig, kundeansvarlig", 22),
    Column("visiting_street", _("Address"), "street, street address, visiting address, adresse, "
           "gate, gateadresse, besøksadresse, forretningsadresse", 30),
    Column("visiting_postcode", _("Postcode"), "postal code, zip, zip code, postnr, postnummer",
           10),
    Column("visiting_city", _("City"), "town, place, by, sted, poststed", 18),
    Column("postal_street", _("Postal address"), "postadresse", 30),
    Column("postal_postcode", _("Postal postcode"), "postadresse postnr", 10),
    Column("postal_city", _("Postal city"), "postadresse poststed", 18),
)  # fmt: skip
LABELS = {column.name: column.label for column in COLUMNS}


def bare(text: str) -> str:
    """Return a heading, or a word of a choice, without case, blanks and marks."""
    return "".join(c for c in text.casefold() if c.isalnum())


@cache
def by_heading() -> Mapping[str, str]:
    """Return the name of each column by whatever it is called, in any of our languages."""
    found = {bare(one): column.name for column in COLUMNS for one in column.also.split(", ")}
    for column in COLUMNS:
        found |= dict.fromkeys(map(bare, _in_all_languages(column.label)), column.name)
    return found


@cache
def choices(name: str) -> Mapping[str, str]:
    """Return the values of a column that has a choice of few, by what they are called."""
    fields: dict[str, Iterable[tuple[str, str | Promise]]] = {
        "status": Customer.Status.choices,
        "relation": Customer.Relation.choices,
        "language": [(one, label) for one, label in Customer.Language.choices if one],
        "invoice_type": InvoiceType.choices,
    }
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            rows = countries if name == "country" else fields[name]
            found |= {bare(str(label)): str(value) for value, label in rows}
    if name == "country":
        found |= {bare(countries.alpha3(code)): code for code in set(found.values())}
    if name == "language":
        found |= {"english": "en", "engelsk": "en", "norwegian": "nb", "norsk": "nb"}
    return found | {bare(value): value for value in set(found.values())}


def _in_all_languages(label: Promise) -> set[str]:
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(str(label))
    return found
