"""What reports are narrowed by: as the overview is, with the status among the filters."""

from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter

from customers.filtering import Menu
from customers.filters import CustomerFilter
from customers.models import Customer
from customers.overview import ALL, DEFAULT_STATUS


class ReportFilter(CustomerFilter):
    """The filters of the overview. Without a status there are customers of each."""

    status = ChoiceFilter(
        label=_("Status"), choices=Customer.Status, empty_label=_("All"), null_label=None
    )

    @cached_property
    def menus(self) -> list[Menu]:
        names = ("status", "tags", "relation", "responsible", "country")
        return [self.menu(name) for name in names]

    def of_overview(self, data: QueryDict) -> QueryDict:
        """Return parameters of the overview as they are asked for here: it has a usual status."""
        found = data.copy()
        status = found.get("status") or DEFAULT_STATUS
        found["status"] = "" if status == ALL else status
        return found

    def url_params_of(self, data: QueryDict) -> dict[str, Any]:
        return self.asked_of(self.of_overview(data))
