"""The product's addresses, and the pages it is measured against."""

from django.urls import path

from moment.urls import handler403, urlpatterns
from tests.benchmarks import kept, pages

__all__ = ["handler403", "urlpatterns"]

urlpatterns = [
    *urlpatterns,
    path("bench/empty/", pages.empty),
    path("bench/shell/", pages.shell),
    path("bench/memory/", pages.from_memory),
    path("bench/kept/<name>/", kept.from_memory),
    path("bench/admin/", pages.site.urls),
]
