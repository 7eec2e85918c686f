"""Files kept with a customer: the rules, two people at once among them."""

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage

from customers import files
from customers.holding import ChangedMeanwhile
from customers.models import ChangeOf, File, FileVersion
from moment import content as contents
from moment.models import Content
from tests.customers.kept_files import kept, pdf, replaced
from tests.factories import CustomerFactory, UserFactory
from tests.moment.samples import picture, upload
from tests.together import at_once

pytestmark = pytest.mark.django_db


def held_by(version) -> bytes:
    with default_storage.open(version.content.path) as stored:
        return stored.read()


# Adding


def test_a_file_is_added_with_who_and_what():
    customer, kari = CustomerFactory(), UserFactory()
    before = customer.last_activity_at
    content = contents.receive(upload("Plan.pdf", pdf()))
    file = files.add(customer, content, "Plan.pdf", kari, note="Signed")
    file.refresh_from_db()
    assert (file.name, file.note, file.uploaded_by, file.version) == ("Plan.pdf", "Signed", kari, 1)
    assert (file.content.kind, file.content.size) == ("application/pdf", len(pdf()))
    assert held_by(file) == pdf()
    customer.refresh_from_db()
    assert before is None or customer.last_activity_at > before
    assert customer.last_activity_at is not None


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Årsrapport æøå 📎.pdf", "Årsrapport æøå 📎.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\Users\kari\Plan.pdf", "Plan.pdf"),
        ("invoice\u202efdp.pdf", "invoice fdp.pdf"),
        ("a\0b\nc.pdf", "a b c.pdf"),
        ("  .  ", "file.pdf"),
        ("", "file.pdf"),
        ("תוכנית.pdf", "תוכנית.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_harmless_and_never_empty(sent, name):
    content = contents.receive(upload("plan.pdf", pdf()))
    file = files.add(CustomerFactory(), content, sent, UserFactory())
    file.refresh_from_db()
    assert file.name == name


def test_the_same_name_gets_a_number_in_whatever_case():
    customer, content = CustomerFactory(), contents.receive(upload("plan.pdf", pdf()))
    names = ["Plan.pdf", "plan.PDF", "Plan.pdf", "plan", "plan", "x" * 200, "x" * 200]
    made = [files.add(customer, content, name, UserFactory()).name for name in names]
    assert made == [
        "Plan.pdf",
        "plan (2).PDF",
        "Plan (3).pdf",
        "plan",
        "plan (2)",
        "x" * 200,
        "x" * 196 + " (2)",
    ]
    elsewhere = files.add(CustomerFactory(), content, "Plan.pdf", UserFactory())
    assert elsewhere.name == "Plan.pdf"


def test_of_several_each_is_received_by_itself():
    uploads = [upload("a.pdf", pdf()), upload("b.pdf", b""), upload("c.png", picture("PNG"))]
    taken = files.take_in(CustomerFactory(), uploads, UserFactory())
    assert [file.name for file in taken.added] == ["a.pdf", "c.png"]
    assert taken.refused == [("b.pdf", "The file is empty.")]


# Replacing


def test_a_file_is_replaced_and_every_version_kept():
    kari, per = UserFactory(), UserFactory()
    file = kept(name="Plan.pdf", data=pdf("one"), by=kari)
    replaced(file, pdf("two"), "Plan B.pdf", by=per)
    replaced(file, picture("PNG"), "Plan.png", by=kari)
    file.refresh_from_db()
    assert (file.name, file.version, file.uploaded_by) == ("Plan.png", 3, kari)
    versions = files.versions_of(file)
    assert [(v.number, v.name, v.uploaded_by) for v in versions] == [
        (3, "Plan.png", kari),
        (2, "Plan B.pdf", per),
        (1, "Plan.pdf", kari),
    ]
    assert [held_by(v) for v in versions[1:]] == [pdf("two"), pdf("one")]


def test_the_same_content_makes_no_version():
    file = kept(data=pdf())
    assert replaced(file, pdf(), "Other.pdf").version == 1
    assert not FileVersion.objects.exists()


def test_a_replacement_takes_no_name_of_another():
    file = kept(name="Plan.pdf")
    kept(file.customer, "Map.pdf")
    assert replaced(file, pdf("new"), "map.pdf").name == "map (2).pdf"


def test_an_older_version_is_put_back_as_a_new_one():
    file, per = kept(name="Plan.pdf", data=pdf("one")), UserFactory()
    replaced(file, picture("PNG"), "Scan.png")
    files.edit(File.objects.get(), values(name="Agreement.png"), shown(File.objects.get()))
    files.restore_version(File.objects.get(), 1, per)
    file.refresh_from_db()
    assert (file.version, file.name, file.uploaded_by) == (3, "Agreement.pdf", per)
    assert held_by(file) == pdf("one")
    assert [v.number for v in files.versions_of(file)] == [3, 2, 1]
    with pytest.raises(files.Gone):
        files.restore_version(file, 9, per)


# Editing


def values(**changes) -> dict:
    return {"name": "Agreement.pdf", "note": "", "is_invoice_attachment": False} | changes


def shown(file: File) -> dict:
    return {name: getattr(file, name) for name in files.EDITABLE}


def test_name_note_and_attachment_are_edited():
    file = kept()
    files.edit(file, values(name="Deal.pdf", note="x", is_invoice_attachment=True), shown(file))
    file.refresh_from_db()
    assert shown(file) == values(name="Deal.pdf", note="x", is_invoice_attachment=True)
    assert file.version == 1


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Deal", "Deal.pdf"),
        ("a/b/Deal.pdf", "Deal.pdf"),
        ("..", "file.pdf"),
        ("v 1.2", "v 1.2.pdf"),
    ],
)
def test_a_new_name_is_cleaned_and_keeps_its_ending(typed, name):
    file = kept()
    files.edit(file, values(name=typed), shown(file))
    assert File.objects.get().name == name


@pytest.mark.parametrize("typed", ["Deal.exe", "Deal.html", "Deal.docx"])
def test_a_new_name_does_not_pretend_another_kind(typed):
    file = kept()
    with pytest.raises(contents.Refused):
        files.edit(file, values(name=typed), shown(file))
    assert File.objects.get().name == "Agreement.pdf"


def test_a_name_of_another_file_is_refused_but_other_case_of_its_own_is_fine():
    file = kept()
    kept(file.customer, "Map.pdf")
    with pytest.raises(files.NameTaken):
        files.edit(file, values(name="map.pdf"), shown(file))
    files.edit(file, values(name="AGREEMENT.pdf"), shown(file))
    assert File.objects.get(pk=file.pk).name == "AGREEMENT.pdf"


def test_two_who_edit_different_fields_are_both_heard():
    file = kept()
    seen = shown(file)
    files.edit(file, values(note="theirs"), seen)
    files.edit(file, values(name="Mine.pdf"), seen)
    assert shown(File.objects.get()) == values(name="Mine.pdf", note="theirs")


def test_two_who_edit_the_same_field_meet():
    file = kept()
    seen = shown(file)
    files.edit(file, values(note="theirs"), seen)
    with pytest.raises(ChangedMeanwhile) as error:
        files.edit(file, values(note="mine", name="Mine.pdf"), seen)
    assert error.value.stored.note == "theirs"
    assert shown(File.objects.get()) == values(note="theirs")


def test_an_edit_that_does_not_say_what_it_saw_overwrites_nothing():
    file = kept(note="theirs")
    with pytest.raises(ChangedMeanwhile):
        files.edit(file, values(note="mine"), {})
    assert File.objects.get().note == "theirs"


# Deleting


def test_a_deleted_file_goes_with_its_versions_and_lets_go_of_what_they_held():
    file = kept(data=pdf("one"))
    replaced(file, pdf("two"))
    Content.objects.update(unused_since=None)
    files.delete(file, seen_version=2)
    assert not File.objects.exists()
    assert not FileVersion.objects.exists()
    assert Content.objects.filter(unused_since=None).count() == 0


def test_what_another_file_holds_too_stays():
    file, other = kept(data=pdf("one")), kept(data=pdf("one"))
    Content.objects.update(unused_since=None)
    files.delete(file, seen_version=1)
    assert Content.objects.get().unused_since is None
    assert held_by(other) == pdf("one")


def test_a_file_replaced_meanwhile_is_not_deleted():
    file = kept()
    replaced(file, pdf("new"))
    with pytest.raises(ChangedMeanwhile):
        files.delete(file, seen_version=1)
    assert File.objects.get().version == 2


def test_what_is_gone_is_told_and_by_whom(as_kari, kari):
    file = kept(name="Plan.pdf")
    as_kari.post(
        f"/customers/{file.customer.number}/files/{file.pk}/delete/", {"version": file.version}
    )
    with pytest.raises(files.Gone):
        files.edit(file, values(), shown(file))
    content = contents.receive(upload("a.pdf", pdf()))
    with pytest.raises(files.Gone):
        files.replace(file, content, "a.pdf", kari)
    with pytest.raises(files.Gone):
        files.delete(file, 1)
    told = files.told_gone(file.customer, file.pk)
    assert told == "“Plan.pdf” was deleted meanwhile by Kari Lunde."
    assert files.told_gone(CustomerFactory(), file.pk) == ""
    assert files.told_gone(file.customer, 999_999) == ""


def test_the_history_keeps_that_it_was_there():
    file = kept(name="Plan.pdf")
    pk = file.pk
    files.delete(file, 1)
    entries = LogEntry.objects.filter(object_pk=str(pk), content_type__model="file")
    linked = ChangeOf.objects.filter(customer=file.customer, entry__in=entries)
    assert {link.entry.get_action_display() for link in linked} == {"create", "delete"}


# Many at once


@pytest.mark.django_db(transaction=True)
def test_eight_who_replace_at_once_all_keep_theirs(kari):
    file = kept(data=pdf("first"))
    received = [contents.receive(upload("a.pdf", pdf(f"n {n}"))) for n in range(8)]

    def replace(person: int) -> int:
        return files.replace(File.objects.get(), received[person], "a.pdf", kari).version

    assert sorted(at_once(8, replace)) == list(range(2, 10))
    file.refresh_from_db()
    versions = files.versions_of(file)
    assert [v.number for v in versions] == list(range(9, 0, -1))
    assert {v.content_id for v in versions[:-1]} == {content.pk for content in received}
    assert held_by(versions[-1]) == pdf("first")


@pytest.mark.django_db(transaction=True)
def test_eight_who_add_the_same_name_at_once_get_eight_names(kari):
    customer, content = CustomerFactory(), contents.receive(upload("a.pdf", pdf()))
    names = at_once(8, lambda _person: files.add(customer, content, "a.pdf", kari).name)
    assert sorted(names) == ["a (2).pdf", *(f"a ({n}).pdf" for n in range(3, 9)), "a.pdf"]


@pytest.mark.django_db(transaction=True)
def test_who_deletes_and_who_edits_at_once_leave_one_clear_end(kari):
    file = kept()

    def act(person: int) -> str:
        try:
            if person % 2:
                files.delete(file, 1)
                return "deleted"
            files.edit(file, values(note=f"by {person}"), shown(file))
        except files.Gone:
            return "gone"
        except ChangedMeanwhile:
            return "told"
        return "edited"

    ends = at_once(6, act)
    assert ends.count("deleted") == 1
    assert ends.count("edited") <= 1
    assert not File.objects.exists()
