"""What a customer sees of an offer, and answers, without signing in.

Whoever knows an address can answer, so it is told to nobody: not to other sites, not to caches,
not to search engines.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from customers.invoice_document import LANGUAGES
from moment.htmx import INVALID, wants_fragment
from moment.offers import links, public, receipts
from moment.offers.answering import CannotAnswer
from moment.offers.forms.answer import ACCEPT, REJECT, AcceptForm, RejectForm, chosen_of
from moment.offers.models import AnswerLink
from moment.offers.public import Page
from moment.offers.views.pdf import shown

GONE, CONFLICT = 410, 409
Forms = dict[str, AcceptForm | RejectForm]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the offer and take the answer. Nothing is answered by looking: mail scanners look too.

    A POST that neither accepts nor rejects shows what the offer comes to with the options that
    are ticked, and saves nothing.
    """
    link = links.find(token)
    if link is None:
        return _confidential(_nothing(request))
    page = public.of(link)
    with translation.override(LANGUAGES[page.holds.language]):
        if request.method == "POST":
            response = _posted(request, link, page)
        else:
            if request.method == "GET" and page.is_readable and not request.user.is_authenticated:
                links.opened(link)
            response = _page(request, page, status=200 if page.is_readable else GONE)
        response["Content-Language"] = translation.get_language() or ""
    return _confidential(response)


@login_not_required
@require_safe
def answer_pdf(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the document as it was sent, as long as the address holds."""
    link = links.find(token)
    if link is None:
        return _confidential(_nothing(request))
    page = public.of(link)
    if page.is_readable:
        return _confidential(shown(page.offer, request))
    with translation.override(LANGUAGES[page.holds.language]):
        return _confidential(_page(request, page, status=GONE))


def _posted(request: HttpRequest, link: AnswerLink, page: Page) -> HttpResponse:
    if not page.is_open:
        return _page(request, page, status=CONFLICT if page.is_readable else GONE)
    act, options = request.POST.get("act"), page.options
    chosen = chosen_of(request.POST.getlist("chosen"), options)
    page.choose(chosen)
    forms: Forms = {
        ACCEPT: AcceptForm(request.POST if act == ACCEPT else None),
        REJECT: RejectForm(request.POST if act == REJECT else None),
    }
    form = forms.get(act or "")
    if form is None:
        if wants_fragment(request):
            return render(request, "offers/answer/_totals.html", {"page": page})
        forms[ACCEPT].initial = {"name": request.POST.get("name", "")}
        return _page(request, page, forms)
    if not form.is_valid():
        return _page(request, page, forms, status=INVALID)
    try:
        receipts.answer(link, form.given(chosen))
    except CannotAnswer:
        link.refresh_from_db()
        found = public.of(link)
        return _page(request, found, status=CONFLICT if found.is_readable else GONE)
    return HttpResponseRedirect(request.path)


def _page(
    request: HttpRequest,
    page: Page,
    forms: Forms | None = None,
    status: int = 200,
) -> HttpResponse:
    if not page.is_readable:
        return render(request, "offers/answer/gone.html", {"page": page}, status=status)
    forms = forms or {ACCEPT: AcceptForm(), REJECT: RejectForm()}
    context = {"page": page, "accept": forms[ACCEPT], "reject": forms[REJECT]}
    response = render(request, "offers/answer.html", context, status=status)
    if page.is_open:
        # The origin alone, never the address. With "no-referrer" browsers would not tell either
        # where a form is sent from, and Django would refuse it as another site's.
        response["Referrer-Policy"] = "strict-origin"
    return response


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "offers/answer/not_found.html", status=404)


def _confidential(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
