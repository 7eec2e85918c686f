"""Changing a project, its activities and its people, safe when two people do it at once."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from customers import invoicing
from customers.holding import ChangedMeanwhile
from customers.models import Customer
from customers.places import PLACES
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import SETTINGS, on
from moment.invoice_settings.levels import own, put
from moment.models import CompanySettings
from moment.projects import billable, subscriptions
from moment.projects.holding import held
from moment.projects.models import Activity, Project, ProjectMember, ProjectTag, TimeEntry
from moment.projects.sums import exact


class HasHours(Exception):
    """It cannot be removed: so many hours are registered there."""

    def __init__(self, hours: Decimal) -> None:
        super().__init__(hours)
        self.hours = hours


# The project itself


def save(
    project: Project, version: int, values: Mapping[str, Any], tags: Iterable[ProjectTag]
) -> list[str]:
    """Give a project these values and tags, if it is still at the version that was shown.

    `project` is as it was read. Return what else one should know, in sentences. Raises
    ChangedMeanwhile, ValidationError where the customer cannot be chosen any more, and what
    `holding.held` raises; then nothing is saved.
    """
    customer: Customer = values["customer"]
    with held(project, [customer.pk]) as stored:
        if stored.version != version:
            raise ChangedMeanwhile(stored)
        told = _give_to(stored, customer) if customer.pk != stored.customer_id else []
        _wait_for_hours(stored)
        before = stored.state
        for name, value in values.items():
            setattr(stored, name, value)
        stored.version += 1
        stored.save()
        stored.tags.set(tags)
        if stored.state != before:
            told += subscriptions.warnings(stored)
    return told


def set_state(project: Project, state: str, *, shown: str) -> bool:
    """Set the state of a project that was shown in another; return whether that changed anything.

    Raises ChangedMeanwhile, and what `holding.held` raises.
    """
    with held(project) as stored:
        if stored.state == state:
            return False
        if stored.state != shown:
            raise ChangedMeanwhile(stored)
        _wait_for_hours(stored)
        stored.state = state
        stored.version += 1
        stored.save()
    return True


def _give_to(stored: Project, customer: Customer) -> list[str]:
    """Make a project another customer's. Its amounts stay in the currency that they are in."""
    if problem := PLACES["project"].why_not(customer):
        raise ValidationError({"customer": problem})
    told, company = [], CompanySettings.current()
    before = invoicing.value("currency", stored.customer, company, stored)
    if stored.invoice_contact_id is not None:
        stored.invoice_contact = None
        told.append(_("The customer contact on invoices was one of the former customer's."))
    if any(own(setting, stored) is not None for setting in on(Level.PROJECT)):
        told.append(_("The project's own invoicing options stay. See whether they still fit."))
    stored.customer = customer
    if invoicing.value("currency", customer, company, stored) != before:
        put(SETTINGS["currency"], stored, before)
        told.append(
            _("The project stays in %(currency)s, which is not %(customer)s's currency.")
            % {"currency": before, "customer": customer}
        )
    return told


def _wait_for_hours(project: Project) -> None:
    """Have whoever registers hours wait until it is clear whether the project takes any."""
    list(project.activities.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


# Activities


def save_activity(activity: Activity, version: int = 0) -> list[str]:
    """Save a valid activity, a new one under the next number of its project.

    Return what became of its hours with it, in sentences. `version` is the one that was shown.
    Raises ChangedMeanwhile, ValidationError where its price model is gone, and what
    `holding.held` raises; then nothing is saved.
    """
    # All activities are locked before the one: in the order in which hours lock theirs.
    with held(activity.project) as project, billable.in_step(project) as told:
        if activity.pk is None:
            last = project.activities.aggregate(last=Max("number"))["last"]
            activity.number = (last or 0) + 1
        else:
            stored = _locked(activity)
            if stored is None or stored.version != version:
                raise ChangedMeanwhile(stored)
            activity.number, activity.version = stored.number, stored.version + 1
        model = activity.price_model_id
        if model is not None and not project.price_models.filter(pk=model).exists():
            gone = _("This price model was removed meanwhile. Choose another one.")
            raise ValidationError({"price_model": gone})
        activity.save()
    return told


def set_activity_state(activity: Activity, state: str, *, shown: str) -> bool:
    """Set the state of an activity that was shown in another; return whether that changed anything.

    Raises ChangedMeanwhile, and what `holding.held` raises.
    """
    with held(activity.project):
        stored = _locked(activity)
        if stored is not None and stored.state == state:
            return False
        if stored is None or stored.state != shown:
            raise ChangedMeanwhile(stored)
        stored.state = state
        stored.version += 1
        stored.save()
    return True


def remove_activity(activity: Activity) -> None:
    """Remove an activity without hours; one that is gone already stays so. Raises HasHours."""
    with held(activity.project):
        stored = _locked(activity)
        if stored is None:
            return
        if hours := hours_on(stored):
            raise HasHours(hours)
        stored.delete()


def hours_on(activity: Activity) -> Decimal:
    """Return how many hours are registered on an activity."""
    return _sum(TimeEntry.objects.filter(activity=activity))


def _locked(activity: Activity) -> Activity | None:
    rows = Activity.objects.select_for_update(of=("self",))
    return rows.filter(pk=activity.pk, project=activity.project_id).first()


# People


def add_member(member: ProjectMember) -> ProjectMember:
    """Save a new member of a project. Raises ValidationError for who is there already."""
    with held(member.project) as project:
        if project.members.filter(user=member.user_id).exists():
            there = _("%(person)s is in the project already.") % {"person": member.user}
            raise ValidationError({"user": there})
        member.save()
    return member


def set_role(member: ProjectMember, role: int | None, *, shown: int | None) -> None:
    """Give a member, shown in a role, another one by key; None: the role of the terms.

    Raises ChangedMeanwhile.
    """
    with held(member.project):
        stored = _locked_member(member)
        if stored is None or (stored.role_id != shown and stored.role_id != role):
            raise ChangedMeanwhile(stored)
        if stored.role_id != role:
            stored.role_id = role
            stored.save()


def remove_member(member: ProjectMember) -> None:
    """Take somebody without hours out of a project; who is out already stays so. Raises HasHours.

    Hours stand with whoever has worked, and their price with the role there.
    """
    with held(member.project):
        stored = _locked_member(member)
        if stored is None:
            return
        if hours := hours_of(member):
            raise HasHours(hours)
        stored.delete()


def hours_of(member: ProjectMember) -> Decimal:
    """Return how many hours a member has registered in the project."""
    rows = TimeEntry.objects.filter(activity__project=member.project_id, user=member.user_id)
    return _sum(rows)


def _locked_member(member: ProjectMember) -> ProjectMember | None:
    rows = ProjectMember.objects.select_for_update(of=("self",)).select_related("role", "user")
    return rows.filter(pk=member.pk, project=member.project_id).first()


def _sum(entries: Any) -> Decimal:
    return exact(entries.aggregate(hours=Sum("hours"))["hours"])
