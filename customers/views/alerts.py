"""What the register has changed for our customers, and answering it."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import alerting, answering
from customers.alert_list import AlertList, Row, answer_in_words, rows_of
from customers.alerting import TAKEABLE, Act
from customers.answering import Outcome
from customers.models import Customer
from customers.views.loading import visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to, render_page
from registry.models import Alert

Answer = Alert.Answer
_NAMED = 5  # alerts named in a message; the rest is counted


@needs("customers.view_customer")
def alerts(request: HttpRequest) -> HttpResponse:
    return render(
        request, "customers/alerts.html", {"alerts": AlertList(request.GET, request.user)}
    )


@needs("customers.view_customer", "customers.change_customer")
def answer(request: SignedInRequest) -> HttpResponse:
    """Do what the pressed button says: `take` for what is ticked, `take <name>` for one alert."""
    back = _where_from(request)
    if request.method != "POST":  # back from signing in
        return redirect_to(request, back)
    if "do" not in request.POST:  # Enter on a tick: the page stays as it is
        return HttpResponse(status=204)
    what, _blank, name = request.POST["do"].partition(" ")
    shown = [name] if name else request.POST.getlist("alert")
    if what not in Act.values or not shown:
        messages.warning(request, _("Tick the alerts first that this is to be done with."))
    else:
        _tell(request, answering.answer(shown, Act(what), request.user))
    # A fragment too follows to the page, and picks what has changed on it.
    return HttpResponseRedirect(back)


@needs("customers.view_customer", "customers.change_customer")
def block(request: HttpRequest) -> HttpResponse:
    """Ask before customers are blocked: a dialog, and the same as a page."""
    name = request.GET.get("alert", "")
    found = alerting.visible_to(request.user).filter(pk=alerting.key_of(name))
    visible = Customer.objects.visible_to(request.user).order_by("sort_number")
    row = next(iter(rows_of(found.select_related("handled_by"), visible)), None)
    return render_page(
        request,
        "customers/alerts_block.html",
        "customers/alerts/_block.html",
        {
            "row": row,
            "may_block": row is not None and _may_block(row, name),
            "back": _where_from(request),
            "where": _query_back(request),
        },
    )


def _may_block(row: Row, name: str) -> bool:
    """Tell whether the alert still waits, as it was shown, for somebody who can be blocked."""
    as_shown = row.alert.handled_at is None and row.name == name
    return as_shown and any(act == Act.BLOCK for act, _label in row.acts)


def _where_from(request: HttpRequest) -> str:
    """Return the page that an answer was given on: a customer's profile, else the list."""
    if number := request.GET.get("customer"):
        return visible_customer(request.user, number).get_absolute_url()
    return AlertList(request.GET, request.user).url()


def _query_back(request: HttpRequest) -> str:
    """Return the query by which the answer finds back."""
    query = request.GET.copy()
    query.pop("alert", None)
    return query.urlencode()


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    """Say what was done, and why the rest was not."""
    if outcome.answered:
        messages.success(request, _done(outcome))
    for alert in outcome.handled[:_NAMED]:
        messages.warning(
            request,
            _("%(person)s handled this already: %(alert)s (%(answer)s).")
            % {
                "person": alert.handled_by,
                "alert": _named(outcome, [alert]),
                "answer": answer_in_words(alert).lower(),
            },
        )
    if more := len(outcome.handled[_NAMED:]):
        messages.warning(
            request,
            ngettext(
                "%(count)s more was handled already.", "%(count)s more were handled already.", more
            )
            % {"count": more},
        )
    if outcome.renewed:
        messages.warning(
            request,
            _("The register has changed once more, so nothing was done about %(alerts)s.")
            % {"alerts": _named(outcome, outcome.renewed)},
        )
    if outcome.unsuited:
        messages.warning(
            request,
            _("This cannot be done about %(alerts)s.")
            % {"alerts": _named(outcome, outcome.unsuited)},
        )
    if outcome.gone:
        messages.warning(
            request,
            ngettext(
                "%(count)s alert is gone: the register has changed back, or no customer has the "
                "number any more.",
                "%(count)s alerts are gone: the register has changed back, or no customer has the "
                "number any more.",
                outcome.gone,
            )
            % {"count": outcome.gone},
        )


def _done(outcome: Outcome) -> str:
    """Return `Fjell AS, postal address: new value taken`, or how many were answered how."""
    if len(outcome.answered) == 1:
        alert = outcome.answered[0]
        if alert.answer == Answer.TAKEN and alert.kind not in TAKEABLE:
            return _statuses(outcome.customers[alert.org_number])
        return f"{_named(outcome, [alert])}: {answer_in_words(alert).lower()}."
    given = [alert.answer for alert in outcome.answered]
    taken, kept, noted = (given.count(how) for how in (Answer.TAKEN, Answer.KEPT, Answer.NOTED))
    counted = [
        (taken, ngettext("%(count)s new value taken", "%(count)s new values taken", taken)),
        (kept, ngettext("%(count)s of ours kept", "%(count)s of ours kept", kept)),
        (noted, ngettext("%(count)s alert noted", "%(count)s alerts noted", noted)),
    ]
    return ", ".join(words % {"count": count} for count, words in counted if count) + "."


def _statuses(customers: list[Customer]) -> str:
    """Return `Fjell AS: blocked.`"""
    told = (f"{customer.name}: {customer.get_status_display().lower()}" for customer in customers)
    return ", ".join(told) + "."


def _named(outcome: Outcome, alerts_: Iterable[Alert]) -> str:
    """Return alerts by customer and kind: `Fjell AS, postal address`."""
    alerts_ = list(alerts_)
    named = [
        ", ".join(
            [
                *(customer.name for customer in outcome.customers.get(alert.org_number, [])),
                str(alert.get_kind_display()).lower(),
            ]
        )
        for alert in alerts_[:_NAMED]
    ]
    return "; ".join(named) + (" …" if alerts_[_NAMED:] else "")
