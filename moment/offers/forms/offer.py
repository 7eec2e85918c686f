"""What is said of an offer beside its lines."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField
from customers.forms.fields import one_line
from customers.models import Contact, Customer
from customers.models.customer import CustomerQuerySet
from moment.invoice_settings.choices import Language, VatCode
from moment.models import CompanySettings, User
from moment.money import currency_choices
from moment.offers import conditions
from moment.offers.forms.line import DiscountField
from moment.offers.models import Offer
from moment.projects.forms.days import sensible_day

STATES = [(state.value, state.label) for state in Offer.OPEN]


class ContactField(forms.ModelChoiceField):
    def label_from_instance(self, contact: Any) -> str:
        name = str(contact.person)
        return f"{name}, {contact.title}" if contact.title else name


class OfferForm(forms.ModelForm):
    """All of an offer but its lines. `customer_now` is whom it is for as far as it is typed.

    `typed` is what was posted without being checked yet, so that the form shows it as it was.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    customer = CustomerField("offer")
    contact = ContactField(
        queryset=Contact.objects.none(),
        label=gettext_lazy("To"),
        required=False,
        empty_label=gettext_lazy("Nobody in particular"),
    )
    issued_on = sensible_day(label=gettext_lazy("Issued"), required=True)
    valid_until = sensible_day(label=gettext_lazy("Valid until"), required=True)
    vat_code = forms.ChoiceField(label=gettext_lazy("VAT code"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    discount = DiscountField(label=gettext_lazy("Discount on all, in per cent"))
    state = forms.ChoiceField(label=gettext_lazy("State"), choices=STATES, widget=forms.RadioSelect)

    class Meta:
        model = Offer
        fields: ClassVar = [
            "name",
            "customer",
            "contact",
            "state",
            "issued_on",
            "valid_until",
            "your_reference",
            "order_reference",
            "responsible",
            "tags",
            "discount",
            "vat_code",
            "currency",
            "language",
            "introduction",
            "terms",
        ]
        widgets: ClassVar = {
            "tags": forms.CheckboxSelectMultiple,
            "introduction": forms.Textarea(attrs={"rows": 4}),
            "terms": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(
        self,
        *args: Any,
        visible: CustomerQuerySet,
        company: CompanySettings,
        typed: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "offer_%s"} | kwargs)
        self.company = company
        customer: Any = self.fields["customer"]
        customer.visible, customer.stays = visible, self.instance.customer
        self.initial["customer"] = self.instance.customer
        responsible: Any = self.fields["responsible"]
        people = User.objects.filter(is_active=True)
        responsible.queryset = people | User.objects.filter(pk=self.instance.responsible_id)
        responsible.empty_label = None
        if typed is not None:
            self.initial.update({name: typed.get(name, "") for name in self.fields})
            self.initial["tags"] = typed.getlist("tags")
        self.customer_now = self._customer_now()
        self._offer_contacts()
        self._offer_conditions()

    def _customer_now(self) -> Customer:
        """Return whom the offer is for as it is typed; while that is nobody, whom it was for."""
        stored: Customer = self.instance.customer
        try:
            found = self.fields["customer"].clean(self["customer"].value() or "")
        except ValidationError:
            return stored
        return found or stored

    def _offer_contacts(self) -> None:
        here = Contact.objects.filter(customer=self.customer_now)
        contacts = here.current()
        if self.customer_now == self.instance.customer and self.instance.contact_id:
            contacts = contacts | here.filter(pk=self.instance.contact_id)
        field: Any = self.fields["contact"]
        field.queryset = contacts.select_related("person").order_by("person__sort_name", "pk")

    def _offer_conditions(self) -> None:
        """Offer what there is to choose, and say what holds where nothing is chosen."""
        holds = conditions.of(Offer(customer=self.customer_now), self.company)
        vat, language = VatCode(holds.vat_code).label, Language(holds.language).label
        offered: dict[str, tuple[Any, list[Any]]] = {
            "vat_code": (vat, VatCode.choices),
            "currency": (holds.currency, list(currency_choices())[1:]),
            "language": (language, Language.choices),
        }
        for name, (standard, choices) in offered.items():
            field: Any = self.fields[name]
            follows = _("As for the customer: %(value)s") % {"value": standard}
            field.choices = [("", follows), *choices]

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], "required")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("issued_on"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        return data

    def holds(self) -> conditions.Conditions:
        """Return what holds as far as it is typed; what makes no sense is as for the customer."""
        chosen = {name: self._typed(name) for name in ("vat_code", "currency", "language")}
        return conditions.of(Offer(customer=self.customer_now, **chosen), self.company)

    def issued_now(self) -> date:
        """Return when it is issued as it is typed; what makes no sense is as it was."""
        try:
            found: date = self.fields["issued_on"].clean(self["issued_on"].value())
        except ValidationError:
            return self.instance.issued_on
        return found

    def discount_now(self) -> Decimal:
        return self._typed("discount")

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        try:
            return field.clean(self[name].value())
        except ValidationError:
            return field.clean("")

    @property
    def is_potential(self) -> bool:
        """Tell whether the customer can be made active when the offer is accepted."""
        return bool(self.customer_now.status == Customer.Status.POTENTIAL)
