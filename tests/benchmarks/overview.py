"""The overview: its first page against its floors, then every way to ask for other rows."""

from collections import Counter
from collections.abc import Callable, Iterator
from unittest.mock import patch
from urllib.parse import urlencode

from django.db.models import Count
from django.db.models.functions import Mod
from django.urls import reverse

from customers import counts
from customers.models import Customer, Tag
from customers.overview import PAGE_SIZE
from moment.models import User
from tests.benchmarks import pages
from tests.benchmarks.clock import Case, Visitor, measure
from tests.benchmarks.report import Target, requests_table

EMPTY, SHELL, MEMORY, FIRST = "empty page", "frame alone", "same rows from memory", "first page"
ADMIN, ADMIN_SEARCH = "admin: first page", "admin: search"
ANY_PAGE = "any page, any sort, to the first page"
NARROWED = "search, tag, status, all three, to the first page"
REACHED = "EHF, invoice type, alert, to the first page"
# One customer in so many is merged into another: rows that every index holds and no page shows.
MERGED = 40


def run(engine: str, repeats: int) -> list[Target]:
    _merge_some()
    kari = User.objects.get(username="kari")
    pages.remember(kari)
    admin = Visitor(User.objects.get(username="admin"))
    cases = measure(_cases(Visitor(kari), admin), repeats, "Overview")
    count = f"{Customer.objects.count():,} customers"
    targets = requests_table(f"Overview, {count}, {engine}, {repeats} repeats", engine, cases)
    for name, case, floor, limit in (
        ("first page to the admin's", FIRST, ADMIN, 0.25),
        ("search to the admin's", "search: common word", ADMIN_SEARCH, 0.125),
    ):
        targets.append(Target(engine, f"{name}, {count}", cases[case].ms / cases[floor].ms, limit))
    return targets


def _merge_some() -> None:
    """Have some customers be merged, unless there are some already."""
    if Customer.with_merged.filter(merged_into__isnull=False).exists():
        return
    kept = Customer.objects.earliest("pk")
    others = Customer.objects.exclude(pk=kept.pk).annotate(turn=Mod("pk", MERGED))
    others.filter(turn=0).update(merged_into=kept)


def _cases(kari: Visitor, admin: Visitor) -> Iterator[Case]:
    here = reverse("customers:overview")

    def page(
        name: str, target: str = "", limit: float = 0, *, htmx: bool = False, **params
    ) -> Case:
        send = kari.request(f"{here}?{urlencode(params, doseq=True)}", htmx=htmx)
        against = (MEMORY if name == FIRST else FIRST) if limit else ""
        return Case(name, send, target, against, limit or None)

    yield Case(EMPTY, kari.request("/bench/empty/"))
    yield Case(SHELL, kari.request("/bench/shell/"))
    yield Case(MEMORY, kari.request("/bench/memory/"))
    yield page(FIRST, "first page to the same rows from memory", 1.5)
    yield page("first page, all statuses", ANY_PAGE, 1.25, status="all")
    second = _at("number", "active", PAGE_SIZE - 1, descending=True)
    yield page("second page", ANY_PAGE, 1.25, after=second, row=PAGE_SIZE + 1)
    yield page("last page", ANY_PAGE, 1.25, last=1)
    for status in ("active", "all"):
        half = _count(status) // 2
        shown = {} if status == "active" else {"status": "all"}
        for key in Customer.SORTS:
            for sort in (key, f"-{key}"):
                middle = _at(key, status, half, descending=sort != key)
                name = f"{sort}{', all statuses' if shown else ''}"
                yield page(f"{name}: first", ANY_PAGE, 1.25, sort=sort, **shown)
                yield page(f"{name}: middle", ANY_PAGE, 1.25, sort=sort, after=middle, **shown)
    for name, params in _narrowings().items():
        yield page(name, NARROWED, 2, **params)
    for name, params in _reached().items():
        yield page(name, REACHED, 2, **params)
    anew = page("EHF unknown, counted anew", ehf="unknown")
    anew.send = _forgetting(anew.send)
    yield anew
    yield page("fragment, first page", htmx=True)
    yield page("fragment, search", htmx=True, q=_common_word())
    changes = "/bench/admin/customers/customer/"
    yield Case(ADMIN, admin.request(changes))
    yield Case(ADMIN_SEARCH, admin.request(f"{changes}?{urlencode({'q': _common_word()})}"))


def _narrowings() -> dict[str, dict]:
    tags = list(Tag.objects.annotate(used=Count("customers")).filter(used__gt=0).order_by("-used"))
    common, rare = tags[0].pk, tags[-1].pk
    half = Customer.objects.count() // 2
    word = _common_word()
    kari = User.objects.get(username="kari").pk
    return {
        "search: a full name": {"q": Customer.objects.order_by("pk")[half].name, "status": "all"},
        "search: common word": {"q": word},
        "search: common word, by name": {"q": word, "sort": "name"},
        "search: as": {"q": "as"},
        "search: one letter": {"q": "s"},
        "search: common and two letters": {"q": f"{word} as"},
        "search: no hit": {"q": "zzqqxx"},
        "tag: common": {"tags": common},
        "tag: rare": {"tags": rare},
        "tags: two, any": {"tags": [common, tags[1].pk]},
        "tags: two, all": {"tags": [common, tags[1].pk], "match": "all"},
        "tag: common, by name": {"tags": common, "sort": "name"},
        "status: inactive": {"status": "inactive"},
        "relation: participant": {"relation": "participant"},
        "responsible: one": {"responsible": kari},
        "country: Sweden": {"country": "SE"},
        "search, tag, status": {"q": word, "tags": common, "status": "inactive"},
        "search as, rare tag, status": {"q": "as", "tags": rare, "status": "inactive"},
        "search, tag, status, by name": {
            "q": word, "tags": common, "status": "inactive", "sort": "name",
        },
        "everything at once": {
            "q": word, "tags": [common, rare], "relation": ["customer", "both"],
            "responsible": kari, "country": "NO", "status": "all", "sort": "-activity",
        },
    }  # fmt: skip


def _reached() -> dict[str, dict]:
    tag = Tag.objects.annotate(used=Count("customers")).order_by("-used").first()
    return {
        "EHF yes": {"ehf": "yes"},
        "EHF no": {"ehf": "no"},
        "EHF unknown": {"ehf": "unknown"},
        "EHF unknown, by name": {"ehf": "unknown", "status": "all", "sort": "name"},
        "no reg. no.": {"ehf": "none"},
        "could be switched to EHF": {
            "ehf": "yes", "invoice_type": ["email", "letter"], "country": "NO", "status": "all",
        },
        "EHF yes, common tag": {"ehf": "yes", "tags": tag.pk},
        "EHF yes, common word": {"ehf": "yes", "q": _common_word()},
        "invoice type: letter": {"invoice_type": "letter"},
        "register alert": {"alert": "1"},
    }  # fmt: skip


def _forgetting(send: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return the same request, which counts although the answer may be kept from before."""

    def anew() -> bytes:
        with patch.object(counts, "kept", lambda question, count: count()):
            return send()

    return anew


def _of(status: str):
    return Customer.objects.all() if status == "all" else Customer.objects.filter(status=status)


def _count(status: str) -> int:
    return _of(status).count()


def _at(key: str, status: str, position: int, *, descending: bool) -> str:
    """Return the number of the customer at this position of a sorting."""
    sign = "-" if descending else ""
    order = [f"{sign}{name}" for name in (*Customer.SORTS[key], "id")]
    return _of(status).order_by(*order).values_list("number", flat=True)[position]


def _common_word() -> str:
    """Return the word that most names have, of those long enough to mean something."""
    names = Customer.objects.order_by("pk").values_list("name", flat=True)[:5000]
    words = Counter(word for name in names for word in set(name.lower().split()))
    return next(word for word, _ in words.most_common() if len(word) > 4 and word.isalpha())
