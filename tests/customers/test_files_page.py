"""The files of a customer: the page, adding some, handing them out."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from customers.file_list import PAGE_SIZE, FileList
from customers.models import File, UsedNumber
from moment.models import Content
from tests.customers.kept_files import kept, pdf, replaced
from tests.factories import CustomerFactory
from tests.moment.hostile import HTML
from tests.moment.samples import SVG, picture, upload, workbook

pytestmark = pytest.mark.django_db
URL = "/customers/77/files/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS")


def names(customer, **params) -> list[str]:
    return [file.name for file in FileList(customer, params).rows]


# The list


def test_it_says_what_there_is(as_per, customer, kari):
    kept(customer, "Plan.pdf", by=kari, note="Signed <b>twice</b>", is_invoice_attachment=True)
    kept(customer, "Kart.jpg", data=picture("JPEG"))
    kept(customer, "Timer.xlsx", data=workbook())
    html = as_per.get(URL).content.decode()
    for text in (
        "Plan.pdf",
        "Signed &lt;b&gt;twice&lt;/b&gt;",
        "Kari Lunde",
        "With invoices",
        "Picture (JPEG)",
        "Spreadsheet (Excel)",
        "3 files",
        "Today",
    ):
        assert text in html, text


def test_an_empty_page_says_what_belongs_there(as_kari, customer):
    html = as_kari.get(URL).content.decode()
    assert "No files yet" in html
    assert "Choose files" in html


def test_only_those_who_may_see_the_buttons(as_per, as_kari, customer):
    kept(customer, "Plan.pdf")
    for text in ("Choose files", "Replace Plan.pdf", "Edit Plan.pdf", "Delete Plan.pdf"):
        assert text in as_kari.get(URL).content.decode()
        assert text not in as_per.get(URL).content.decode()


def test_names_and_notes_of_any_script_are_kept_and_nothing_runs(as_per, customer):
    for name in ("Ærlig 📎 نص.pdf", '"><img src=x onerror=alert(1)>.pdf'):
        kept(customer, name, data=pdf(), note=name)
    html = as_per.get(URL).content.decode()
    assert "Ærlig 📎 نص.pdf" in html
    assert "<img src=x" not in html


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Øst.pdf", "plan 10.pdf", "Åre.pdf", "Plan 9.pdf"]),
        ("date", ["Plan 9.pdf", "Åre.pdf", "plan 10.pdf", "Øst.pdf"]),
        ("name", ["Plan 9.pdf", "plan 10.pdf", "Øst.pdf", "Åre.pdf"]),
        ("-name", ["Åre.pdf", "Øst.pdf", "plan 10.pdf", "Plan 9.pdf"]),
        ("size", ["Plan 9.pdf", "Åre.pdf", "plan 10.pdf", "Øst.pdf"]),
        ("nonsense", ["Øst.pdf", "plan 10.pdf", "Åre.pdf", "Plan 9.pdf"]),
    ],
)
def test_it_is_sorted_newest_first_or_as_asked(customer, sort, order):
    for n, name in enumerate(["Plan 9.pdf", "Åre.pdf", "plan 10.pdf", "Øst.pdf"]):
        kept(customer, name, data=pdf("x" * n), uploaded_at=timezone.now() + timedelta(seconds=n))
    assert names(customer, sort=sort) == order


def test_a_name_is_found_by_its_words_when_there_are_many(as_per, customer):
    one = kept(customer, "Målebrev Åsen.pdf")
    assert "Search files" not in as_per.get(URL).content.decode()
    File.objects.bulk_create(
        File(customer=customer, name=f"{n}.pdf", content=one.content, uploaded_by=one.uploaded_by)
        for n in range(25)
    )
    assert "Search files" in as_per.get(URL).content.decode()
    assert names(customer, q="asen mål") == ["Målebrev Åsen.pdf"]
    assert "No file has such a name" in as_per.get(URL, {"q": "nothing"}).content.decode()


def test_there_are_pages_and_none_is_lost(as_per, customer):
    one = kept(customer, "0.pdf")
    File.objects.bulk_create(
        File(customer=customer, name=f"{n}.pdf", content=one.content, uploaded_by=one.uploaded_by)
        for n in range(1, 2 * PAGE_SIZE + 50)
    )
    url, seen = URL + "?sort=name", []
    while url:
        page = as_per.get(url).context["list"]
        assert page.first == len(seen) + 1
        seen += [file.name for file in page.rows]
        assert page.last == len(seen)
        url = page.next_url
    assert seen == [f"{n}.pdf" for n in range(2 * PAGE_SIZE + 50)]
    assert as_per.get(URL, {"after": "9" * 30}).context["list"].first == 1


def test_the_old_number_leads_here(as_per, customer):
    UsedNumber.objects.create(number="76", customer=customer)
    assert as_per.get("/customers/76/files/")["Location"] == URL
    file = kept(customer, "Plan.pdf")
    assert as_per.get(f"/customers/76/files/{file.pk}/").status_code == 200


# Adding


def test_several_are_added_at_once(as_kari, customer, kari):
    data = {"files": [upload("a.pdf", pdf("a")), upload("b.png", picture("PNG"))]}
    response = as_kari.post(URL + "add/", data, follow=True)
    assert response.redirect_chain == [(URL, 302)]
    assert "2 files added." in response.content.decode()
    assert names(customer) == ["b.png", "a.pdf"]
    assert File.objects.first().uploaded_by == kari


def test_those_refused_are_told_by_name_and_the_others_kept(as_kari, customer):
    data = {"files": [upload("a.pdf", pdf()), upload("<i>.pdf", b""), upload("b.pdf", HTML)]}
    response = as_kari.post(URL + "add/", data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "1 file added." in html
    assert "<bdi>_i_.pdf</bdi>: The file is empty." in html
    assert "<bdi>b.pdf</bdi>: " in html
    assert 'aria-invalid="true"' in html
    assert names(customer) == ["a.pdf"]
    assert Content.objects.count() == 1


def raw(name: str, data: bytes) -> dict:
    """Return what posts a file under a name that no browser would send."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%s\r\n--x--\r\n" % (name.encode(), data)
    )
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../x.pdf", "x.pdf"),
        ("..%2f..%2fx.pdf", "..%2f..%2fx.pdf"),
        ("C:\\temp\\x.pdf", "x.pdf"),
        ("...", "file.pdf"),
        (" ", "file.pdf"),
        ("a" * 400 + ".pdf", "a" * 196 + ".pdf"),
        ("&#46;&#46;/x.pdf", "x.pdf"),
    ],
)
def test_what_people_call_a_file_leads_nowhere(as_kari, customer, sent, name):
    assert as_kari.post(URL + "add/", **raw(sent, pdf())).status_code == 302
    file = File.objects.get()
    assert file.name == name
    assert re.fullmatch(r"[0-9a-f/]+-[0-9a-f]+", file.content.path)


@pytest.mark.parametrize("name", ["", ".", "..", "/"])
def test_nothing_chosen_is_told(as_kari, customer, name):
    for posted in ({}, raw(name, pdf())):
        response = as_kari.post(URL + "add/", **posted)
        assert response.status_code == 422
        assert "Choose one or more files first." in response.content.decode()
    assert as_kari.get(URL + "add/")["Location"] == URL
    assert not File.objects.exists()


def test_the_script_is_told_about_each(as_kari, customer):
    fine = as_kari.post(URL + "add/", {"files": upload("a.pdf", pdf())}, headers=HTMX)
    assert (fine.status_code, fine.content.strip()) == (200, b"")
    bad = as_kari.post(URL + "add/", {"files": upload("a.pdf", b"")}, headers=HTMX)
    assert bad.status_code == 422
    assert bad.content.decode().strip() == "<li><bdi>a.pdf</bdi>: The file is empty.</li>"
    listed = as_kari.get(URL, headers=HTMX).content.decode()
    assert "hx-swap-oob" in listed
    assert "<html" not in listed


def test_too_large_is_told_with_the_limit(as_kari, customer, settings):
    settings.FILES_MAX_SIZE = 300
    data = {"files": [upload("a.txt", b"a" * 300), upload("b.txt", b"a" * 301)]}
    response = as_kari.post(URL + "add/", data)
    assert response.status_code == 422
    assert "b.txt" in response.content.decode()
    assert "too large" in response.content.decode()
    assert names(customer) == ["a.txt"]


def test_rights_are_those_of_files(as_per, as_ola, customer):
    file = kept(customer, "Plan.pdf")
    for path in ("edit/", "replace/", "delete/", "versions/1/restore/"):
        assert as_per.post(f"{URL}{file.pk}/{path}").status_code == 403
    assert as_per.post(URL + "add/", {"files": upload("a.pdf", pdf())}).status_code == 403
    for path in ("", f"{file.pk}/", f"{file.pk}/download/", f"{file.pk}/preview/"):
        assert as_ola.get(URL + path).status_code == 403
        assert as_per.get(URL + path).status_code == 200
    assert names(customer) == ["Plan.pdf"]


# Handing out


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_file_is_downloaded_under_its_name(as_per, customer):
    file = kept(customer, "Plan Ås 📎.pdf", data=pdf())
    response = as_per.get(f"{URL}{file.pk}/download/")
    assert body(response) == pdf()
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Plan%20")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_may_be_previewed_is_and_nothing_else(as_per, customer):
    image = kept(customer, "a.png", data=picture("PNG"))
    response = as_per.get(f"{URL}{image.pk}/preview/")
    assert response["Content-Type"] == "image/png"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    for name, data in (("a.svg", SVG), ("a.xlsx", workbook()), ("a.txt", b"hei <b>hei")):
        other = kept(customer, name, data=data)
        assert as_per.get(f"{URL}{other.pk}/preview/").status_code == 404
        shown = as_per.get(f"{URL}{other.pk}/", headers=HTMX).content.decode()
        assert "<img" not in shown
        assert "<iframe" not in shown
        response = as_per.get(f"{URL}{other.pk}/download/")
        assert response["Content-Disposition"].startswith("attachment")
        assert "svg" not in response["Content-Type"]
        assert "html" not in response["Content-Type"]


def test_head_asks_how_large_it_is(as_per, customer):
    file = kept(customer, "a.pdf", data=pdf())
    for path in ("download/", "preview/", "versions/1/"):
        response = as_per.head(f"{URL}{file.pk}/{path}")
        assert (response.status_code, response["Content-Length"]) == (200, str(len(pdf())))
        assert as_per.post(f"{URL}{file.pk}/{path}").status_code == 405


def test_a_file_is_reached_through_its_own_customer_alone(as_kari, customer):
    elsewhere = kept(CustomerFactory(number="88"), "Secret.pdf")
    for path in ("", "download/", "preview/", "edit/", "replace/", "delete/", "versions/"):
        assert as_kari.get(f"{URL}{elsewhere.pk}/{path}").status_code == 404
    for path in ("edit/", "replace/", "delete/", "versions/1/restore/"):
        assert as_kari.post(f"{URL}{elsewhere.pk}/{path}").status_code == 404
    assert as_kari.get(f"{URL}{elsewhere.pk}/versions/1/").status_code == 404
    assert File.objects.count() == 1


def test_older_versions_are_downloaded(as_per, customer):
    file = kept(customer, "a.pdf", data=pdf("one"))
    replaced(file, pdf("two"), "b.pdf")
    for number, text in ((1, "one"), (2, "two")):
        assert body(as_per.get(f"{URL}{file.pk}/versions/{number}/")) == pdf(text)
    assert as_per.get(f"{URL}{file.pk}/versions/3/").status_code == 404


def test_one_walks_through_those_with_a_preview_in_the_order_of_the_list(as_per, customer):
    made = [
        kept(customer, "c.pdf"),
        kept(customer, "b.txt", data=b"no preview"),
        kept(customer, "a.png", data=picture("PNG")),
    ]
    for file, query, before, after in (
        (made[0], "", made[2].pk, None),
        (made[2], "", None, made[0].pk),
        (made[0], "?sort=-name", None, made[2].pk),
    ):
        context = as_per.get(f"{URL}{file.pk}/{query}", headers=HTMX).context
        assert (context["before"], context["after"]) == (before, after)


def test_bytes_that_are_gone_from_the_storage_are_a_404(as_per, customer, caplog):
    file = kept(customer, "a.pdf")
    default_storage.delete(file.content.path)
    assert as_per.get(f"{URL}{file.pk}/download/").status_code == 404
    assert "are gone" in caplog.text


def test_the_tab_counts(as_per, customer):
    kept(customer, "a.pdf")
    assert '<span class="count">1</span>' in as_per.get("/customers/77/").content.decode()
