"""Finalising drafts: one, after a look at what will happen, or several at once."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.numbers import propose
from moment.access import SignedInRequest, needs
from moment.content import Refused
from moment.htmx import redirect_to
from moment.ledger import checks, crediting, delivering, documents, finalising, totals
from moment.ledger.finalising import CannotFinalise, ChangedMeanwhile
from moment.ledger.models import Invoice
from moment.ledger.numbers import INVOICES
from moment.ledger.views.loading import visible_draft
from moment.ledger.views.sheet import sheet
from moment.models import CompanySettings

RIGHTS = ("ledger.view_invoice", "ledger.change_invoice")
SEND = "send"  # the button that leads straight on to delivery
MOST = 500  # drafts at a time
_TOLD = 10  # of those that could not be finalised


@needs(*RIGHTS)
def finalise(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = visible_draft(request.user, pk)
    if draft.is_final:
        return _already(request, draft)
    if request.method != "POST":
        return _sheet(request, draft)
    try:
        final = finalising.finalise(draft, version=_version(request), by=request.user)
    except ChangedMeanwhile as error:
        if error.stored is not None and error.stored.is_final:
            return _already(request, error.stored)
        text = _("Somebody has changed the draft meanwhile. This is how it is now.")
        return _sheet(request, visible_draft(request.user, pk), text)
    except CannotFinalise:
        return _sheet(request, draft)
    except ValidationError as error:
        return _sheet(request, draft, " ".join(error.messages))
    messages.success(request, _("%(invoice)s is final.") % {"invoice": final})
    try:
        documents.files(final)
    except Refused as error:
        messages.warning(request, str(error))
    page = "deliver" if request.POST.get("then") == SEND else "invoice"
    return redirect_to(request, reverse(f"ledger:{page}", args=[final.number]))


@needs(*RIGHTS)
def finalise_all(request: SignedInRequest) -> HttpResponse:
    """Finalise drafts, each `draft` by its key and the version that was shown, like `12:1`.

    Asked first what will happen.
    """
    drafts = _chosen(request)
    if request.method != "POST" and drafts:
        return _sheet_of_all(request, drafts)
    if not drafts:
        messages.warning(request, _("Tick the drafts that are to be finalised."))
        return redirect_to(request, reverse("ledger:drafts"))
    done, failed = finalising.finalise_all(drafts, request.user)
    if done:
        words = ngettext("%(count)s is final.", "%(count)s are final.", len(done))
        messages.success(request, words % {"count": len(done)})
    for left in failed[:_TOLD]:
        messages.warning(request, f"{left.draft.customer.name}: {' '.join(left.texts)}")
    if more := failed[_TOLD:]:
        words = ngettext("%(count)s more stays a draft.", "%(count)s more stay drafts.", len(more))
        messages.warning(request, words % {"count": len(more)})
    if not done:
        return redirect_to(request, reverse("ledger:drafts"))
    numbers = urlencode([("invoice", str(one.number)) for one in done])
    return redirect_to(request, f"{reverse('ledger:deliver_all')}?{numbers}")


def _chosen(request: SignedInRequest) -> list[Invoice]:
    """Return the drafts that are named, as they are now, with the versions that were shown."""
    named = (request.POST if request.method == "POST" else request.GET).getlist("draft")
    shown = [text.partition(":") for text in named[:MOST]]
    versions = {int(key): version for key, _colon, version in shown if _is_number(key)}
    rows = Invoice.objects.visible_to(request.user).drafts().filter(pk__in=versions)
    drafts = list(rows.select_related("customer", "project", "credits").order_by("pk"))
    for one in drafts:
        if _is_number(versions[one.pk]):
            one.version = int(versions[one.pk])
    return drafts


def _sheet_of_all(request: SignedInRequest, drafts: list[Invoice]) -> HttpResponse:
    """Say how many drafts would be final and which would not, what they come to, and numbers."""
    ready, left_out = finalising.look(drafts)
    sums: dict[str, Decimal] = {}
    for one in ready:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.gross
    words = ngettext("Finalise %(count)s draft", "Finalise %(count)s drafts", len(ready))
    proposal = propose(INVOICES)
    context: dict[str, Any] = {
        "title": words % {"count": len(ready)} if ready else _("Finalise"),
        "ready": ready,
        "left_out": left_out,
        "sums": sorted(sums.items()),
        "notes": sum(one.is_credit_note for one in ready),
        "dated": sum(one.issued_on is not None for one in ready),
        "today": timezone.localdate(),
        "proposal": proposal,
        "problem": proposal.problem,
    }
    return sheet(request, "ledger/finalise/_all.html", context)


def _already(request: HttpRequest, final: Invoice) -> HttpResponse:
    """Lead whoever comes second, such as by a double click, to what is there."""
    messages.info(request, _("It is final already: %(invoice)s.") % {"invoice": final})
    return redirect_to(request, final.get_absolute_url())


def _version(request: HttpRequest) -> int:
    shown = request.POST.get("version", "")
    return int(shown) if _is_number(shown) else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _sheet(request: HttpRequest, draft: Invoice, problem: str = "") -> HttpResponse:
    """Say what will happen and what keeps it from happening; as refused after a POST."""
    lines, company = list(draft.lines.all()), CompanySettings.current()
    totals.write_down(draft, lines)
    problems = checks.of(draft, lines, company) + crediting.problems(draft, lines)
    proposal = propose(INVOICES)
    context: dict[str, Any] = {
        "title": _("Finalise the credit note") if draft.is_credit_note else _("Finalise"),
        "invoice": draft,
        "amount": draft.sign * draft.gross,
        "issued_on": draft.issued_on or timezone.localdate(),
        "due_on": draft.due_by_terms(),
        "proposal": proposal,
        "plan": delivering.plan(draft),
        "problem": problem or proposal.problem,
        "problems": problems,
        "hints": checks.hints(draft, company),
        "split": [one for one in Invoice.objects.of_split(draft) if one.pk != draft.pk],
    }
    return sheet(request, "ledger/finalise/_form.html", context)
