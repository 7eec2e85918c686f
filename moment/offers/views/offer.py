"""One offer: the editor while it can be changed, and what was sent afterwards."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from moment import meanwhile
from moment.access import needs
from moment.htmx import INVALID, redirect_to, wants_fragment
from moment.keyset import is_key
from moment.offers import editing
from moment.offers.models import Offer, TextTemplate
from moment.offers.views.editor import Editor
from moment.offers.views.loading import visible_offer
from moment.offers.views.versions import document

# The buttons that change what is typed and save nothing.
LINES, INSERT, CUSTOMER = "line", "insert", "customer_changed"
ROLE = "role"  # of a line: another one is chosen


@needs("offers.view_offer")
def offer(request: HttpRequest, number: str) -> HttpResponse:
    may_change = request.user.has_perm("offers.change_offer")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    offer = visible_offer(request.user, number)
    if request.method != "POST":
        is_edited = offer.is_open and may_change
        return Editor(request, offer).page() if is_edited else document(request, offer)
    data = request.POST
    if LINES in data:
        return _pressed(request, offer)
    if INSERT in data:
        return _insert(request, offer)
    if CUSTOMER in data:
        editor = Editor(request, offer, typed=data)
        return _part(editor, "offers/offer/_customer.html")
    return _save(request, offer)


@needs("offers.view_offer", "offers.change_offer")
@require_POST
def totals(request: HttpRequest, number: str) -> HttpResponse:
    """Answer what the lines come to as they are typed. Saves nothing."""
    editor = Editor(request, visible_offer(request.user, number), typed=request.POST)
    return editor.part("offers/offer/_totals.html", beside=True)


def _pressed(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Add, remove or move a line. All that is typed stays, and nothing is saved."""
    editor = Editor(request, offer, typed=request.POST)
    act, _dash, place = request.POST[LINES].partition("-")
    if act == ROLE:
        editor.propose_rate(place)
    else:
        editor.lines.press(request.POST[LINES])
    return _part(editor, "offers/offer/_lines.html")


def _insert(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Put a text template behind what is typed, and save nothing."""
    key = request.POST[INSERT]
    template = TextTemplate.objects.filter(pk=key).first() if is_key(key) else None
    data: QueryDict = request.POST.copy()
    if template is not None:
        before = data.get(template.kind, "").rstrip()
        data[template.kind] = "\n\n".join(filter(None, [before, template.text]))
    editor = Editor(request, offer, typed=data)
    if template is None:
        return editor.page()
    texts = [one for one in editor.texts() if one.kind == template.kind]
    field = editor.form[template.kind]
    return _part(editor, "offers/offer/_text.html", field=field, texts=texts)


def _part(editor: Editor, template: str, **more: object) -> HttpResponse:
    if wants_fragment(editor.request):
        return editor.part(template, **more)
    return editor.page()


def _saved(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Lead on to what the button said is next, so that it is done with what was typed."""
    url, then = offer.get_absolute_url(), request.POST.get("then", "")
    is_previewed = then == "preview" or "preview" in request.GET  # it stays open
    if then == "send":
        return redirect_to(request, reverse("offers:send", args=[offer.number]))
    messages.success(request, _("The offer is saved."))
    return redirect_to(request, f"{url}?preview=1#preview" if is_previewed else url)


def _save(request: HttpRequest, offer: Offer) -> HttpResponse:
    editor = Editor(request, offer, posted=request.POST)
    if not offer.is_open:
        editor.merge(request.POST, offer)
    elif editor.is_valid():
        form = editor.form
        shown = meanwhile.version(request.POST, offer)
        try:
            editing.save(
                form.instance,
                editor.lines.lines(),
                version=shown,
                tags=form.cleaned_data["tags"],
            )
        except editing.ChangedMeanwhile as error:
            if error.stored is None:
                editor.gone = editor.closed = True
            else:
                editor.merge(request.POST, visible_offer(request.user, offer.number))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _saved(request, offer)
    return editor.page(status=INVALID)
