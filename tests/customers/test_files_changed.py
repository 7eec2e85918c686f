"""One file of a customer: edited, replaced, deleted, by two people at once too."""

import pytest
from auditlog.models import LogEntry
from django.utils.html import escape

from customers.models import File
from tests.conftest import signed_in
from tests.customers.kept_files import kept, pdf, replaced
from tests.factories import CustomerFactory, UserFactory
from tests.moment.hostile import HTML
from tests.moment.samples import picture, upload

pytestmark = pytest.mark.django_db
LIST = "/customers/77/files/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def file():
    return kept(CustomerFactory(number="77", name="Fjell AS"), "Plan.pdf", data=pdf("one"))


@pytest.fixture
def url(file) -> str:
    return f"{LIST}{file.pk}/"


@pytest.fixture
def as_somebody_else(db):
    return signed_in(UserFactory(first_name="Berit", last_name="Moe", is_superuser=True))


def form_of(client, url: str) -> dict:
    """Return what a browser would post of the form at this address, left as it is."""
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields if name != "file"}
    return {name: value for name, value in values.items() if value not in (None, False)}


def told(response) -> str:
    """Return the page that a redirect leads to."""
    assert response.status_code == 302
    assert response["Location"] == LIST
    return response.client.get(LIST).content.decode()


# Editing


def test_a_file_is_edited(as_kari, url):
    changes = {"name": "Map", "note": "From 2026", "is_invoice_attachment": "on"}
    response = as_kari.post(url + "edit/", form_of(as_kari, url + "edit/") | changes)
    assert "Saved." in told(response)
    file = File.objects.get()
    assert (file.name, file.note, file.is_invoice_attachment) == ("Map.pdf", "From 2026", True)
    unticked = form_of(as_kari, url + "edit/")
    del unticked["is_invoice_attachment"]
    as_kari.post(url + "edit/", unticked)
    assert not File.objects.get().is_invoice_attachment


def test_an_edit_left_as_it_was_changes_nothing(as_kari, url, file):
    before = LogEntry.objects.count()
    assert as_kari.post(url + "edit/", form_of(as_kari, url + "edit/")).status_code == 302
    assert LogEntry.objects.count() == before


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "required"),
        ("x" * 201, "at most 200"),
        ("Other.pdf", "Another file has this name."),
        ("Plan.exe", "a computer may run them"),
        ("Plan.docx", "is PDF"),
    ],
)
def test_a_wrong_name_is_told_beside_the_field_and_what_was_typed_kept(
    as_kari, url, file, name, problem
):
    kept(file.customer, "Other.pdf", data=pdf("other"))
    data = form_of(as_kari, url + "edit/") | {"name": name, "note": "typed"}
    for headers in (None, HTMX):
        response = as_kari.post(url + "edit/", data, headers=headers)
        assert response.status_code == 422
        assert problem in str(response.context["form"].errors["name"])
        assert 'value="typed"' in response.content.decode()
    file.refresh_from_db()
    assert (file.name, file.note) == ("Plan.pdf", "")


def test_two_who_edit_meet_with_both_values(as_kari, as_somebody_else, url):
    mine, theirs = form_of(as_kari, url + "edit/"), form_of(as_somebody_else, url + "edit/")
    as_somebody_else.post(url + "edit/", theirs | {"name": "Theirs.pdf", "note": "theirs"})
    response = as_kari.post(url + "edit/", mine | {"note": "mine"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Changed meanwhile to “theirs”" in html
    assert 'value="mine"' in html
    assert 'value="Theirs.pdf"' in html  # what I left alone follows
    again = {name: response.context["form"][name].value() for name in mine}
    assert as_kari.post(url + "edit/", again).status_code == 302
    assert (File.objects.get().name, File.objects.get().note) == ("Theirs.pdf", "mine")


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"version": 1, "values": {"name": 3}}'])
def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(as_kari, url, seen):
    data = form_of(as_kari, url + "edit/") | {"seen": seen, "note": "over"}
    File.objects.update(note="theirs")
    response = as_kari.post(url + "edit/", data)
    assert response.status_code == 422
    assert 'value="over"' in response.content.decode()
    assert File.objects.get().note == "theirs"


# Replacing


def test_a_file_is_replaced_under_its_name(as_kari, url, kari):
    data = form_of(as_kari, url + "replace/") | {"file": upload("Scan 7.png", picture("PNG"))}
    assert "“Plan.png” is version 2 now." in told(as_kari.post(url + "replace/", data))
    file = File.objects.get()
    assert (file.name, file.version, file.uploaded_by) == ("Plan.png", 2, kari)
    assert "2 versions of Plan.png" in as_kari.get(LIST).content.decode()


def test_or_under_the_new_ones(as_kari, url):
    data = {"version": "1", "file": upload("Scan 7.pdf", pdf("two"))}
    as_kari.post(url + "replace/", data)
    assert File.objects.get().name == "Scan 7.pdf"


def test_what_is_refused_leaves_the_file_as_it_was(as_kari, url):
    for data, problem in (
        ({}, "required"),
        ({"file": upload("a.pdf", b"")}, "The file is empty."),
        ({"file": upload("a.pdf", HTML)}, "HTML"),
    ):
        response = as_kari.post(url + "replace/", {"version": "1", "keep_name": "on"} | data)
        assert response.status_code == 422
        assert problem in str(response.context["form"].errors["file"])
    assert (File.objects.get().version, File.objects.get().name) == (1, "Plan.pdf")


def test_the_same_file_again_is_told(as_kari, url):
    data = {"version": "1", "file": upload("a.pdf", pdf("one"))}
    assert "the same file as before" in told(as_kari.post(url + "replace/", data))


def test_who_replaces_second_is_told_of_the_first(as_kari, as_somebody_else, url):
    as_somebody_else.post(url + "replace/", {"version": "1", "file": upload("a.pdf", pdf("two"))})
    response = as_kari.post(url + "replace/", {"version": "1", "file": upload("b.pdf", pdf("3"))})
    html = told(response)
    assert "Somebody else replaced it meanwhile. Both are kept, and yours is the newest." in html
    versions = as_kari.get(url + "versions/").content.decode()
    assert versions.index("b.pdf") < versions.index("a.pdf") < versions.rindex("Plan.pdf")


def test_an_older_version_is_put_back(as_kari, as_per, url, file):
    replaced(file, pdf("two"))
    assert "Put back" not in as_per.get(url + "versions/").content.decode()
    assert "Put version 1 back" in as_kari.get(url + "versions/", headers=HTMX).content.decode()
    html = told(as_kari.post(url + "versions/1/restore/"))
    assert "“Plan.pdf” is again as in version 1." in html
    assert File.objects.get().version == 3
    assert as_kari.get(url + "versions/1/restore/").status_code == 405


# Deleting


def test_deleting_asks_first(as_kari, url, file):
    replaced(file, pdf("two"))
    File.objects.update(is_invoice_attachment=True)
    html = as_kari.get(url + "delete/").content.decode()
    assert "All its 2 versions go with it." in html
    assert "invoices from now on go without it" in html
    assert File.objects.exists()
    assert "“Plan.pdf” is deleted." in told(as_kari.post(url + "delete/", {"version": "2"}))
    assert not File.objects.exists()


@pytest.mark.parametrize("version", ["1", "", "x", "9" * 5000])
def test_a_file_replaced_meanwhile_is_asked_about_again(as_kari, url, file, version):
    replaced(file, pdf("two"), by=UserFactory(first_name="Berit", last_name="Moe"))
    response = as_kari.post(url + "delete/", {"version": version}, headers=HTMX)
    assert response.status_code == 422
    assert "Berit Moe replaced it meanwhile" in response.content.decode()
    assert 'name="version" value="2"' in response.content.decode()
    assert File.objects.exists()


def test_who_comes_after_a_deletion_is_told_by_whom(as_kari, as_somebody_else, url):
    edit = form_of(as_kari, url + "edit/") | {"note": "mine"}
    as_somebody_else.post(url + "delete/", {"version": "1"})
    told_so = "“Plan.pdf” was deleted meanwhile by Berit Moe."
    assert told_so in told(as_kari.post(url + "edit/", edit))
    for path in ("", "edit/", "replace/", "delete/", "versions/"):
        assert told_so in told(as_kari.get(url + path))
    upload_too = {"version": "1", "file": upload("a.pdf", pdf("two"))}
    assert told_so in told(as_kari.post(url + "replace/", upload_too))
    assert told_so in told(as_kari.post(url + "delete/", {"version": "1"}))
    assert told_so in told(as_kari.post(url + "versions/1/restore/"))
    fragment = as_kari.get(url + "edit/", headers=HTMX)
    assert fragment["HX-Redirect"] == LIST
    assert as_kari.get(url + "download/").status_code == 404


def test_names_are_escaped_wherever_they_stand(as_kari, url):
    File.objects.update(name="<b>&'.pdf", note="<i>")
    for path in ("", "edit/", "replace/", "delete/", "versions/"):
        html = as_kari.get(url + path).content.decode()
        assert "<b>&" not in html
        assert "<i>" not in html
        assert escape("<b>&'.pdf") in html
