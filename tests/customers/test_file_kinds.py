"""What a kind of file is called, in each language."""

import pytest
from django.utils import translation

from customers.file_kinds import of


@pytest.mark.parametrize("language", ["en-gb", "nb"])
@pytest.mark.parametrize("media_type", ["text/plain", "message/rfc822"])
def test_a_sort_that_says_no_more_than_its_group_stands_once(media_type, language):
    with translation.override(language):
        assert "(" not in of(media_type).words
