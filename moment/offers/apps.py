from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    """What is offered to customers, and what they answer."""

    name = "moment.offers"
    label = "offers"
    verbose_name = _("Offers")
