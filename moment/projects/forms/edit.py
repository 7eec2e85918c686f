"""What a project is called, whose it is, who leads it, and how it stands."""

from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField, in_words
from customers.forms.fields import one_line
from customers.models.customer import CustomerQuerySet
from moment.models import User
from moment.projects.forms.days import sensible_day
from moment.projects.forms.versioned import VersionedForm
from moment.projects.models import Project


class EditProjectForm(VersionedForm):
    """The project's own fields; of its invoices there is a page of its own.

    The customer that it has stays, whatever has become of it; another one must be one that a new
    project can be for. `visible` are those that the person may know of.
    """

    customer = CustomerField("project")
    starts_on = sensible_day(label=gettext_lazy("From"))
    ends_on = sensible_day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))

    class Meta:
        model = Project
        fields: ClassVar = [
            "name",
            "customer",
            "leader",
            "state",
            "tags",
            "starts_on",
            "ends_on",
            "notes",
        ]
        widgets: ClassVar = {
            "tags": forms.CheckboxSelectMultiple,
            "notes": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, visible: CustomerQuerySet, **kwargs: Any) -> None:
        customer = kwargs["instance"].customer
        initial = {"customer": customer} | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, **kwargs)
        self.options = {"visible": visible}
        chosen: Any = self.fields["customer"]
        chosen.visible, chosen.stays = visible, customer
        leader: Any = self.fields["leader"]
        people = User.objects.filter(is_active=True)
        if self.instance.leader_id:
            people |= User.objects.filter(pk=self.instance.leader_id)
        leader.queryset, leader.empty_label = people.order_by(*User.NAME_ORDER), _("Nobody")
        if self.is_bound:
            self._keep_customer(in_words(customer))
        self.ready()

    def clean_name(self) -> str:
        """Return the name on one line, without control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            required = self.fields["name"].error_messages["required"]
            raise forms.ValidationError(required, code="required")
        return name

    @property
    def values(self) -> dict[str, Any]:
        """Return what a valid form holds for the project, but for its tags."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "tags"}

    def _keep_customer(self, now: str) -> None:
        """Take the customer for untouched where it was: it may have another name or number now."""
        shown = self._shown().get("values", {}).get("customer")
        if [self.data.get("customer", "")] == shown:
            data = cast(QueryDict, self.data).copy()
            data["customer"] = now
            self.data = data
