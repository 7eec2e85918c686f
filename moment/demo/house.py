"""The demo's own company: a fictional consultancy with its standards and bank accounts."""

from django.db import transaction

from moment.models import BankAccount, CompanySettings
from registry.org_number import with_check_digit

NAME = "Huldervang Rådgivning AS"


@transaction.atomic
def load() -> bool:
    """Make the company unless there is one; tell whether it was made."""
    _company, made = CompanySettings.objects.get_or_create(
        pk=1,
        defaults={
            "name": NAME,
            # Of the last that the fictional register would come to, so nobody's yet.
            "org_number": _org_number(),
            "business_register": True,
            "street": "Bryggegata 6",
            "postcode": "0250",
            "city": "Oslo",
            "email": "post@huldervang.example",
            "phone": "22 00 41 50",
            "website": "https://www.huldervang.example",
            "invoice_footer": "Spørsmål om fakturaen? Skriv til faktura@huldervang.example.",
            "charge_text": "Fakturagebyr",
        },
    )
    if made and not BankAccount.objects.exists():
        BankAccount.objects.create(
            number="99904112344",
            name="Drift",
            bic="DEMONO22",
            kid_check=BankAccount.Check.MOD10,
            kid_customer_digits=6,
            kid_invoice_digits=6,
        )
        BankAccount.objects.create(
            number="NO9699904112352", name="Euro", bic="DEMONO22", currency="EUR", order=1
        )
    return made


def _org_number() -> str:
    return next(
        number for n in range(100) if (number := with_check_digit(f"399999{n:02}")) is not None
    )
