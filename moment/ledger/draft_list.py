"""The drafts of invoices and credit notes as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy
from django_filters import CharFilter

from customers import search
from customers.filtering import PageFilter
from customers.listing import Listing
from customers.overview import Page
from moment.keyset import is_key
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import User

ALL = "all"


class DraftFilter(PageFilter):
    """Narrows drafts to those whose customer or project is asked for."""

    q = CharFilter(label=gettext_lazy("Search"), method="by_words")
    matched: ClassVar = {}

    class Meta:
        model = Invoice
        fields: ClassVar[list[str]] = []

    def offer(self, data: QueryDict) -> None:
        pass

    def by_words(self, drafts: QuerySet, name: str, question: str) -> QuerySet:
        for word in search.words_of(question):
            drafts = drafts.filter(
                Q(customer__name_key__contains=word)
                | Q(customer__number=word.upper())
                | Q(project__search_text__contains=word)
            )
        return drafts


@dataclass(frozen=True)
class Row:
    """A draft with the projects that its lines are of, and how it is split."""

    draft: Invoice
    projects: Sequence[str]
    parts: int  # drafts of others for their shares of this one

    @property
    def is_part(self) -> bool:
        return self.draft.part_of_id is not None


class DraftList(Listing):
    """The drafts that a user asks for, newest first."""

    url_name = "ledger:drafts"
    tab_labels: ClassVar = {ALL: gettext_lazy("All")}
    usual_tab = ALL
    heads = (
        ("customer", gettext_lazy("Customer")),
        ("", gettext_lazy("Projects")),
        ("made", gettext_lazy("Made")),
        ("amount", gettext_lazy("Amount")),
    )
    sorts: ClassVar = {
        "customer": ["customer__sort_name", "id"],
        "made": ["created_at", "id"],
        "amount": ["gross", "id"],
    }
    usual_sort = "-made"
    descending_first = ("made", "amount")

    def __init__(self, data: QueryDict, user: User) -> None:
        super().__init__(data)
        self.filter = DraftFilter(data, Invoice.objects.visible_to(user).drafts())

    @cached_property
    def counts(self) -> dict[str, int]:
        return {ALL: self.filter.qs.order_by().count()}

    @cached_property
    def page(self) -> Page:
        rows = self.filter.qs.select_related("customer", "project", "part_of", "credits")
        return self.page_of(
            rows.annotate(parts_count=Count("parts", distinct=True)),
            place=self._place,
            shown=_rows,
            key=lambda row: row.draft.pk,
        )

    def _place(self, key: str) -> tuple[Any, ...] | None:
        if not is_key(key):
            return None
        return Invoice.objects.filter(pk=key).values_list(*self.order).first()


def _rows(found: QuerySet) -> list[Row]:
    drafts = list(found)
    lines = InvoiceLine.objects.filter(invoice__in=drafts, project__isnull=False).order_by()
    names: dict[int, dict[str, None]] = {}
    for invoice, number, name in lines.values_list(
        "invoice", "project__number", "project__name"
    ).distinct():
        names.setdefault(invoice, {})[f"{number} {name}"] = None
    return [Row(one, sorted(names.get(one.pk, ())), one.parts_count) for one in drafts]
