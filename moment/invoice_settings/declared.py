"""The settings of invoices as one declared list.

To add a setting, add an entry and make a migration: columns, forms, the page, the resolution, the
history and the tests follow.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from moment.invoice_settings.choices import (
    Group,
    HoursGrouping,
    HoursSpecification,
    InvoiceType,
    Kind,
    Language,
    Level,
    LineGrouping,
    Summary,
    VatCode,
)
from moment.invoice_settings.schemes import scheme_code
from moment.money import currency_code

Label = Any  # a text, or a lazy one, which Django's types tell apart

OWN_LEVELS = (Level.PROJECT, Level.CUSTOMER)
EVERYWHERE = (*OWN_LEVELS, Level.COMPANY)

account_number = RegexValidator(r"^\d{4,8}\Z", _("An account has four to eight digits."))
dimension_code = RegexValidator(
    r"^[\w.-]{1,20}\Z", _("A code has up to 20 letters, digits, dots and hyphens.")
)


@dataclass(frozen=True)
class Setting:
    """One setting: what it is called, how it is kept, and on which levels it makes sense."""

    name: str
    group: Group
    label: Label
    kind: Kind
    levels: tuple[Level, ...] = EVERYWHERE
    choices: type[models.TextChoices] | None = None
    # What holds where no level has a value.
    standard: Any = None
    length: int = 200  # characters
    lowest: int | None = None
    highest: int | None = None
    unit: Label = ""
    # The value with its unit, by number.
    counted: Label = "%d"
    help: Label = ""
    validators: tuple[Callable[[Any], None], ...] = ()

    def above(self, level: Level) -> list[Level]:
        """Return the levels that this one inherits from, the nearest first."""
        order = list(Level)
        return [other for other in self.levels if order.index(other) > order.index(level)]

    def column(self) -> models.Field:
        """Return the column that keeps the setting on a level; None in it means *inherit*."""
        common: dict[str, Any] = {
            "verbose_name": self.label,
            "null": True,
            "blank": True,
            "help_text": self.help,
            "validators": [*self.validators, *self._limits()],
        }
        match self.kind:
            case Kind.TEXT:
                return models.TextField(max_length=self.length, **common)
            case Kind.EMAIL:
                return models.EmailField(**common)
            case Kind.SWITCH:
                return models.BooleanField(**common)
            case Kind.WHOLE:
                return models.PositiveSmallIntegerField(**common)
            case Kind.PERCENT:
                return models.DecimalField(max_digits=5, decimal_places=2, **common)
            case Kind.AMOUNT:
                return models.DecimalField(max_digits=12, decimal_places=2, **common)
            case Kind.CHOICE:
                assert self.choices
                return models.CharField(max_length=12, choices=self.choices, **common)
            case Kind.LINE:
                return models.CharField(max_length=self.length, **common)
            case Kind.CURRENCY:
                common["validators"].append(currency_code)
                return models.CharField(max_length=3, **common)
        raise ValueError(f"{self.name} has a column of its own on each level")

    def condition(self) -> Q | None:
        """Return what must hold of the column in the database, None where anything may stand."""
        if self.choices:
            return Q(**{f"{self.name}__isnull": True}) | Q(
                **{f"{self.name}__in": self.choices.values}
            )
        if self.highest is None:
            return None
        return Q(**{f"{self.name}__isnull": True}) | Q(
            **{f"{self.name}__gte": self.lowest, f"{self.name}__lte": self.highest}
        )

    def _limits(self) -> list[Callable[[Any], None]]:
        limits: list[Callable[[Any], None]] = []
        if self.lowest is not None:
            limits.append(MinValueValidator(self.lowest))
        if self.highest is not None:
            limits.append(MaxValueValidator(self.highest))
        return limits


def _texts() -> Iterator[Setting]:
    group = Group.TEXTS
    yield Setting("your_reference", group, _("Your reference"), Kind.LINE, OWN_LEVELS)
    yield Setting("order_reference", group, _("Order reference"), Kind.LINE, OWN_LEVELS)
    yield Setting("contract_reference", group, _("Contract reference"), Kind.LINE, OWN_LEVELS)
    yield Setting("invoice_contact", group, _("Customer contact"), Kind.CONTACT, OWN_LEVELS)
    yield Setting("line_above_name", group, _("Line above the name"), Kind.LINE, OWN_LEVELS)
    yield Setting("line_below_name", group, _("Line below the name"), Kind.LINE, OWN_LEVELS)
    yield Setting("invoice_text", group, _("Invoice text"), Kind.TEXT, length=2000)
    yield Setting("invoice_footer", group, _("Footer text"), Kind.TEXT, length=2000)


def _general() -> Iterator[Setting]:
    group = Group.GENERAL
    yield Setting(
        "invoice_type",
        group,
        _("Preferred invoice type"),
        Kind.CHOICE,
        choices=InvoiceType,
        standard=InvoiceType.EMAIL,
    )
    yield Setting(
        "credit_terms",
        group,
        _("Credit terms"),
        Kind.WHOLE,
        standard=30,
        lowest=0,
        highest=365,
        unit=_("days"),
        counted=ngettext_lazy("%d day", "%d days"),
    )
    yield Setting("currency", group, _("Currency"), Kind.CURRENCY, standard="NOK")
    yield Setting(
        "language",
        group,
        _("Language"),
        Kind.CHOICE,
        choices=Language,
        standard=Language.NORWEGIAN,
    )
    yield Setting(
        "vat_code",
        group,
        _("VAT code"),
        Kind.CHOICE,
        choices=VatCode,
        standard=VatCode.STANDARD,
        help=_("For customers in Norway."),
    )
    yield Setting(
        "external_receiver",
        group,
        _("External receiver"),
        Kind.EMAIL,
        help=_("An e-mail address elsewhere that gets the invoices, such as a scanning service."),
    )
    yield Setting(
        "endpoint_scheme",
        group,
        _("E-invoicing scheme"),
        Kind.LINE,
        OWN_LEVELS,
        length=4,
        validators=(scheme_code,),
    )
    yield Setting(
        "endpoint_id", group, _("E-invoicing identifier"), Kind.LINE, OWN_LEVELS, length=50
    )


def _hours() -> Iterator[Setting]:
    group = Group.HOURS
    yield Setting(
        "hours_specification",
        group,
        _("Hours specification"),
        Kind.CHOICE,
        choices=HoursSpecification,
        standard=HoursSpecification.NONE,
    )
    yield Setting(
        "hours_grouping",
        group,
        _("Hours shown"),
        Kind.CHOICE,
        choices=HoursGrouping,
        standard=HoursGrouping.ACTIVITY,
    )
    yield Setting("hours_rates", group, _("Hours with rates"), Kind.SWITCH, standard=False)
    yield Setting(
        "attach_files",
        group,
        _("Attach files"),
        Kind.SWITCH,
        standard=True,
        help=_("Those of the customer's files that are marked as invoice attachment."),
    )
    yield Setting(
        "attach_receipts", group, _("Attach receipts of expenses"), Kind.SWITCH, standard=False
    )


def _layout() -> Iterator[Setting]:
    yield Setting(
        "summary",
        Group.SUMMARY,
        _("Summary"),
        Kind.CHOICE,
        choices=Summary,
        standard=Summary.NONE,
    )
    yield Setting(
        "summary_hours", Group.SUMMARY, _("Summary with hours"), Kind.SWITCH, standard=True
    )
    yield Setting(
        "line_grouping",
        Group.LINES,
        _("Lines"),
        Kind.CHOICE,
        choices=LineGrouping,
        standard=LineGrouping.ACTIVITY,
    )
    yield Setting(
        "line_period", Group.LINES, _("Period of the work on each line"), Kind.SWITCH, standard=True
    )


def _bookkeeping() -> Iterator[Setting]:
    for name, label in (
        ("accounting_department", _("Accounting department")),
        ("accounting_project", _("Accounting project")),
    ):
        yield Setting(
            name, Group.DIMENSIONS, label, Kind.LINE, length=20, validators=(dimension_code,)
        )
    # The standard accounts of NS 4102.
    for name, label, standard in (
        ("sales_account_domestic", _("Sales account, domestic"), "3000"),
        ("sales_account_foreign", _("Sales account, foreign"), "3100"),
        ("ledger_account", _("Customer ledger account"), "1500"),
    ):
        yield Setting(
            name,
            Group.ACCOUNTS,
            label,
            Kind.LINE,
            length=8,
            standard=standard,
            validators=(account_number,),
        )
    yield Setting(
        "vat_code_foreign",
        Group.ACCOUNTS,
        _("VAT code, foreign"),
        Kind.CHOICE,
        choices=VatCode,
        standard=VatCode.EXPORT,
        help=_("For customers in other countries."),
    )


def _prices() -> Iterator[Setting]:
    zero = Decimal(0)
    yield Setting(
        "expense_surcharge",
        Group.SURCHARGE,
        _("Surcharge on expenses"),
        Kind.PERCENT,
        standard=zero,
        lowest=0,
        highest=100,
        unit="%",
    )
    yield Setting(
        "charge_amount",
        Group.CHARGE,
        _("Administrative charge"),
        Kind.AMOUNT,
        standard=zero,
        lowest=0,
        highest=1_000_000,
        unit=_("in the currency of the invoice"),
        help=_("Added to each invoice, excluding VAT."),
    )
    yield Setting("charge_text", Group.CHARGE, _("Text of the charge"), Kind.LINE)
    yield Setting(
        "discount",
        Group.DISCOUNT,
        _("Discount"),
        Kind.PERCENT,
        standard=zero,
        lowest=0,
        highest=100,
        unit="%",
        help=_("Taken off the work; expenses are not reduced."),
    )
    yield Setting("discount_text", Group.DISCOUNT, _("Text of the discount"), Kind.LINE)


SETTINGS: Mapping[str, Setting] = {
    setting.name: setting
    for settings in (_texts(), _general(), _hours(), _layout(), _bookkeeping(), _prices())
    for setting in settings
}


def on(level: Level) -> list[Setting]:
    """Return the settings that make sense on a level, in order."""
    return [setting for setting in SETTINGS.values() if level in setting.levels]
