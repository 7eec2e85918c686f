"""An activity: what is done, when, how long it may take, and how it is priced."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import invoicing
from customers.forms.fields import one_line
from moment.forms import AmountField
from moment.models import User
from moment.projects.forms.days import sensible_day
from moment.projects.forms.hours import HoursField
from moment.projects.forms.versioned import VersionedForm
from moment.projects.models import Activity

_MOST = Decimal("999999.99")


class ActivityForm(VersionedForm):
    """Without the agreed rate for those who may not see amounts."""

    prefix_of_ids = "activity"

    starts_on = sensible_day(label=gettext_lazy("From"))
    ends_on = sensible_day(label=gettext_lazy("Until"), help_text=gettext_lazy("The last day."))
    estimated_hours = HoursField(
        label=gettext_lazy("Estimated hours"),
        required=False,
        validators=[
            MinValueValidator(0, gettext_lazy("Write 0 or more.")),
            MaxValueValidator(_MOST),
        ],
    )
    hourly_rate = AmountField(
        label=gettext_lazy("Agreed hourly rate"), required=False, max_digits=10
    )

    class Meta:
        model = Activity
        fields: ClassVar = [
            "title",
            "state",
            "starts_on",
            "ends_on",
            "estimated_hours",
            "price_model",
            "hourly_rate",
        ]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = {"by": by}
        project, fields = self.instance.project, self.fields
        fields["title"].widget.attrs["autocomplete"] = "off"
        model: Any = fields["price_model"]
        model.queryset = project.price_models.order_by("order", "pk")
        first = model.queryset.first()
        model.empty_label = _("The default (%(model)s)") % {"model": first} if first else "–"
        model.help_text = ""
        if by.has_perm("projects.view_amounts"):
            currency = invoicing.effective(project.customer, project).value("currency")
            rate = fields["hourly_rate"]
            rate.label = _("Agreed hourly rate in %(currency)s") % {"currency": currency}
            rate.help_text = _("Empty: by the price model. Excluding VAT.")
        else:
            del fields["hourly_rate"]
        self.ready()

    def clean_title(self) -> str:
        """Return the title on one line, without control characters."""
        title = one_line(self.cleaned_data["title"])
        if not title:
            required = self.fields["title"].error_messages["required"]
            raise forms.ValidationError(required, code="required")
        return title
