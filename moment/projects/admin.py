"""What administrators look after: employees with their terms, prices, price lists and tags."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from moment.projects.models import (
    Employee,
    EmployeeTerms,
    PriceList,
    PriceListRate,
    ProjectTag,
    RolePrice,
)


class TermsInline(admin.TabularInline):
    model = EmployeeTerms
    extra = 1


@admin.register(Employee)
class EmployeeAdmin(admin.ModelAdmin):
    list_display = ["user", "employed_from", "employed_until"]
    search_fields = ["user__first_name", "user__last_name", "user__username"]
    autocomplete_fields = ["user"]
    inlines = [TermsInline]


class RateInline(admin.TabularInline):
    model = PriceListRate
    extra = 1


@admin.register(PriceList)
class PriceListAdmin(admin.ModelAdmin):
    list_display = ["name", "currency"]
    search_fields = ["name"]
    inlines = [RateInline]


@admin.register(RolePrice)
class RolePriceAdmin(admin.ModelAdmin):
    list_display = ["role", "valid_from", "price"]
    list_filter = ["role"]


@admin.register(ProjectTag)
class ProjectTagAdmin(admin.ModelAdmin):
    list_display = ["name", "color", "order", "used_by"]
    list_editable = ["order"]
    search_fields = ["name"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(used=Count("projects"))

    @admin.display(description=_("projects"), ordering="used")
    def used_by(self, tag):
        return tag.used
