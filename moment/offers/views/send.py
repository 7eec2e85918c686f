"""Sending an offer, and withdrawing the addresses under which it can be answered."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from customers.places import PLACES
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.models import CompanySettings
from moment.offers import conditions, letters, links, receipts, sending, totals
from moment.offers.forms.send import SendForm
from moment.offers.models import Offer, OfferLetter
from moment.offers.views.loading import visible_offer
from moment.offers.views.versions import sheet

RIGHTS = ("offers.view_offer", "offers.change_offer")


@needs(*RIGHTS)
def send(request: SignedInRequest, number: str) -> HttpResponse:
    offer = visible_offer(request.user, number)
    data = request.POST if request.method == "POST" else None
    form = SendForm(data, offer=offer, again=_asked_again(request, offer))
    problem = sending.why_not(offer)
    if offer.is_open and not problem:
        problem = PLACES["offer"].why_not(offer.customer)
    if form.is_valid() and not problem:
        try:
            made = sending.send(
                offer,
                form.recipients,
                by=request.user,
                version=form.cleaned_data["version"],
                message=form.cleaned_data["message"],
            )
        except sending.ChangedMeanwhile:
            form.add_error(
                None,
                _("The offer has been changed or sent meanwhile. Look at it before you send it."),
            )
        except sending.CannotSend as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            _tell(request, made)
            return redirect_to(request, offer.get_absolute_url())
    title = _("Send offer %(number)s") % {"number": offer.number}
    context = {"title": title, "form": form, "problem": problem, **_facts(offer)}
    return sheet(request, offer, "offers/send/_form.html", context)


@needs(*RIGHTS)
def revoke(request: HttpRequest, number: str) -> HttpResponse:
    offer = visible_offer(request.user, number)
    if request.method == "POST":
        count = links.revoke(offer)
        words = ngettext(
            "%(count)s address is withdrawn.", "%(count)s addresses are withdrawn.", count
        )
        messages.success(request, words % {"count": count})
        return redirect_to(request, offer.get_absolute_url())
    context = {"title": _("Withdraw the addresses"), "count": links.holding(offer).count()}
    return sheet(request, offer, "offers/send/_revoke.html", context)


@needs(*RIGHTS)
@require_POST
def again(request: SignedInRequest, number: str, letter: int) -> HttpResponse:
    """Send a letter about an answer again, of whichever version it was."""
    offer = visible_offer(request.user, number)
    of_all = OfferLetter.objects.exclude(kind=OfferLetter.Kind.OFFER).select_related(
        "offer__customer", "offer__responsible"
    )
    made = receipts.again(get_object_or_404(of_all, pk=letter, offer__number=offer.number))
    if made:
        _tell(request, [made])
    else:
        messages.warning(request, _("The letter has been sent meanwhile. Nothing was done."))
    return redirect_to(request, offer.get_absolute_url())


def _asked_again(request: HttpRequest, offer: Offer) -> OfferLetter | None:
    """Return the letter of this offer that is to be sent again, where the address names one."""
    key = request.GET.get("letter", "")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    return offer.letters.filter(pk=int(key), kind=OfferLetter.Kind.OFFER).first()


def _facts(offer: Offer) -> dict[str, object]:
    holds = conditions.of(offer, CompanySettings.current())
    lines = offer.lines.all()
    return {
        "holds": holds,
        "totals": totals.of(lines, offer.discount, holds.vat_rate, holds.currency),
    }


def _tell(request: HttpRequest, made: list[OfferLetter]) -> None:
    sent, failed = letters.told(made)
    if sent:
        messages.success(request, sent)
    if failed:
        messages.warning(request, failed)
