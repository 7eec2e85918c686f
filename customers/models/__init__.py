"""What a customer is, one file a concept."""

from auditlog.registry import auditlog

from customers.models.classification import Tag
from customers.models.customer import Customer
from customers.models.digest import AlertDigest
from customers.models.note import Note
from customers.models.number_series import NumberSeries, UsedNumber

__all__ = ["AlertDigest", "Customer", "Note", "NumberSeries", "Tag", "UsedNumber"]

auditlog.register(Customer, exclude_fields=Customer.NOT_IN_HISTORY, m2m_fields={"tags"})
auditlog.register(Note, exclude_fields=["created_at"])
auditlog.register(Tag)
auditlog.register(NumberSeries, exclude_fields=["next"])
