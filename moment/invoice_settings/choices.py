"""What the invoice settings choose among."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Where a value comes from, lowest first: the lowest that has one decides."""

    PROJECT = "project", _("Project")
    CUSTOMER = "customer", _("Customer")
    COMPANY = "company", _("Company")
    STANDARD = "standard", _("Standard")


class Group(models.TextChoices):
    """The groups of settings, in the order of the page."""

    TEXTS = "texts", _("Texts and references")
    GENERAL = "general", _("General")
    HOURS = "hours", _("Hours specification and attachments")
    SUMMARY = "summary", _("Summary")
    LINES = "lines", _("Invoice lines")
    DIMENSIONS = "dimensions", _("Accounting department and project")
    ACCOUNTS = "accounts", _("Accounts and VAT")
    SURCHARGE = "surcharge", _("Surcharge on expenses")
    CHARGE = "charge", _("Administrative charge")
    DISCOUNT = "discount", _("Discount")


class InvoiceType(models.TextChoices):
    """How an invoice is sent."""

    EHF = "ehf", _("EHF")
    EMAIL = "email", _("E-mail")
    LETTER = "letter", _("Letter")


class HoursSpecification(models.TextChoices):
    NONE = "none", _("None")
    ON_INVOICE = "invoice", _("On the invoice")
    PDF = "pdf", _("Attached as PDF")
    XLSX = "xlsx", _("Attached as XLSX")


class HoursGrouping(models.TextChoices):
    ACTIVITY = "activity", _("Per activity")
    EMPLOYEE = "employee", _("Per employee")
    EMPLOYEE_DAY = "employee_day", _("Per employee and day")
    ENTRY = "entry", _("Each entry with its comment")


class Summary(models.TextChoices):
    NONE = "none", _("None")
    PROJECT = "project", _("Per project")
    ACTIVITY = "activity", _("Per activity")
    EMPLOYEE = "employee", _("Per employee")


class LineGrouping(models.TextChoices):
    PROJECT = "project", _("One line per project")
    ACTIVITY = "activity", _("One line per activity")
    EMPLOYEE = "employee", _("One line per employee")
    ROLE = "role", _("One line per role")
    ENTRY = "entry", _("One line per time entry")


class Language(models.TextChoices):
    NORWEGIAN = "nb", _("Norwegian")
    ENGLISH = "en", _("English")


class VatCode(models.TextChoices):
    """Output VAT by the standard tax codes of SAF-T Financial, with the rates of 2026."""

    STANDARD = "3", _("3 · 25 %")
    FOOD = "31", _("31 · 15 %, food and drink")
    LOW = "33", _("33 · 12 %, low rate")
    ZERO = "5", _("5 · 0 %, exempt within the VAT Act")
    EXPORT = "52", _("52 · 0 %, export")
    OUTSIDE = "6", _("6 · no VAT, outside the VAT Act")
    NO_TREATMENT = "7", _("7 · no VAT treatment")


class Kind(models.TextChoices):
    """How a setting is stored, typed and shown."""

    LINE = "line"
    TEXT = "text"
    EMAIL = "email"
    CHOICE = "choice"
    SWITCH = "switch"
    WHOLE = "whole"
    PERCENT = "percent"
    AMOUNT = "amount"
    CURRENCY = "currency"
    CONTACT = "contact"
