"""What administrators look after: tags, project roles, number series and saved filters."""

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from customers.forms.saved_filter import SavedFilterForm
from customers.models import ContactTag, NumberSeries, ProjectRole, SavedFilter, Tag


def _used(rows: str, merged_into: str) -> Count:
    """Return how many of these rows have a tag, without what stayed with merged customers."""
    return Count(rows, filter=Q(**{f"{rows}__{merged_into}": None}))


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ["name", "color", "order", "used_by"]
    list_editable = ["order"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(used=_used("customers", "merged_into"))

    def delete_model(self, request, obj):
        self.delete_queryset(request, Tag.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        # Locked first: whoever is giving them to customers is done then, and that goes with them.
        keys = list(queryset.values_list("pk", flat=True))
        tags = Tag.objects.filter(pk__in=keys)
        list(tags.select_for_update().order_by("pk"))
        super().delete_queryset(request, tags)

    @admin.display(description=_("customers"), ordering="used")
    def used_by(self, tag):
        return tag.used


@admin.register(ContactTag)
class ContactTagAdmin(admin.ModelAdmin):
    list_display = ["name", "color", "order", "used_by"]
    list_editable = ["order"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return (
            super().get_queryset(request).annotate(used=_used("contacts", "customer__merged_into"))
        )

    @admin.display(description=_("contacts"), ordering="used")
    def used_by(self, tag):
        return tag.used


@admin.register(ProjectRole)
class ProjectRoleAdmin(admin.ModelAdmin):
    list_display = ["name", "order"]
    list_editable = ["order"]
    search_fields = ["name"]


@admin.register(NumberSeries)
class NumberSeriesAdmin(admin.ModelAdmin):
    list_display = ["__str__", "kind", "prefix", "first", "last", "next", "locked", "hidden"]

    def get_readonly_fields(self, request, obj=None):
        # What numbers a series counts is settled when it is made.
        return ["kind"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SavedFilter)
class SavedFilterAdmin(admin.ModelAdmin):
    form = SavedFilterForm
    list_display = ["name", "owner", "shared", "created_at"]
    list_filter = ["shared"]
    search_fields = ["name"]
    readonly_fields = ["owner", "page", "query"]

    def has_add_permission(self, request):
        # They come of what somebody looks at.
        return False
