"""The project that an accepted offer becomes."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.numbered import NumberedForm
from customers.models import Customer
from customers.numbers import Proposal
from moment.models import User
from moment.offers.models import Offer


class ProjectForm(NumberedForm):
    """Its number and leader, and what the customer becomes so that it can have a project."""

    leader = forms.ModelChoiceField(
        label=gettext_lazy("Project leader"), queryset=User.objects.none(), required=False
    )
    make_active = forms.BooleanField(required=False, initial=True)
    make_customer = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, offer: Offer, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "project_%s"} | kwargs)
        self.offer_number(proposal)
        customer = offer.customer
        leader: Any = self.fields["leader"]
        leader.queryset = User.objects.filter(is_active=True)
        leader.empty_label = _("Nobody yet")
        leader.initial = offer.responsible_id if offer.responsible.is_active else None
        told = {"customer": customer.name}
        if customer.status == Customer.Status.POTENTIAL:
            self.fields["make_active"].label = _("Make %(customer)s active") % told
        else:
            del self.fields["make_active"]
        if customer.relation == Customer.Relation.PARTICIPANT:
            words = _("Make %(customer)s a customer beside project participant")
            self.fields["make_customer"].label = words % told
        else:
            del self.fields["make_customer"]

    @property
    def welcomes(self) -> bool:
        """Whether the customer has to change, which takes a right of its own."""
        return "make_active" in self.fields or "make_customer" in self.fields
