"""Changing the company and its bank accounts, safe when two people do it at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from PIL import Image

from customers.holding import ChangedMeanwhile
from moment.content import Refused, open_content, receive, release
from moment.invoice_settings.saving import write
from moment.models import BankAccount, CompanySettings, Content
from moment.pdf import Unprintable, pdf
from moment.setup.forms import BankAccountForm, CompanyForm
from moment.turns import in_turn

PICTURES = {"image/png", "image/jpeg"}
# A logo is set on every page of every invoice.
_MOST_BYTES = 2 * 1024 * 1024
_MOST_PIXELS = 4000  # on a side


class NumberTaken(Exception):
    """Someone has added the same account meanwhile."""


def save_company(form: CompanyForm) -> None:
    """Save a valid form. Raises ChangedMeanwhile, then nothing is saved."""
    with _held() as stored:
        if not form.is_as_shown(stored):
            raise ChangedMeanwhile(stored)
        for name in form.Meta.fields:
            setattr(stored, name, form.cleaned_data[name])
        stored.version += 1
        stored.save()


def save_invoicing(changes: Mapping[str, Any], seen: Mapping[str, str]) -> list[str]:
    """Give the company these settings and return the names of what became another.

    What somebody else has changed meanwhile stays, unless both changed the same: then
    `invoice_settings.saving.ChangedMeanwhile` names it and nothing is saved.
    """
    with _held() as stored:
        written = write(stored, changes, seen)
        if written:
            stored.version += 1
            stored.save()
    return written


def save_account(form: BankAccountForm) -> None:
    """Save a valid form. Raises ChangedMeanwhile or NumberTaken, then nothing is saved."""
    account = form.instance
    try:
        with in_turn(), transaction.atomic():
            if account.pk:
                stored = BankAccount.objects.select_for_update().filter(pk=account.pk).first()
                if stored is None or not form.is_as_shown(stored):
                    raise ChangedMeanwhile(stored)
            account.save()
    except IntegrityError as error:
        raise NumberTaken(_("The company has this account already.")) from error


def delete_account(account: BankAccount) -> None:
    """Remove an account; one that is gone already stays so."""
    with in_turn(), transaction.atomic():
        for stored in BankAccount.objects.select_for_update().filter(pk=account.pk):
            stored.delete()


def change_logo(upload: UploadedFile) -> None:
    """Make the uploaded picture the company's logo. Raises Refused where it is none."""
    if (upload.size or 0) > _MOST_BYTES:
        raise Refused(_("A logo has at most 2 MB."))
    content = receive(upload, accept=PICTURES)
    _check_prints(content)
    _set_logo(content)


def remove_logo() -> None:
    _set_logo(None)


def _set_logo(content: Content | None) -> None:
    with _held() as company:
        old = company.logo
        if old == content:
            return
        company.logo = content
        company.version += 1
        company.save()
        if old:
            release(old)


def _check_prints(content: Content) -> None:
    """Raise Refused unless invoices can be printed with this picture."""
    with open_content(content) as file:
        if max(Image.open(file).size) > _MOST_PIXELS:
            raise Refused(
                _("The picture is too large: at most %(pixels)s pixels on a side.")
                % {"pixels": _MOST_PIXELS}
            )
        file.seek(0)
        try:
            pdf("logo.typ", {}, {"logo": file.read()})
        except Unprintable as error:
            raise Refused(_("This picture cannot be printed. Try to save it anew as PNG.")) from (
                error
            )


@contextmanager
def _held() -> Iterator[CompanySettings]:
    """Lock the company's one row, made if need be, for a transaction."""
    with in_turn(), transaction.atomic():
        CompanySettings.objects.get_or_create(pk=1)
        yield CompanySettings.objects.select_for_update(of=("self",)).get(pk=1)
