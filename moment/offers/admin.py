"""What administrators look after: tags of offers, and texts that offers begin or end with."""

from django.contrib import admin
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from moment.offers.models import Offer, OfferTag, TextTemplate


@admin.register(OfferTag)
class OfferTagAdmin(admin.ModelAdmin):
    list_display = ["name", "color", "order", "used_by"]
    list_editable = ["order"]
    search_fields = ["name"]

    def get_queryset(self, request):
        # An offer counts once, however many versions it has had.
        newest = ~Q(offers__state=Offer.State.REPLACED)
        return super().get_queryset(request).annotate(used=Count("offers", filter=newest))

    @admin.display(description=_("offers"), ordering="used")
    def used_by(self, tag):
        return tag.used


@admin.register(TextTemplate)
class TextTemplateAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "language"]
    list_filter = ["kind", "language"]
    search_fields = ["name", "text"]
