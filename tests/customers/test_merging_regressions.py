"""What random merging has found, told plainly."""

from auditlog.models import LogEntry

from customers import merging, numbers, recipients
from customers.models import ChangeOf, UsedNumber
from tests.factories import ContactFactory, CustomerFactory


def test_a_recipient_made_since_takes_its_history_along_to_where_its_contact_goes_back(kari):
    kept, other = CustomerFactory(), CustomerFactory()
    contact = ContactFactory(customer=other)
    made = merging.merge(kept.pk, [other.pk], by=kari)
    contact.refresh_from_db()
    [recipient] = recipients.add(kept, contacts=[contact], addresses=[], kind="to")
    merging.undo(made.pk, by=kari)
    recipient.refresh_from_db()
    entry = LogEntry.objects.get_for_object(recipient).get(action=LogEntry.Action.CREATE)
    assert recipient.customer == other
    assert [one.customer for one in ChangeOf.objects.filter(entry=entry)] == [other]


def test_a_former_number_of_a_merged_customer_cannot_be_taken_and_so_goes_back(kari):
    kept, other = CustomerFactory(number="1"), CustomerFactory(number="2")
    UsedNumber.objects.create(number="3", customer=other)
    UsedNumber.objects.create(number="4", customer=kept)
    made = merging.merge(kept.pk, [other.pk], by=kari)
    assert numbers.own(kept) == {"1", "4"}
    merging.undo(made.pk, by=kari)
    assert (numbers.own(kept), numbers.own(other)) == ({"1", "4"}, {"2", "3"})
