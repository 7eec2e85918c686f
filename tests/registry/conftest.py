import pytest
from hypothesis import settings

from tests.registry import following
from tests.standin.register import Register

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("moment", deadline=None)
settings.load_profile("moment")


@pytest.fixture
def mirrored(register, db) -> Register:
    """The register, all of it in our mirror, and nothing in its feed."""
    following.load(register)
    return register
