"""The document of an offer is kept as long as the offer is."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from moment import content
from moment.models import Content
from moment.offers import sending
from moment.projects.models import Expense
from tests.factories import ExpenseFactory, OfferFactory


@pytest.mark.django_db(transaction=True)
def test_the_sweep_keeps_documents_and_receipts_and_takes_what_nothing_holds():
    sent, receipt, spare = (
        content.receive(ContentFile(f"Innhold {n}".encode(), name=f"{n}.txt")) for n in range(3)
    )
    offer = OfferFactory()
    sending.write_down(offer, sent)
    offer.save()
    ExpenseFactory(receipt=receipt, receipt_name="1.txt")
    Content.objects.update(unused_since=timezone.now() - timedelta(days=3))
    call_command("files_sweep")
    assert set(Content.objects.all()) == {sent, receipt}
    with content.open_content(offer.document) as file:
        assert file.read() == b"Innhold 0"
    with content.open_content(Expense.objects.get().receipt) as file:
        assert file.read() == b"Innhold 1"
    assert spare not in Content.objects.all()
