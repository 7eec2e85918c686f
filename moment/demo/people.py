"""The demo's colleagues: four who can sign in, four who only appear beside customers."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from moment.models import User

PASSWORD = "demo"


class Colleague(NamedTuple):
    username: str
    first_name: str
    last_name: str
    # What the log-in can do, told after loading; empty for those who cannot sign in.
    can: str = ""


COLLEAGUES = [
    Colleague("admin", "Anne", "Dahl", "everything, Django admin included"),
    Colleague("kari", "Kari", "Lunde", "everything with customers: has all roles"),
    Colleague("per", "Per", "Haugen", "look at customers, change nothing"),
    Colleague("ola", "Ola", "Hansen", "nothing yet: has no role"),
    Colleague("marte", "Marte", "Solberg"),
    Colleague("ida", "Ida", "Berg"),
    Colleague("jonas", "Jonas", "Ødegård"),
    Colleague("synne", "Synne", "Aas"),
]
LOG_INS = [colleague for colleague in COLLEAGUES if colleague.can]


def load() -> dict[str, User]:
    """Return the colleagues by user name, made where missing; those who exist stay as they are."""
    users = User.objects.in_bulk([c.username for c in COLLEAGUES], field_name="username")
    # One slow hash serves all: the password is no secret.
    password = make_password(PASSWORD) if any(c.username not in users for c in LOG_INS) else ""
    for colleague in COLLEAGUES:
        if colleague.username in users:
            continue
        user = User.objects.create(
            username=colleague.username,
            first_name=colleague.first_name,
            last_name=colleague.last_name,
            email=f"{colleague.first_name.lower()}@huldervang.example",
            password=password if colleague.can else make_password(None),
            is_staff=colleague.username == "admin",
            is_superuser=colleague.username == "admin",
        )
        # The others can be told in notes, which only those who see customers can.
        if colleague.username not in ("admin", "kari", "ola"):
            user.groups.set(Group.objects.filter(name="View customers"))
        users[colleague.username] = user
    # Also the roles that a newer version brings.
    users["kari"].groups.add(*Group.objects.all())
    return users
