"""A new draft by hand: for whom, and by the settings of which project."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.forms.choosing import CustomerField
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment.projects.models import Project
from moment.projects.models.project import ProjectQuerySet


class ProjectField(forms.ModelChoiceField):
    def label_from_instance(self, project: Any) -> str:
        return f"{project.number} {project.name}"


class NewDraftForm(forms.Form):
    """`typed` is what was posted without being checked, so that the projects fit the customer."""

    customer = CustomerField("invoice")
    project = ProjectField(
        queryset=Project.objects.none(),
        label=_("Project"),
        required=False,
        empty_label=_("None in particular"),
        help_text=_("Its invoice settings hold. Without one, the customer's do."),
    )

    def __init__(
        self,
        *args: Any,
        visible: CustomerQuerySet,
        projects: ProjectQuerySet,
        typed: Any = None,
        **kwargs: Any,
    ) -> None:
        # The dialog stands over pages whose fields have the same names.
        super().__init__(*args, **{"auto_id": "new_%s"} | kwargs)
        customer: Any = self.fields["customer"]
        customer.visible = visible
        if typed is not None:
            self.initial.update({name: typed.get(name, "") for name in self.fields})
        now = self.customer_now()
        field: Any = self.fields["project"]
        if now is not None:
            own = projects.filter(customer=now, state__in=Project.OPEN)
            field.queryset = own.order_by("-sort_number", "-pk")

    def customer_now(self) -> Customer | None:
        """Return the customer as far as it is typed."""
        try:
            value = self["customer"].value() or ""
            found: Customer | None = self.fields["customer"].clean(
                self.fields["customer"].prepare_value(value)
            )
        except ValidationError:
            return None
        return found
