"""What the register says of our customers, in words."""

from django.utils.translation import gettext as _

from moment.templatetags.moment import short_date
from registry.models import Entity

_TROUBLE = (
    "org_number",
    "bankrupt",
    "bankrupt_on",
    "winding_up",
    "winding_up_on",
    "compulsory_dissolution",
    "compulsory_dissolution_on",
    "deleted_on",
)


def trouble(entity: Entity) -> str:
    """Return the worst that the register says, with its date: `Bankrupt since 19 Nov 2026`."""
    if entity.deleted_on:
        return _("Deleted %(date)s") % {"date": short_date(entity.deleted_on)}
    for wrong, since, words, dated in (
        (entity.bankrupt, entity.bankrupt_on, _("Bankrupt"), _("Bankrupt since %(date)s")),
        (
            entity.compulsory_dissolution,
            entity.compulsory_dissolution_on,
            _("Compulsory dissolution"),
            _("Compulsory dissolution since %(date)s"),
        ),
        (
            entity.winding_up,
            entity.winding_up_on,
            _("Being wound up"),
            _("Being wound up since %(date)s"),
        ),
    ):
        if wrong:
            return dated % {"date": short_date(since)} if since else words
    return ""


def trouble_of(org_numbers: list[str]) -> dict[str, str]:
    """Return the troubles of these reg. nos. that have any, in one query."""
    entities = Entity.objects.filter(org_number__in=[n for n in org_numbers if n]).only(*_TROUBLE)
    return {entity.org_number: words for entity in entities if (words := trouble(entity))}
