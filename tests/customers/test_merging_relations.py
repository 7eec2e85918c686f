"""Every relation to a customer, or to a contact of one, has a rule by which merging treats it."""

from customers.merging.relations import columns_to, rules
from customers.models import Contact, Customer


def test_merging_names_every_relation_to_customers_and_contacts():
    assert set(columns_to(Customer)) | set(columns_to(Contact)) == set(rules())
