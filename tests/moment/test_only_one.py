import pytest
from tests.together import at_once
from moment.turns import only_one


@pytest.mark.django_db
def test_x():
    with only_one("a") as one:
        assert one
        with only_one("a") as two:
            assert not two
        with only_one("b") as two:
            assert two
    with only_one("a") as two:
        assert two
