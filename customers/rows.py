"""The cells of the overview's rows, ready to print: the page adds nothing but markup."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django_countries import countries

from customers.einvoicing import reachability_of
from customers.models import Customer, Tag
from customers.models.classification import Label
from customers.register_facts import trouble_of
from moment.names import initials
from moment.templatetags.moment import day_in_words, short_date
from registry.models import Alert, Reachability
from registry.org_number import formatted

# What the cells are made of.
FIELDS = (
    "pk",
    "number",
    "name",
    "country",
    "org_number",
    "status",
    "relation",
    "visiting_city",
    "postal_city",
    "postal_country",
    "visiting_country",
    "responsible_id",
    "last_activity_at",
)


def table_rows(
    customers: list[dict[str, Any]], *, tags: Sequence[Tag], people: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Return the cells of these customers, each given by its FIELDS.

    `tags` are all there are, in their order, and `people` all colleagues. Four queries whatever
    the number of customers: their tags, what the register says of them and has changed, and whether
    EHF reaches them.
    """
    status = {value: str(label) for value, label in Customer.Status.choices}
    relation = {value: str(label) for value, label in Customer.Relation.choices}
    no_number = _("No reg. no.")
    prefix = reverse("customers:overview")
    tagged = tags_of(Customer, [customer["pk"] for customer in customers], tags)
    numbers = [c["org_number"] for c in customers if c["country"] == "NO" and c["org_number"]]
    troubles, alerted, reach = trouble_of(numbers), alerted_of(numbers), reachability_of(numbers)
    # A page has few different days, and few different people.
    zone = get_current_timezone()
    in_words, short, reach_in_words = cache(day_in_words), cache(initials), _ReachInWords()
    rows = []
    for c in customers:
        person = people.get(c["responsible_id"], "")
        number, domestic = c["org_number"], c["country"] == "NO"
        # Abroad and without a number there is nothing to ask the network.
        ehf, ehf_label, ehf_checked = (
            reach_in_words(reach.get(number)) if domestic and number else ("", "", "")
        )
        rows.append(
            {
                "pk": c["pk"],
                "number": c["number"],
                "url": f"{prefix}{c['number']}/",
                "name": c["name"],
                "org_number": (formatted(number) if domestic else number) or no_number,
                "trouble": troubles.get(number, "") if domestic else "",
                "alert": domestic and number in alerted,
                "status": c["status"],
                "status_label": status[c["status"]],
                "tags": tagged.get(c["pk"], ()),
                "relation": relation[c["relation"]],
                "ehf": ehf,
                "ehf_label": ehf_label,
                "ehf_checked": ehf_checked,
                "city": _place(c),
                "person": person,
                "initials": short(person),
                "activity": in_words(c["last_activity_at"].astimezone(zone).date()),
            }
        )
    return rows


class _ReachInWords:
    """Says whether EHF reaches a customer: a mark for the look, the word, and when it was asked."""

    def __init__(self) -> None:
        yes, no = ("yes", _("Yes")), ("no", _("No"))
        self.certain = {
            (True, True): yes,
            (True, False): ("part", _("Invoice only")),
            (False, True): no,
            (False, False): no,
        }
        self.checked, self.failed = _("Checked %(date)s"), _("No answer %(date)s")
        self.never = _("Not checked yet")
        self.zone, self.day = get_current_timezone(), cache(short_date)

    def __call__(self, reach: Reachability | None) -> tuple[str, str, str]:
        if reach is None:
            return "unknown", "–", self.never
        if reach.invoice is None:
            return "unknown", "–", self.when(self.failed, reach.failed_at)
        said = self.certain[reach.invoice, bool(reach.credit_note)]
        return *said, self.when(self.checked, reach.checked_at)

    def when(self, words: str, moment: datetime | None) -> str:
        if moment is None:
            return self.never
        return words % {"date": self.day(moment.astimezone(self.zone).date())}


def _place(customer: dict[str, Any]) -> str:
    """Return the city, abroad with its country: `Göteborg, SE`."""
    kind = "visiting" if customer["visiting_city"] else "postal"
    city = customer[f"{kind}_city"]
    country = customer[f"{kind}_country"] or customer["country"]
    if country == "NO":
        return city
    return f"{city}, {country}" if city else str(countries.name(country))


def tags_of(
    model: type[Model], pks: Sequence[int], tags: Iterable[Label]
) -> dict[int, list[tuple[str, str]]]:
    """Return the tags of each row of a model as (name, colour), in the order of `tags`."""
    column: Any = model._meta.get_field("tags")
    row, tag = column.m2m_column_name(), column.m2m_reverse_name()
    links = column.remote_field.through.objects.filter(**{f"{row}__in": pks})
    having: dict[int, list[int]] = {}
    for pk, tag_pk in links.values_list(row, tag):
        having.setdefault(tag_pk, []).append(pk)
    tagged: dict[int, list[tuple[str, str]]] = {}
    for one in tags:
        for pk in having.get(one.pk, ()):
            tagged.setdefault(pk, []).append((one.name, one.color))
    return tagged


def alerted_of(org_numbers: list[str]) -> set[str]:
    """Return those of these reg. nos. that have an alert which nobody has answered."""
    waiting = Alert.objects.open().filter(org_number__in=org_numbers)
    return set(waiting.order_by().values_list("org_number", flat=True))
