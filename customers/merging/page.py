"""What is shown of customers before they become one: how they differ, what moves, what is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_countries import countries

from customers import history
from customers.forms.merge import Choices
from customers.history.telling import Teller
from customers.merging.fields import Group, differing
from customers.merging.making import applied, decisions, refusals, untold
from customers.merging.rules import Decision
from customers.models import Contact, Customer, Tag
from customers.register_facts import trouble_of
from moment.invoice_settings import words as settings_words
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS
from moment.models import User

_TOLD = 50  # entries of the change log about what was saved meanwhile


@dataclass(frozen=True)
class Cell:
    """One customer's value of a group of fields."""

    customer: Customer
    lines: Sequence[str]
    is_empty: bool
    is_chosen: bool
    is_changed: bool = False

    @property
    def words(self) -> str:
        return ", ".join(self.lines)


@dataclass(frozen=True)
class Row:
    group: Group
    cells: Sequence[Cell]

    @property
    def kept(self) -> Cell:
        return self.cells[0]

    @property
    def chosen(self) -> Cell:
        return next(cell for cell in self.cells if cell.is_chosen)


@dataclass(frozen=True)
class Counted:
    """So many rows of one kind, and the page that shows them, if there is one."""

    words: str
    url: str


@dataclass(frozen=True)
class Moving:
    """What moves from one of the customers."""

    customer: Customer
    counted: Sequence[Counted]


@dataclass(frozen=True)
class Asking:
    """A decision, and what is chosen so far; empty for nothing yet."""

    decision: Decision
    chosen: str
    is_missing: bool

    @property
    def name(self) -> str:
        return f"decided-{self.decision.key}"


@dataclass(frozen=True)
class Saved:
    """A customer that somebody has saved since it was shown, and what they did."""

    customer: Customer
    entries: Sequence[history.Entry] = ()

    @property
    def fields(self) -> set[str]:
        return {name for entry in self.entries for name in (entry.log.changes or ())}


@dataclass
class Comparison:
    """Customers side by side, the one that is kept first, for a user who may merge them.

    A fixed number of queries, whatever the number of rows that hang on them.
    """

    customers: list[Customer]
    choices: Choices
    by: User
    # The customers that were found to be saved meanwhile, beside those whose versions say so.
    changed: Sequence[Customer] = ()
    # The keys of the decisions that were asked for and not made.
    missing: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        prefetch_related_objects(self.customers, "tags")

    @property
    def kept(self) -> Customer:
        return self.customers[0]

    @property
    def others(self) -> list[Customer]:
        return self.customers[1:]

    @property
    def numbers(self) -> str:
        """Return the numbers of those that become part of the kept one, for a sentence."""
        return get_text_list([other.number for other in self.others], _("and"))

    @property
    def in_short(self) -> str:
        """Return the other one's number, or how many others there are, for a button."""
        if len(self.others) == 1:
            return self.others[0].number
        count = len(self.others)
        return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": count}

    @cached_property
    def refusals(self) -> list[str]:
        """Return why this user cannot merge these as they are, empty where they can be."""
        return refusals(self.customers, self.by)

    # Fields

    @cached_property
    def rows(self) -> list[Row]:
        """The groups of fields in which they differ, each with whose value stays."""
        changed = {saved.customer.pk: saved.fields for saved in self.saved}
        rows = []
        for group in differing(self.customers):
            chosen = self._chosen(group)
            rows.append(
                Row(
                    group,
                    [
                        Cell(
                            customer,
                            self._lines(group, customer),
                            group.is_empty(customer),
                            customer.pk == chosen.pk,
                            not changed.get(customer.pk, set()).isdisjoint(group.columns),
                        )
                        for customer in self.customers
                    ],
                )
            )
        return rows

    @property
    def taken_over(self) -> list[Row]:
        """The fields in which the kept customer becomes another."""
        return [row for row in self.rows if row.chosen is not row.kept]

    @cached_property
    def tags(self) -> list[Tag]:
        """All tags of all of them, each once."""
        tags = {tag.pk: tag for customer in self.customers for tag in customer.tags.all()}
        return sorted(tags.values(), key=lambda tag: tag.name.casefold())

    @property
    def new_tags(self) -> list[Tag]:
        """The tags that the kept customer gets from the others."""
        own = {tag.pk for tag in self.kept.tags.all()}
        return [tag for tag in self.tags if tag.pk not in own]

    def _chosen(self, group: Group) -> Customer:
        key = self.choices.chosen.get(group.name)
        usual = group.usual(self.customers)
        return next((one for one in self.customers if one.pk == key), usual)

    def _lines(self, group: Group, customer: Customer) -> list[str]:
        """Return the value in words, in lines; of nothing, what stands for it."""
        return self._words(group, customer) or [_empty(group)]

    def _words(self, group: Group, customer: Customer) -> list[str]:
        name = group.name
        if name in ("visiting", "postal", "invoice"):
            return getattr(customer, name).lines if not group.is_empty(customer) else []
        if name == "org_number":
            number = customer.formatted_org_number
            if len({str(one.country) for one in self.customers}) == 1:
                return [number] if number else []
            return [number or _("empty"), str(countries.name(customer.country))]
        if name == "endpoint":
            return [text] if (text := ":".join(v for v in group.values(customer) if v)) else []
        if name == "responsible":
            return [str(customer.responsible)] if customer.responsible else []
        value = getattr(customer, group.columns[0])
        if name in SETTINGS:
            key = customer.invoice_contact_id if name == "invoice_contact" else value
            words = settings_words.words(SETTINGS[name], key, contacts=self._contacts)
            return words.splitlines()
        if display := getattr(customer, f"get_{name}_display", None):
            return [str(display())]
        return [str(value)] if value else []

    @cached_property
    def _contacts(self) -> dict[int, str]:
        """The names of the contacts that invoices name."""
        keys = [key for one in self.customers if (key := one.invoice_contact_id)]
        if not keys:
            return {}
        return dict(Contact.objects.filter(pk__in=keys).values_list("pk", "person__name"))

    # What moves, what is asked, what should be known

    @cached_property
    def moving(self) -> list[Moving]:
        """What moves and the user may see, by the customer it comes from; one query a kind."""
        kinds = [
            (rule, rule.count(column, self.others))
            for _label, rule, column in applied()
            if rule.is_told_to(self.by)
        ]
        return [
            Moving(
                other,
                [
                    Counted(str(rule.words % {"count": n}), _url(rule.page, other))
                    for rule, counts in kinds
                    if (n := counts.get(other.pk, 0))
                ],
            )
            for other in self.others
        ]

    @property
    def untold(self) -> bool:
        """Whether more may move than this user is told of."""
        return untold(self.by)

    @cached_property
    def decisions(self) -> list[Asking]:
        """What has to be settled, with what is chosen so far."""
        return [self._asking(decision) for decision in decisions(self.customers, self.by)]

    def _asking(self, decision: Decision) -> Asking:
        given = self.choices.decided.get(decision.key)
        values = [option.value for option in decision.options]
        chosen = given if given in values else decision.usual
        return Asking(decision, chosen or "", decision.key in self.missing and not chosen)

    @property
    def settled(self) -> list[tuple[str, str]]:
        """What has been decided, as questions and answers."""
        return [
            (asking.decision.question, str(option.label))
            for asking in self.decisions
            for option in asking.decision.options
            if option.value == asking.chosen
        ]

    @property
    def undecided(self) -> list[Asking]:
        return [asking for asking in self.decisions if not asking.chosen]

    @cached_property
    def troubles(self) -> dict[int, str]:
        """What the register says against any of them, by key; one query."""
        numbers = [one.org_number for one in self.customers if one.is_norwegian]
        told = trouble_of(numbers)
        return {
            one.pk: told[one.org_number]
            for one in self.customers
            if one.is_norwegian and one.org_number in told
        }

    @cached_property
    def remarks(self) -> list[str]:
        """What people should know before they merge, though there is nothing to settle."""
        found = []
        for one in self.customers:
            about = {"number": one.number, "name": one.name}
            if one.status == Customer.Status.BLOCKED:
                found.append(_("%(number)s %(name)s is blocked.") % about)
            if one.pk in self.troubles:
                about["trouble"] = self.troubles[one.pk]
                found.append(_("The register says of %(number)s %(name)s: %(trouble)s.") % about)
        if (
            len({(str(one.country), one.org_number) for one in self.customers if one.org_number})
            > 1
        ):
            found.append(
                _(
                    "They have different company reg. nos. "
                    "Make sure that they really are the same customer."
                )
            )
        for _label, rule, _column in applied():
            if rule.is_told_to(self.by) or not rule.words:
                found += rule.remarks(self.customers)
        return found

    # Two people at once

    @cached_property
    def saved(self) -> list[Saved]:
        """Those that somebody has saved since they were shown, with what is known of it."""
        stale = [
            one
            for one in self.customers
            if one.pk in {other.pk for other in self.changed}
            or self.choices.seen.get(one.pk, one.version) != one.version
        ]
        if not stale:
            return []
        told: dict[str, list[history.Entry]] = {}
        if self.choices.since:
            logs = LogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(Customer),
                object_pk__in=[str(one.pk) for one in stale],
                pk__gt=self.choices.since,
            )
            logs = logs.select_related("actor", "content_type").order_by("-timestamp", "-id")
            for entry in Teller(logs[:_TOLD]).entries:
                told.setdefault(entry.log.object_pk, []).append(entry)
        return [Saved(one, told.get(str(one.pk), [])) for one in stale]

    @cached_property
    def since(self) -> int:
        """The newest entry of the change log."""
        return LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Return all that was shown and chosen, as the fields of a form."""
        seen = {one.pk: one.version for one in self.customers} | dict(self.choices.seen)
        return [
            *(("with", other.number) for other in self.others),
            *((f"seen-{one.pk}", str(seen[one.pk])) for one in self.customers),
            ("since", str(self.choices.since or self.since)),
            *((f"chosen-{row.group.name}", str(row.chosen.customer.pk)) for row in self.rows),
            *((asking.name, asking.chosen) for asking in self.decisions if asking.chosen),
        ]


def _url(page: str, customer: Customer) -> str:
    return reverse(page, args=[customer.number]) if page else ""


def _empty(group: Group) -> str:
    """Return what stands for no value."""
    if group.name in SETTINGS and SETTINGS[group.name].above(Level.CUSTOMER):
        return settings_words.inherits(SETTINGS[group.name], Level.CUSTOMER)
    return _("nobody") if group.name == "responsible" else _("empty")
