"""The choice of letters about register alerts, and what these letters say."""

from typing import Any

from django import template
from django.template import Context

from customers import digests, register_facts
from customers.forms.digest import NEVER, DigestForm
from moment.templatetags.moment import short_date
from registry.models import Alert

register = template.Library()


@register.inclusion_tag("customers/digest/_control.html", takes_context=True)
def digest_control(context: Context) -> dict[str, Any]:
    """Show how often the user gets letters about alerts, to be changed. One query."""
    user = context["request"].user
    return {"form": DigestForm(user=user, initial={"frequency": digests.choice_of(user) or NEVER})}


@register.filter
def headline(alert: Alert, names: dict[str, str]) -> str:
    """Return what an alert tells in a few words: `Bankrupt since 19 Nov`, or merely `Name`."""
    words = register_facts.alert_words(alert, names)
    return words.fact or words.label


@register.filter
def line(alert: Alert, names: dict[str, str]) -> str:
    """Return an alert as one line: `Name: Vik Bolig AS → Vik Bygg AS (19 Nov)`.

    `names` are those of `register_facts.names_in`.
    """
    words = register_facts.alert_words(alert, names)
    change = " → ".join(filter(None, [words.old, words.new]))
    text = " ".join((words.fact or f"{words.label}: {change}").splitlines())
    day = short_date(alert.changed_on)
    return text if day in text else f"{text} ({day})"
