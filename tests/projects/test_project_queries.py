"""The pages of a project ask the database the same number of questions for 2 rows as for 20."""

from moment.projects.models import ProjectMember, ProjectTag
from tests.factories import (
    ActivityFactory,
    EmployeeFactory,
    PriceModelFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.test_query_growth import HTMX, queries


def test_queries_of_a_project_do_not_grow_with_rows(as_kari, as_per, kari):
    project = ProjectFactory(number="5001", leader=kari)
    activity = project.activities.get()
    member = ProjectMember.objects.create(project=project, user=UserFactory())
    limits = {
        "/projects/5001/": (None, 33),
        "/projects/5001/edit/": (None, 12),
        "/projects/5001/activities/new/": (HTMX, 10),
        f"/projects/5001/activities/{activity.pk}/edit/": (HTMX, 11),
        f"/projects/5001/activities/{activity.pk}/delete/": (HTMX, 8),
        "/projects/5001/people/new/": (HTMX, 8),
        f"/projects/5001/people/{member.pk}/edit/": (HTMX, 8),
        f"/projects/5001/people/{member.pk}/delete/": (HTMX, 8),
    }

    def more(count: int) -> None:
        for n in range(count):
            model = PriceModelFactory(project=project, order=n, kind="fixed")
            one = ActivityFactory(project=project, number=100 + model.pk, price_model=model)
            role = ProjectRoleFactory()
            employee = EmployeeFactory(terms__role=role)
            other = ProjectRoleFactory()
            ProjectMember.objects.create(project=project, user=employee.user, role=other)
            for row in (activity, one):
                TimeEntryFactory(activity=row, user=employee.user)
                TimeEntryFactory(activity=row)
            project.tags.add(ProjectTag.objects.create(name=f"Tag {role.pk}"))

    more(2)
    few = {page: queries(as_kari, page, headers) for page, (headers, _limit) in limits.items()}
    per = queries(as_per, "/projects/5001/")
    more(18)
    assert {page: n for page, n in few.items() if n > limits[page][1]} == {}
    grown = {page: queries(as_kari, page, headers) for page, (headers, _limit) in limits.items()}
    assert {page: n for page, n in grown.items() if n > few[page]} == {}
    assert queries(as_per, "/projects/5001/") <= per <= 33
