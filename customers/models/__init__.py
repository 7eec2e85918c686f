"""What a customer is, one file a concept."""

from auditlog.registry import auditlog

from customers.models.address import OtherAddress
from customers.models.change import ChangeOf
from customers.models.classification import Tag
from customers.models.contact import Contact, ContactTag, MailingList, Person, PersonEmail
from customers.models.customer import Customer
from customers.models.customer_import import CustomerImport
from customers.models.digest import AlertDigest
from customers.models.duplicate import DuplicatePair, MatchKey
from customers.models.file import File, FileVersion
from customers.models.merge import Merge, MergeChange, MergedCustomer, MergeMove
from customers.models.note import Mention, Note
from customers.models.number_series import NumberSeries, UsedNumber
from customers.models.rate import HourlyRate, ProjectRole
from customers.models.recipient import InvoiceRecipient
from customers.models.saved_filter import SavedFilter

__all__ = [
    "AlertDigest",
    "ChangeOf",
    "Contact",
    "ContactTag",
    "Customer",
    "CustomerImport",
    "DuplicatePair",
    "File",
    "FileVersion",
    "HourlyRate",
    "InvoiceRecipient",
    "MailingList",
    "MatchKey",
    "Mention",
    "Merge",
    "MergeChange",
    "MergeMove",
    "MergedCustomer",
    "Note",
    "NumberSeries",
    "OtherAddress",
    "Person",
    "PersonEmail",
    "ProjectRole",
    "SavedFilter",
    "Tag",
    "UsedNumber",
]

auditlog.register(Customer, exclude_fields=Customer.NOT_IN_HISTORY, m2m_fields={"tags"})
# What hangs on a customer: their `get_additional_data` names the customers (see ChangeOf).
auditlog.register(Contact, exclude_fields=["created_at"], m2m_fields={"tags"})
auditlog.register(File, exclude_fields=["uploaded_at", "version"])
auditlog.register(HourlyRate)
auditlog.register(InvoiceRecipient)
auditlog.register(Note, exclude_fields=["created_at", "edited_at", "version"])
auditlog.register(OtherAddress)
auditlog.register(Person, exclude_fields=Person.NOT_IN_HISTORY)
auditlog.register(PersonEmail, exclude_fields=["position"])
# What the company sets for all.
auditlog.register(ContactTag)
auditlog.register(NumberSeries, exclude_fields=["next"])
auditlog.register(ProjectRole)
auditlog.register(Tag)
