"""One change to many customers: whom it is for, what is asked first, and what is written."""

import pytest
from auditlog.models import LogEntry
from django.http import QueryDict
from lxml import html

from customers import history, merging
from customers.changing_many import What, meant_by
from customers.models import Customer
from customers.overview import PAGE_SIZE, Overview
from tests.conftest import said, signed_in
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/customers/change/"
HTMX = {"HX-Request": "true"}


def tree(response, status: int = 200):
    assert response.status_code == status
    return html.fromstring(response.content.decode())


def text(response, status: int = 200) -> str:
    return " ".join(tree(response, status).text_content().split())


def sent(page, **changed) -> dict:
    """Return what the form of the question sends, with what else is chosen."""
    (form,) = page.xpath("//form[contains(@class, 'dialog')]")
    data: dict = {}
    for field in form.xpath(".//input[@name]"):
        if field.get("type") != "checkbox" or field.get("checked") is not None:
            data.setdefault(field.get("name"), []).append(field.get("value") or "on")
    for select in form.xpath(".//select"):
        data[select.get("name")] = select.xpath("string(.//option[@selected]/@value)")
    return data | changed


def ask(client, what: str, *customers, of: str = "", **more):
    asked = {"what": what, "of": of, "with": [one.number for one in customers], **more}
    return client.get(URL, asked)


def do(client, what: str, to, *customers, of: str = "", **more):
    """Ask, choose, and send."""
    page = tree(ask(client, what, *customers, of=of))
    return client.post(URL, sent(page, to=str(to), **more))


def now(one: Customer) -> Customer:
    return Customer.with_merged.get(pk=one.pk)


def updates(one: Customer) -> list:
    """Return what people changed on a customer, oldest first."""
    entries = LogEntry.objects.get_for_object(one).filter(action=LogEntry.Action.UPDATE)
    entries = entries.exclude(actor=None)
    return [(str(entry.actor), entry.changes) for entry in entries.order_by("pk")]


@pytest.fixture
def some(db):
    return [CustomerFactory(number=str(1001 + n), name=f"Fjell {n} AS") for n in range(3)]


# What is done


def test_the_status_of_those_selected_changes(as_kari, some):
    answer = do(as_kari, "status", "inactive", *some[:2])
    assert (answer.status_code, answer["Location"]) == (302, "/customers/")
    assert [now(one).status for one in some] == ["inactive", "inactive", "active"]
    assert said(answer) == "2 customers changed: status Inactive."


def test_a_tag_is_added_and_removed(as_kari, some):
    tag, other = TagFactory(name="Kommune"), TagFactory()
    some[0].tags.set([tag, other])
    answer = do(as_kari, "tag", tag.pk, *some)
    assert said(answer) == "2 customers changed: with the tag Kommune. 1 was so already."
    assert all(tag in one.tags.all() for one in some)
    answer = do(as_kari, "untag", tag.pk, *some[:2])
    assert said(answer) == "2 customers changed: without the tag Kommune."
    assert [list(one.tags.all()) for one in some] == [[other], [], [tag]]


def test_somebody_is_made_responsible_and_nobody(as_kari, some):
    ida = UserFactory(first_name="Ida", last_name="Berg")
    assert "responsible: Ida Berg" in said(do(as_kari, "responsible", ida.pk, *some))
    assert {now(one).responsible for one in some} == {ida}
    order = Overview(QueryDict("sort=responsible"), ida)
    assert now(some[0]).sort_responsible == "ida berg"
    assert order.sort == "responsible"
    assert "responsible: nobody" in said(do(as_kari, "responsible", "nobody", some[0]))
    assert (now(some[0]).responsible, now(some[0]).sort_responsible) == (None, "~")


@pytest.mark.parametrize("what", What.values)
def test_it_is_written_as_when_one_is_edited(as_kari, kari, what):
    """The row and the history of a customer changed with others are those of one edited alone."""
    before, after = UserFactory(), UserFactory()
    tags = [TagFactory(name="Kommune"), TagFactory(name="Vei")]
    alone, among = (CustomerFactory(responsible=before, tags=tags[:1]) for _ in range(2))
    to = {"status": "inactive", "tag": tags[1].pk, "untag": tags[0].pk, "responsible": after.pk}
    kept = {"tag": [tags[0].pk, tags[1].pk], "untag": []}.get(what)
    changed = {"tags": kept} if kept is not None else {what: to[what]}
    edit = f"/customers/{alone.number}/edit/"
    answer = as_kari.post(edit, form_of(as_kari, edit) | changed)
    assert answer.status_code == 302
    do(as_kari, what, to[what], among, CustomerFactory())
    assert updates(among) == updates(alone) != []
    told = [
        [(entry.actor, entry.title, entry.changes) for entry in history.of(one).entries]
        for one in (among, alone)
    ]
    assert [entry[:2] for entry in told[0]] == [entry[:2] for entry in told[1]]
    assert told[0][0] == told[1][0]
    columns = ("status", "responsible_id", "sort_responsible", "version")
    rows = [[getattr(now(one), name) for name in columns] for one in (among, alone)]
    assert rows[0] == rows[1]
    assert now(among).last_activity_at > among.last_activity_at
    assert set(among.tags.all()) == set(alone.tags.all())


def test_who_is_as_wanted_is_not_touched(as_kari, some):
    Customer.objects.filter(pk=some[0].pk).update(status="inactive")
    do(as_kari, "status", "inactive", *some)
    assert (now(some[0]).version, updates(some[0])) == (1, [])
    assert now(some[1]).version == 2


def test_a_form_that_was_open_meanwhile_is_told(as_kari, some):
    form = form_of(as_kari, "/customers/1001/edit/")
    do(as_kari, "status", "inactive", some[0])
    answer = as_kari.post("/customers/1001/edit/", form | {"status": "potential"})
    assert "Changed meanwhile to “Inactive”" in text(answer, 422)


def test_counts_are_of_after_it(as_kari, some, django_capture_on_commit_callbacks):
    as_kari.get("/customers/")
    with django_capture_on_commit_callbacks(execute=True):
        do(as_kari, "status", "inactive", *some[:2])
    tabs = tree(as_kari.get("/customers/")).xpath("//nav[@class='tabs']/a")
    counted = {tab.text.strip(): tab.xpath("string(span)") for tab in tabs}
    assert (counted["Active"], counted["Inactive"]) == ("1", "2")


# What is asked first


@pytest.mark.parametrize("what", What.values)
def test_it_asks_in_a_dialog_and_on_a_page(as_kari, some, what):
    page = tree(ask(as_kari, what, *some))
    dialog = tree(as_kari.get(URL, {"what": what, "with": ["1001"]}, headers=HTMX))
    assert page.xpath("//h1/text()") == dialog.xpath("//h2/text()") == [What(what).label]
    assert page.xpath("//main")
    assert not dialog.xpath("//main")
    assert "3 customers are selected." in page.text_content()
    assert "1 customer is selected." in dialog.text_content()
    assert not LogEntry.objects.filter(action=LogEntry.Action.UPDATE).exists()


def test_what_is_chosen_says_whom_it_changes(as_kari, some):
    tag = TagFactory(name="Kommune")
    some[0].tags.add(tag)
    told = text(ask(as_kari, "tag", *some, to=tag.pk))
    assert "2 customers change: with the tag Kommune." in told
    assert "1 is so already." in told
    assert "Change 2 customers" in told
    assert "Fjell 1 AS" in told
    assert "Fjell 0 AS" not in told


def test_more_than_a_few_are_counted_and_not_named(as_kari):
    many = [CustomerFactory(name=f"Fjell {n} AS") for n in range(9)]
    assert "and 4 more" in text(ask(as_kari, "status", *many))


def test_where_none_would_change_there_is_no_button(as_kari, some):
    page = tree(ask(as_kari, "status", *some, to="active"))
    assert "None of them would change." in page.text_content()
    assert not page.xpath("//main//button[@type='submit']")


@pytest.mark.parametrize("what", What.values)
@pytest.mark.parametrize("to", ["", "nonsense", "0", "999999", "'"])
def test_a_value_that_makes_no_sense_is_refused_beside_the_field(as_kari, some, what, to):
    answer = do(as_kari, what, to, *some)
    page = tree(answer, 422)
    assert page.xpath("//select[@name='to' and @aria-invalid='true']")
    assert len(page.xpath("//form[contains(@class, 'dialog')]//input[@name='with']")) == 3
    assert all(now(one).version == 1 for one in some)


def test_who_has_left_is_made_responsible_for_nobody(as_kari, some):
    gone = UserFactory(is_active=False)
    assert do(as_kari, "responsible", gone.pk, *some).status_code == 422


@pytest.mark.parametrize(
    "asked", [{}, {"what": "status"}, {"what": "delete", "with": "1001"}, {"with": "1001"}]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_selected_leads_back(as_kari, some, asked, method):
    answer = getattr(as_kari, method)(URL, asked | {"of": "q=fjell&sort=name"})
    assert answer["Location"] == "/customers/?sort=name&q=fjell"
    assert said(answer) == "Select the customers first that are to change."


def test_who_is_blocked_stays_so_unless_it_is_said(as_kari, some):
    blocked = CustomerFactory(name="Sperret AS", status="blocked")
    told = text(ask(as_kari, "status", *some, blocked, to="inactive"))
    assert "1 is blocked and stays so: Sperret AS" in told
    answer = do(as_kari, "status", "inactive", *some, blocked)
    assert "3 customers changed" in said(answer)
    assert "1 is blocked and stays so." in said(answer)
    assert (now(blocked).status, now(blocked).version) == ("blocked", 1)
    answer = do(as_kari, "status", "inactive", blocked, unblock="on")
    assert said(answer) == "1 customer changed: status Inactive."
    assert now(blocked).status == "inactive"


def test_all_else_is_done_with_the_blocked_too(as_kari):
    blocked, tag = CustomerFactory(status="blocked"), TagFactory()
    do(as_kari, "tag", tag.pk, blocked)
    assert list(blocked.tags.all()) == [tag]
    assert "blocked" not in text(ask(as_kari, "tag", blocked))


# Whom it means


def test_who_was_merged_is_left_out_and_named(as_kari, anne, some):
    merging.merge(some[2].pk, [some[0].pk], by=anne)
    before = now(some[2]).version
    told = text(ask(as_kari, "status", *some[:2]))
    assert "1001 Fjell 0 AS was merged into 1003 Fjell 2 AS just now." in told
    assert "1 customer is selected." in told
    do(as_kari, "status", "inactive", *some[:2])
    assert [now(one).status for one in some] == ["active", "inactive", "active"]
    assert now(some[2]).version == before


def test_merged_after_the_question_it_is_asked_again(as_kari, anne, some):
    data = sent(tree(ask(as_kari, "status", *some)), to="inactive")
    merging.merge(some[2].pk, [some[0].pk], by=anne)
    answer = as_kari.post(URL, data)
    assert "has changed meanwhile. Nothing is changed yet" in text(answer, 422)
    assert "was merged into" in text(answer, 422)
    assert {one.status for one in Customer.objects.all()} == {"active"}
    again = as_kari.post(URL, sent(tree(answer, 422)))
    assert said(again) == "2 customers changed: status Inactive."


def test_a_former_number_means_the_same_customer(as_kari, some):
    form = form_of(as_kari, "/customers/1001/edit/")
    as_kari.post("/customers/1001/edit/", form | {"number": "5001"})
    told = text(ask(as_kari, "status", *some))
    assert "The number 1001 belongs to 5001 Fjell 0 AS by now." in told
    do(as_kari, "status", "inactive", *some)
    assert now(some[0]).status == "inactive"


def test_a_number_of_nobody_is_told(as_kari, some):
    answer = as_kari.get(URL, {"what": "status", "with": ["1001", "9", "x" * 500, "1\x00"]})
    assert "There is no customer with the number 9." in text(answer)
    assert "1 customer is selected." in text(answer)
    alone = as_kari.get(URL, {"what": "status", "with": ["9"]})
    assert "None of those you selected is there any more." in text(alone)


def test_numbers_are_told_to_nobody_who_may_not_see_customers(ola, some):
    assert meant_by(["1001"], ola).keys == []


# All that match


def test_all_that_match_are_changed_whichever_page_they_stand_on(as_kari):
    made = [CustomerFactory(name=f"Fjell {n} AS") for n in range(PAGE_SIZE + 5)]
    other, asleep = (
        CustomerFactory(name="Vidde AS"),
        CustomerFactory(name="Fjell", status="inactive"),
    )
    page = tree(as_kari.get("/customers/?q=fjell&with=1"))
    (link,) = page.xpath("//form[@id='selection']//a[contains(., 'Select all 55')]/@href")
    page = tree(as_kari.get(link))
    assert "All 55 customers selected" in page.text_content()
    boxes = page.xpath("//tbody//input[@name='with']")
    assert all(box.get("checked") is not None and box.get("disabled") is not None for box in boxes)
    assert not page.xpath("//button[contains(., 'Merge')]")
    (of,) = page.xpath("//form[@id='selection']//input[@name='of']/@value")
    assert "55 customers are selected." in text(ask(as_kari, "status", of=of))
    answer = do(as_kari, "status", "potential", of=of)
    assert answer["Location"] == "/customers/?q=fjell"
    assert {now(one).status for one in made} == {"potential"}
    assert (now(other).status, now(asleep).status) == ("active", "inactive")


def test_its_pages_keep_that_all_are_selected(as_kari):
    CustomerFactory.create_batch(PAGE_SIZE * 2 + 1)
    page = tree(as_kari.get("/customers/?all=1"))
    (following,) = page.xpath("//nav[@class='pager']//a[@rel='next']/@href")
    page = tree(as_kari.get(following))
    assert "All 101 customers selected" in page.text_content()
    (back,) = page.xpath("//nav[@class='pager']//a[@rel='prev']/@href")
    assert "all=1" in back
    # Another question selects nobody.
    links = page.xpath("//nav[@class='tabs']//a/@href")
    assert links
    assert not [link for link in links if "all=1" in link]
    response = as_kari.get("/customers/?q=x&all=1", headers=HTMX)
    assert "all" not in response["HX-Replace-Url"]


def test_more_that_match_than_were_shown_are_asked_about_again(as_kari, some):
    data = sent(tree(ask(as_kari, "status", of="q=fjell&all=1")), to="inactive")
    late = CustomerFactory(name="Fjell 9 AS")
    answer = as_kari.post(URL, data)
    assert "4 customers change: status Inactive." in text(answer, 422)
    assert all(now(one).status == "active" for one in [*some, late])
    assert "4 customers changed" in said(as_kari.post(URL, sent(tree(answer, 422))))


def test_as_many_others_than_were_shown_are_asked_about_again(as_kari, some):
    data = sent(tree(ask(as_kari, "status", of="q=fjell&all=1")), to="inactive")
    late = CustomerFactory(name="Fjell 9 AS")
    Customer.objects.filter(pk=some[0].pk).update(name="Dal AS", search_text="dal as")
    answer = as_kari.post(URL, data)
    assert "Which customers these are has changed meanwhile." in text(answer, 422)
    assert now(late).status == "active"


def test_more_than_are_counted_are_all_meant(as_kari, monkeypatch):
    monkeypatch.setattr("customers.counts.LIMIT", 4)
    CustomerFactory.create_batch(9, name="Fjell AS")
    assert "9 customers are selected." in text(ask(as_kari, "status", of="q=fjell&all=1"))
    assert "9 customers changed" in said(do(as_kari, "status", "inactive", of="q=fjell&all=1"))


@pytest.mark.parametrize(
    "of", ["q=fjell", "relation=customer", "country=NO&sort=-name", "tags={tag}", "ehf=none",
           "responsible=nobody", "invoice_type=email", "tags={tag}&q=fjell&status=all"]
)  # fmt: skip
def test_every_question_can_be_asked_of_all(as_kari, some, of):
    """Whatever the filters join and test, the rows can be locked by it."""
    tag = TagFactory()
    for one in some:
        one.tags.add(tag)
    Customer.objects.update(org_number="")
    answer = do(as_kari, "status", "inactive", of=f"{of.format(tag=tag.pk)}&all=1")
    assert said(answer) == "3 customers changed: status Inactive."


def test_a_filter_without_the_right_selects_nobody_by_it(some):
    """Who may not see money is not told by it who owes any: it is no filter then."""
    siri = UserFactory(roles=["View customers", "Administer customer details"])
    answer = ask(signed_in(siri), "status", of="overdue=1&all=1")
    assert "3 customers are selected." in text(answer)


# Rights


def test_who_may_only_look_has_no_such_bar_and_is_refused(as_per, some):
    page = tree(as_per.get("/customers/?all=1"))
    assert not page.xpath("//form[@id='selection']")
    assert ask(as_per, "status", *some).status_code == 403
    data = {"what": "status", "to": "inactive", "with": "1001", "shown": "1"}
    assert as_per.post(URL, data).status_code == 403
    assert now(some[0]).status == "active"


def test_the_bar_offers_each(as_kari, some):
    page = tree(as_kari.get("/customers/"))
    buttons = page.xpath("//form[@id='selection']//button[@name='what']")
    assert [button.get("value") for button in buttons] == What.values
    assert {button.get("formaction") for button in buttons} == {URL}
