"""Hours from a text or a spreadsheet: looked through first, then imported all or none."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.access import SignedInRequest, needs
from moment.htmx import INVALID
from moment.projects import hours
from moment.projects.forms.hours_import import ImportForm
from moment.projects.importing_hours import MOST_ROWS, Draft
from moment.projects.week import Week


@needs("projects.view_project", "projects.add_timeentry")
def hours_import(request: SignedInRequest) -> HttpResponse:
    form = ImportForm(request.POST or None, request.FILES or None)
    draft = _draft(form, request) if form.is_valid() else None
    if draft and form.is_import and not draft.can_be_imported:
        form.note = _("Nothing is imported as long as a row is wrong, or none is left.")
    elif draft and form.is_import:
        try:
            entries = hours.register(draft.wanted, not_twice=draft.not_twice)
        except (hours.ThereAlready, hours.Refused):
            # Looked through again, the rows say what has happened meanwhile.
            draft, form.note = draft.again(), _("Something has changed meanwhile. Look once more.")
        else:
            words = ngettext(
                "%(count)s entry is imported.", "%(count)s entries are imported.", len(entries)
            )
            count = number_format(len(entries), force_grouping=True)
            messages.success(request, words % {"count": count})
            return HttpResponseRedirect(_where(request, draft))
    refused = form.is_bound and (draft is None or draft.problem or form.note)
    most = number_format(MOST_ROWS, force_grouping=True)
    context = {"form": form, "draft": draft, "most": most, "columns": ImportForm.columns()}
    template = "projects/hours_import.html"
    return render(request, template, context, status=INVALID if refused else 200)


def _draft(form: ImportForm, request: SignedInRequest) -> Draft:
    return Draft(form.text, request.user, form.ticked, all_ticked=form.all_ticked)


def _where(request: SignedInRequest, draft: Draft) -> str:
    """Return where what was imported is seen: the only project's list, else the last week."""
    if len(draft.projects) == 1:
        (number,) = draft.projects
        return reverse("projects:hours", args=[number])
    week = Week.of(max(one.day for one in draft.wanted))
    return f"{reverse('projects:my_hours')}?week={week}"
