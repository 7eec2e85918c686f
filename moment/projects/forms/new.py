"""The new-project dialog."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import invoicing
from customers.forms.choosing import CustomerField
from customers.forms.fields import one_line
from customers.forms.numbered import NumberedForm
from customers.models import Customer
from customers.numbers import Proposal
from moment.models import CompanySettings, User
from moment.projects.forms.days import sensible_day
from moment.projects.forms.price_model import PriceModelForm
from moment.projects.models import PriceModel, Project


class NewProjectForm(NumberedForm, forms.ModelForm):
    """Customer, number, name, leader, state, tags and dates."""

    customer = CustomerField(
        "project",
        help_text=gettext_lazy("Name or number. Only an active customer can get a new project."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    starts_on = sensible_day(label=gettext_lazy("From"))
    ends_on = sensible_day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))

    class Meta:
        model = Project
        fields: ClassVar = ["customer", "name", "leader", "state", "tags", "starts_on", "ends_on"]
        widgets: ClassVar = {"tags": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, proposal: Proposal, user: User, **kwargs: Any) -> None:
        # The dialog stands over the list, whose filters have fields of the same names.
        super().__init__(*args, **{"auto_id": "new_%s"} | kwargs)
        self.offer_number(proposal)
        customer: Any = self.fields["customer"]
        customer.visible = Customer.objects.visible_to(user)
        leader: Any = self.fields["leader"]
        leader.queryset, leader.empty_label = User.objects.filter(is_active=True), _("Nobody yet")
        leader.initial = user.pk
        if not self.is_bound:
            first = "name" if self.initial.get("customer") else "customer"
            self.fields[first].widget.attrs["autofocus"] = True

    def clean_name(self) -> str:
        """Return the name with single blanks and without control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return data


class NewProjectSheet:
    """The whole dialog: the project and its first price model."""

    def __init__(
        self,
        user: User,
        proposal: Proposal,
        data: QueryDict | None = None,
        *,
        customer: Customer | None = None,
    ) -> None:
        self.proposal = proposal
        self.project = NewProjectForm(
            data, proposal=proposal, user=user, initial={"customer": customer}
        )
        self.model = PriceModelForm(
            data,
            instance=PriceModel(),
            currency=self._currency(customer),
            amounts=user.has_perm("projects.view_amounts"),
            planned=False,
            prefix="model",
        )

    def _currency(self, customer: Customer | None) -> str:
        """Return the currency that the project will be in, as far as its customer is known."""
        if self.project.is_bound and self.project.is_valid():
            customer = self.project.cleaned_data["customer"]
        company = CompanySettings.current()
        return str(invoicing.value("currency", customer or Customer(), company))

    @property
    def is_bound(self) -> bool:
        return self.project.is_bound

    def is_valid(self) -> bool:
        return all([self.project.is_valid(), self.model.is_valid()])

    def tell(self, error: ValidationError) -> None:
        """Put what was wrong on saving beside its field: the number's, unless it says another."""
        self.project.add_error(None if hasattr(error, "error_dict") else "number", error)
