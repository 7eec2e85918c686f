"""Editing a project."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers.holding import ChangedMeanwhile
from customers.models import Customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to
from moment.projects import editing
from moment.projects.forms.edit import EditProjectForm
from moment.projects.views.loading import visible_project


@needs("projects.view_project", "projects.change_project")
def edit(request: SignedInRequest, number: str) -> HttpResponse:
    # The form writes on its own; the page's words, and what is saved on, are as stored.
    project, written = (visible_project(request.user, number) for _twice in range(2))
    visible = Customer.objects.visible_to(request.user)
    form = EditProjectForm(request.POST or None, instance=written, visible=visible)
    changed_meanwhile = False
    if form.is_valid():
        try:
            told = editing.save(project, form.version, form.values, form.cleaned_data["tags"])
        except ChangedMeanwhile as error:
            changed_meanwhile = True
            form = form.after_change_by_others(error.stored)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            for warning in told:
                messages.warning(request, warning)
            return redirect_to(request, project.get_absolute_url())
    return render(
        request,
        "projects/edit.html",
        {"project": project, "form": form, "changed_meanwhile": changed_meanwhile},
        status=INVALID if form.is_bound else 200,
    )
