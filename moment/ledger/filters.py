"""What the list of invoices can be narrowed by."""

from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import NOBODY, Menu, PageFilter, any_or_all
from customers.models import Customer, Tag
from moment.invoice_settings.choices import InvoiceType
from moment.ledger.models import Delivery, Invoice
from moment.names import COMPANY_FORMS
from moment.templatetags.moment import full_date

NOT_DELIVERED, NOT_EXPORTED, EXPORTED = "none", "no", "yes"


class InvoiceFilter(PageFilter):
    """Filters of invoices: by what they are, when, whose, and what was done with them."""

    q = CharFilter(label=gettext_lazy("Search"), method="by_words")
    since = CharFilter(label=gettext_lazy("From"), method="by_since")
    until = CharFilter(label=gettext_lazy("Until"), method="by_until")
    customer_tags = MultipleChoiceFilter(
        label=gettext_lazy("Customer tags"), method="by_customer_tags"
    )
    customer_match = any_or_all(gettext_lazy("Customer tags"))
    responsible = MultipleChoiceFilter(label=gettext_lazy("Responsible"), method="by_responsible")
    delivered = MultipleChoiceFilter(
        label=gettext_lazy("Delivered"),
        method="by_delivered",
        choices=[*InvoiceType.choices, (NOT_DELIVERED, gettext_lazy("Not delivered"))],
    )
    exported = ChoiceFilter(
        label=gettext_lazy("Accounting"),
        method="by_export",
        empty_label=gettext_lazy("Exported or not"),
        null_label=None,
        choices=[
            (NOT_EXPORTED, gettext_lazy("Not exported")),
            (EXPORTED, gettext_lazy("Exported")),
        ],
    )

    class Meta:
        model = Invoice
        fields: ClassVar[list[str]] = []

    matched: ClassVar = {"customer_tags": "customer_match"}
    named = ("customer_tags", "responsible", "delivered")

    def offer(self, data: QueryDict) -> None:
        self.offer_rows("customer_tags", Tag.objects.all())
        self.offer_people("responsible")

    def found(self) -> QuerySet:
        """Return the invoices that the filters let through, in every state. No row twice."""
        return self.filter_queryset(self.queryset.all())

    @cached_property
    def params(self) -> dict[str, Any]:
        found = super().params
        return {k: v for k, v in found.items() if k not in ("since", "until") or _day(v)}

    def words(self, name: str, value: str) -> str:
        if name in ("since", "until"):
            words = _("issued from %(day)s") if name == "since" else _("issued until %(day)s")
            return words % {"day": full_date(_day(value))}
        return super().words(name, value)

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(n) for n in ("customer_tags", "responsible", "delivered", "exported")]

    def by_words(self, rows: QuerySet, name: str, question: str) -> QuerySet:
        """Keep those of which every word is among what is printed, or in the customer's name.

        A whole number or KID is found by itself, through its index; then no others are, such as
        those with the same number as a reference.
        """
        if " " not in question:
            exact = Invoice.objects.filter(Q(number=question) | Q(kid=question)).exclude(
                number=None
            )
            if keys := list(exact.order_by().values_list("pk", flat=True)):
                return rows.filter(pk__in=keys)
        words = search.words_of(question)
        words = [word for word in words if word not in COMPANY_FORMS] or words
        return rows.filter(*(_meets(word) for word in words)) if words else rows.none()

    def by_since(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = _day(value)
        return rows.filter(issued_on__gte=day) if day else rows

    def by_until(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = _day(value)
        return rows.filter(issued_on__lte=day) if day else rows

    def by_customer_tags(self, rows: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Customer.tags.through.objects.filter(customer_id=OuterRef("customer_id"))
        together = self.form.cleaned_data.get("customer_match") == "all"
        groups = [[tag] for tag in tags] if together else [tags]
        return rows.filter(*(Exists(links.filter(tag_id__in=group)) for group in groups))

    def by_responsible(self, rows: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = [value for value in values if value != NOBODY]
        meant = Q(customer__responsible__in=people)
        if NOBODY in values:
            meant |= Q(customer__responsible=None)
        return rows.filter(meant)

    def by_delivered(self, rows: QuerySet, name: str, values: list[str]) -> QuerySet:
        done = Delivery.objects.filter(invoice=OuterRef("pk"), done_at__isnull=False)
        ways = [value for value in values if value != NOT_DELIVERED]
        meant = Q(Exists(done.filter(way__in=ways))) if ways else Q(pk__in=[])
        if NOT_DELIVERED in values:
            meant |= Q(~Exists(done))
        return rows.filter(meant)

    def by_export(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(export__isnull=value == NOT_EXPORTED)


def _meets(word: str) -> Q:
    """Return the condition that a word stands on an invoice, or in its customer's name.

    As in the search for customers: shorter than three letters only where a word begins.
    """
    if len(word) > 2:
        own, customers = Q(search_text__contains=word), Q(customer__name_key__contains=word)
    else:
        own = Q(search_text__contains=f" {word}")
        customers = Q(customer__name_key__startswith=word)
        customers |= Q(customer__name_key__contains=f" {word}")
    return own | customers | Q(customer__number=word.upper())


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
