"""Notes on a customer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import holding, mentions, panels
from customers import notes as customer_notes
from customers.forms.note import EditNoteForm, NoteForm
from customers.models import Customer, Note
from customers.views.loading import (
    like_of,
    moved,
    row_of,
    stayed_behind,
    visible_customer,
)
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment

_ALL = "all"  # where the person is: on the page of all notes, else on the profile


@needs("customers.view_customer")
def notes(request: SignedInRequest, number: str) -> HttpResponse:
    """All notes, page by page; a post adds one."""
    customer = visible_customer(request.user, number)
    if request.method == "POST":
        return _add(request, customer)
    if redirect := moved(request, customer, number):
        return redirect
    return _all(request, customer)


@needs("customers.view_customer")
def note(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """One note, where letters lead to; as a fragment what comes back when editing is given up."""
    customer = visible_customer(request.user, number)
    rows = customer.notes.select_related("author")
    shown = rows.filter(pk=pk).first() or like_of(customer, rows, pk)
    if shown is None and stayed_behind(customer, Note, pk):
        messages.info(request, _("The note was made one with another when customers were merged."))
        return redirect_to(request, reverse("customers:notes", args=[customer.number]))
    if shown is None:
        raise Http404
    if wants_fragment(request):
        return _one(request, customer, shown)
    return _all(request, customer, page=customer_notes.Page([shown], None), single=True)


@needs("customers.view_customer", "customers.change_note")
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    shown = _find(request, customer, pk)
    if shown is None:
        return _gone(request, customer)
    if not customer_notes.may_edit(shown, request.user):
        raise PermissionDenied
    first = {"text": shown.text, "version": shown.version}
    form = EditNoteForm(request.POST or None, initial=first, auto_id=f"note-{pk}-%s")
    stored = None
    if form.is_valid():
        try:
            text, version = form.cleaned_data["text"], form.cleaned_data["version"]
            saved = customer_notes.edit(shown, text=text, version=version)
        except customer_notes.ChangedMeanwhile as error:
            stored, form = error.stored, form.after_change_elsewhere(error.stored)
        except customer_notes.Gone:
            return _gone(request, customer)
        else:
            told = mentions.in_words(mentions.tell(saved))
            if wants_fragment(request):
                return _one(request, customer, saved, told)
            return _back(request, customer, *told, pk=pk)
    return render_page(
        request,
        "customers/note_edit.html",
        "customers/notes/_edit.html",
        {
            "customer": customer,
            "note": shown,
            "form": form,
            "stored": stored,
            "back": _where(request),
            "back_url": _url(request, customer, pk),
        },
        status=INVALID if form.is_bound else 200,
    )


@needs("customers.view_customer", "customers.change_note")
def pin(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Keep a note above the others: `pinned` in the post, or no longer."""
    customer = visible_customer(request.user, number)
    shown = row_of(customer, customer.notes, pk)
    if request.method == "POST":
        try:
            customer_notes.pin(shown, "pinned" in request.POST)
        except customer_notes.Gone:
            messages.warning(request, _("This note was deleted meanwhile."))
    # A fragment too follows to the page, and picks the notes from it.
    return HttpResponseRedirect(_url(request, customer, pk))


@needs("customers.view_customer", "customers.delete_note")
def delete(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """Delete a note; without a post, ask first."""
    customer = visible_customer(request.user, number)
    shown = row_of(customer, customer.notes.select_related("author"), pk)
    if not customer_notes.may_delete(shown, request.user):
        raise PermissionDenied
    if request.method == "POST":
        holding.delete(shown)
        return _back(request, customer, _("The note is deleted. Its text stays in the history."))
    return render_page(
        request,
        "customers/note_delete.html",
        "customers/notes/_delete.html",
        {
            "customer": customer,
            "note": shown,
            "people": mentions.people_in([shown]),
            "back": _where(request),
            "back_url": _url(request, customer, pk),
        },
    )


@needs("customers.view_customer", "customers.add_note")
def mention_choices(request: SignedInRequest) -> HttpResponse:
    """The colleagues to choose from after an `@`."""
    question = request.GET.get("q", "")[:60]
    found = mentions.choices(question, besides=request.user)
    return render(request, "customers/notes/_mention_choices.html", {"people": found})


def _add(request: SignedInRequest, customer: Customer) -> HttpResponse:
    if not request.user.has_perm("customers.add_note"):
        raise PermissionDenied
    form, told = NoteForm(request.POST), []
    if form.is_valid():
        text = form.cleaned_data["text"]
        added = customer_notes.add(customer, text=text, author=request.user)
        told = mentions.in_words(mentions.tell(added))
        if not wants_fragment(request):
            return _back(request, customer, *told)
        form = NoteForm()
    status = INVALID if form.errors else 200
    if not wants_fragment(request) or _where(request):
        return _all(request, customer, form=form, told=told, status=status)
    panel = panels.Notes(customer, request)
    context = {"customer": customer, "panel": panel, **panel.context()}
    context |= {"note_form": form, "told": told}
    return render(request, panel.template, context, status=status)


def _all(
    request: HttpRequest,
    customer: Customer,
    *,
    page: customer_notes.Page | None = None,
    single: bool = False,
    form: NoteForm | None = None,
    told: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer the page of all notes, or its list to htmx."""
    page = page or customer_notes.of(customer, older_than=request.GET.get("older", ""))
    panel = panels.Notes(customer, request)
    context = {
        "customer": customer,
        "tags": customer.tags.all(),
        "panel": panel,
        "page": page,
        "people": mentions.people_in(page.notes),
        "note_form": form or NoteForm(),
        "told": told,
        # Where a wrong note came from, a right one goes back to.
        "back": _where(request) if request.method == "POST" else _ALL,
        "single": single,
    }
    # What htmx posts brings the list; what it merely follows to brings the page to pick it from.
    template = "customers/notes.html"
    if request.method == "POST" and wants_fragment(request):
        template = "customers/profile/_notes.html"
    return render(request, template, context, status=status)


def _one(
    request: HttpRequest, customer: Customer, shown: Note, told: list[str] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "customer": customer,
        "note": shown,
        "people": mentions.people_in([shown]),
        "told": told,
        "back": _where(request),
        "focused": True,
    }
    return render(request, "customers/notes/_note.html", context)


def _find(request: HttpRequest, customer: Customer, pk: int) -> Note | None:
    """Return the note; None where somebody posts to one that is gone, so that no text is lost."""
    rows = customer.notes.select_related("author")
    if request.method == "POST":
        return rows.filter(pk=pk).first() or like_of(customer, rows, pk)
    found: Note = row_of(customer, rows, pk)
    return found


def _gone(request: SignedInRequest, customer: Customer) -> HttpResponse:
    """Offer what was typed into a deleted note as a new one."""
    if not request.user.has_perm("customers.add_note"):
        raise PermissionDenied
    form = NoteForm({"text": request.POST.get("text", "")})
    form.is_valid()
    form.add_error(
        "text", _("The note was deleted meanwhile. Add what you wrote as a new one, if you like.")
    )
    if wants_fragment(request):
        context = {"customer": customer, "note_form": form, "back": _where(request)}
        return render(request, "customers/notes/_form.html", context, status=INVALID)
    return _all(request, customer, form=form, status=INVALID)


def _where(request: HttpRequest) -> str:
    """Return `all` where the person is on the page of all notes, empty for the profile."""
    data = request.POST if request.method == "POST" else request.GET
    return _ALL if data.get("back") == _ALL else ""


def _url(request: HttpRequest, customer: Customer, pk: int | None = None) -> str:
    """Return where the person came from, at the note."""
    place = f"#note-{pk}" if pk else "#notes"
    if _where(request):
        return reverse("customers:notes", args=[customer.number]) + place
    return customer.get_absolute_url() + place


def _back(
    request: HttpRequest, customer: Customer, *said: str, pk: int | None = None
) -> HttpResponse:
    for sentence in said:
        messages.info(request, sentence)
    url = _url(request, customer, pk)
    # To a place on the page that it is on already, a browser does not load it anew.
    return redirect_to(request, url.partition("#")[0] if wants_fragment(request) else url)
