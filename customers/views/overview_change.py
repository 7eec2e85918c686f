"""One change to all customers that were selected in the overview, asked first."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.changing_many import (
    Change,
    Meant,
    Plan,
    What,
    carry_out,
    mark_of,
    meant_by,
    plan,
)
from customers.forms.change_many import ChangeForm
from customers.models import Customer
from customers.overview import Overview
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer", "customers.change_customer")
def change(request: SignedInRequest) -> HttpResponse:
    """Ask what the selected customers change to, and change them with a post.

    `of` is the query of the overview that they were selected in, and that one comes back to.
    """
    asked = request.method == "POST"
    data = request.POST if asked else request.GET
    overview = Overview(QueryDict(data.get("of", "")), request.user)
    meant = Meant() if overview.takes_all else meant_by(data.getlist("with"), request.user)
    if data.get("what") not in What.values or not (overview.takes_all or data.getlist("with")):
        messages.warning(request, _("Select the customers first that are to change."))
        return redirect_to(request, overview.url())
    if overview.takes_all:
        customers = overview.matching
    else:
        customers = Customer.objects.visible_to(request.user).filter(pk__in=meant.keys)
    form = ChangeForm(What(data["what"]), data, asked=asked)
    planned = plan(customers, form.what, form.change)
    mark = mark_of(customers)
    is_as_shown = data.get("shown", "") == mark
    if asked and form.change and is_as_shown:
        _tell(request, form.change, planned, carry_out(form.change, customers, request.user))
        return redirect_to(request, overview.url())
    return render_page(
        request,
        "customers/overview_change.html",
        "customers/overview/_change.html",
        {
            "overview": overview,
            "meant": meant,
            "form": form,
            "change": form.change,
            "plan": planned,
            "mark": mark,
            "changed_meanwhile": asked and not is_as_shown,
        },
        status=INVALID if asked else 200,
    )


def _tell(request: SignedInRequest, change: Change, planned: Plan, count: int) -> None:
    """Say how many were changed, and of the others why not."""
    if count:
        text = ngettext(
            "%(count)s customer changed: %(change)s.",
            "%(count)s customers changed: %(change)s.",
            count,
        )
        messages.success(request, text % {"count": _number(count), "change": change.words})
    if left := planned.changed.count - count:
        text = ngettext(
            "%(count)s customer was changed by somebody else just now, and is left as it is.",
            "%(count)s customers were changed by somebody else just now, and are left as they are.",
            left,
        )
        messages.warning(request, text % {"count": _number(left)})
    if planned.already:
        text = ngettext("%(count)s was so already.", "%(count)s were so already.", planned.already)
        messages.info(request, text % {"count": _number(planned.already)})
    if planned.blocked.count:
        text = ngettext(
            "%(count)s is blocked and stays so.",
            "%(count)s are blocked and stay so.",
            planned.blocked.count,
        )
        messages.warning(request, text % {"count": _number(planned.blocked.count)})


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)
