"""What projects keep about persons: who invoices name, and what was written freely."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from customers import privacy, traces
from moment.projects.models import Project


class Projects(privacy.About):
    def export(self, posts: Collection[int], known: traces.Known) -> dict[str, Any]:
        rows = Project.objects.filter(invoice_contact__in=posts)
        return {
            "customer_contact_of_projects": [
                {"project": name, "project_number": number}
                for number, name in rows.values_list("number", "name")
            ]
        }

    def erase(self, posts: Collection[int], known: traces.Known, mine: Collection[str]) -> None:
        rows = Project.objects.filter(invoice_contact__in=posts).order_by()
        # Who has a form open is told.
        rows.update(invoice_contact=None, version=F("version") + 1)


def _places(rows: QuerySet) -> list[tuple[str, str]]:
    return [
        (f"{number} {name}", reverse("projects:project", args=[number]))
        for number, name in rows.values_list("number", "name")
    ]


TRACES: Mapping[str, traces.Kind] = {
    "projects": traces.Kind(
        Project,
        _("Projects"),
        ("name", "notes", "your_reference", "order_reference"),
        places=_places,
    )
}
