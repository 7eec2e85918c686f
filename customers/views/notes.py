"""Notes on a customer."""

from django.http import HttpResponse
from django.shortcuts import render

from customers import editing, panels
from customers.forms.note import NoteForm
from customers.views.loading import visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, wants_fragment


@needs("customers.view_customer", "customers.add_note")
def create(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if request.method != "POST":  # back from signing in
        return redirect_to(request, customer.get_absolute_url())
    form = NoteForm(request.POST)
    if form.is_valid():
        editing.add_note(customer, text=form.cleaned_data["text"], author=request.user)
        if not wants_fragment(request):
            return redirect_to(request, customer.get_absolute_url() + "#notes")
        form = NoteForm()
    panel = panels.Notes(customer, request)
    context = {"customer": customer, "panel": panel, **panel.context(), "note_form": form}
    template = panel.template if wants_fragment(request) else "customers/note.html"
    return render(request, template, context, status=INVALID if form.errors else 200)
