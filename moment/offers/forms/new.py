"""A new offer: for whom, what it is called, and who looks after it."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.forms.choosing import CustomerField
from customers.forms.fields import one_line
from customers.forms.numbered import NumberedForm
from customers.models.customer import CustomerQuerySet
from customers.numbers import Proposal
from moment.models import User
from moment.offers.models import Offer
from moment.projects.forms.days import sensible_day

VALID = timedelta(days=30)


class NewOfferForm(NumberedForm, forms.ModelForm):
    customer = CustomerField("offer")
    valid_until = sensible_day(required=True)

    class Meta:
        model = Offer
        fields: ClassVar = ["customer", "name", "number", "valid_until", "responsible"]

    def __init__(
        self,
        *args: Any,
        visible: CustomerQuerySet,
        proposal: Proposal,
        user: User,
        **kwargs: Any,
    ) -> None:
        # The dialog stands over pages whose fields have the same names.
        super().__init__(*args, **{"auto_id": "new_%s"} | kwargs)
        self.offer_number(proposal)
        customer: Any = self.fields["customer"]
        customer.visible = visible
        last = self.fields["valid_until"]
        last.label, last.help_text = _("Valid until"), _("The last day.")
        last.initial = timezone.localdate() + VALID
        responsible: Any = self.fields["responsible"]
        responsible.queryset, responsible.empty_label = User.objects.filter(is_active=True), None
        responsible.initial = user.pk

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], "required")
        return name

    def clean_valid_until(self) -> Any:
        last = self.cleaned_data["valid_until"]
        if last < timezone.localdate():
            raise ValidationError(_("The last day is over already."), code="past")
        return last
