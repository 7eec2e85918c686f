"""What a project is, one file a concept."""

from auditlog.registry import auditlog

from moment.projects.models.people import Employee, EmployeeTerms, ProjectMember
from moment.projects.models.pricing import (
    PlanItem,
    PriceList,
    PriceListRate,
    PriceModel,
    PriceModelShare,
    RolePrice,
)
from moment.projects.models.project import Project, ProjectTag
from moment.projects.models.work import Activity, Expense, TimeEntry

__all__ = [
    "Activity",
    "Employee",
    "EmployeeTerms",
    "Expense",
    "PlanItem",
    "PriceList",
    "PriceListRate",
    "PriceModel",
    "PriceModelShare",
    "Project",
    "ProjectMember",
    "ProjectTag",
    "RolePrice",
    "TimeEntry",
]

auditlog.register(Project, exclude_fields=Project.NOT_IN_HISTORY, m2m_fields={"tags"})
auditlog.register(PriceModel, exclude_fields=["order", "version"])
auditlog.register(PriceModelShare)
# What is agreed about amounts; how the work itself goes is nobody's history.
auditlog.register(PlanItem, exclude_fields=["order"])
auditlog.register(Activity, include_fields=["title", "hourly_rate"])
# What the company sets for all.
auditlog.register(EmployeeTerms)
auditlog.register(PriceList)
auditlog.register(PriceListRate)
auditlog.register(ProjectTag)
auditlog.register(RolePrice)
