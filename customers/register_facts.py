"""What the register says of our customers, in words."""

from django.utils.translation import gettext as _

from moment.templatetags.moment import short_date
from registry.models import Entity


def trouble(entity: Entity) -> str:
    """Return the worst that the register says, with its date: `Bankrupt since 19 Nov`."""
    if entity.deleted_on:
        return _("Deleted %(date)s") % {"date": short_date(entity.deleted_on)}
    if entity.bankrupt:
        words, dated, since = _("Bankrupt"), _("Bankrupt since %(date)s"), entity.bankrupt_on
    elif entity.compulsory_dissolution:
        words, dated = _("Compulsory dissolution"), _("Compulsory dissolution since %(date)s")
        since = entity.compulsory_dissolution_on
    elif entity.winding_up:
        words, dated = _("Being wound up"), _("Being wound up since %(date)s")
        since = entity.winding_up_on
    else:
        return ""
    return dated % {"date": short_date(since)} if since else words


def trouble_of(org_numbers: list[str]) -> dict[str, str]:
    """Return the troubles of these reg. nos. that have any, in one query."""
    entities = Entity.objects.in_trouble().filter(org_number__in=[n for n in org_numbers if n])
    return {entity.org_number: trouble(entity) for entity in entities}
