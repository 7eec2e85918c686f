"""Whatever people do before, between and after merges: nothing is lost, and all comes back."""

import os

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck
from hypothesis import settings as examples_of
from hypothesis.stateful import run_state_machine_as_test

from customers.merging.relations import rules
from customers.models import MailingList
from moment import content as contents
from tests.customers.merging_book import MANY, NOT_KEPT, tables
from tests.customers.merging_kinds_of_ledger import KINDS
from tests.customers.merging_states import Merging
from tests.factories import ContactTagFactory, ProjectRoleFactory, TagFactory

# `make soak` asks for many more, which differ each time, and tries what failed again first. Those
# of `make test` are always the same, so that it never fails for what nobody has touched.
SOAK = int(os.environ.get("SOAK", "0"))
RUNS = examples_of(
    max_examples=SOAK or 60,
    stateful_step_count=30,
    deadline=None,
    derandomize=not SOAK,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture
def machine(kari, anne, monkeypatch):
    """The machine, with who and what its runs share."""
    received = [
        contents.receive(ContentFile(f"Innhold {n}".encode(), name=f"innhold{n}.txt"))
        for n in range(2)
    ]
    cast = {
        "people": [kari, anne],
        "roles": ProjectRoleFactory.create_batch(1),
        "tags": TagFactory.create_batch(2),
        "contact_tags": ContactTagFactory.create_batch(2),
        "lists": [MailingList.objects.create(name=f"Liste {n}", created_by=kari) for n in range(2)],
        "contents": received,
    }
    monkeypatch.setattr(Merging, "cast", cast)
    return Merging


def test_nothing_is_lost_however_customers_are_merged_and_made_several_again(machine):
    run_state_machine_as_test(machine, settings=RUNS)


def test_every_table_that_merging_treats_takes_part():
    treated = {label.rpartition(".")[0] for label in rules()}
    made_by_others = {"customers.customer", "customers.usednumber", "customers.changeof"}
    assert treated == {kind.label for kind in KINDS} | NOT_KEPT | set(MANY) | made_by_others
    assert {kind.label for kind in KINDS} <= set(tables())
