"""What files hold: received, checked, cleaned, kept once, served, and let go.

    content = receive(request.FILES["file"])      # outside any transaction; raises Refused
    ...                                           # then make the row that refers to it
    return download(content, "Report.pdf")        # the only way out, beside `preview`
    release(content)                              # after a row that referred to it is deleted

A content that nothing refers to a day later is removed by `manage.py files_sweep`.
"""

from moment.content.errors import Refused
from moment.content.kinds import accepted_extensions, can_preview, kind_name
from moment.content.letting_go import Swept, release, sweep
from moment.content.names import check_name, clean_name
from moment.content.receiving import receive
from moment.content.serving import download, open_content, preview, show_pdf

__all__ = [
    "Refused",
    "Swept",
    "accepted_extensions",
    "can_preview",
    "check_name",
    "clean_name",
    "download",
    "kind_name",
    "open_content",
    "preview",
    "receive",
    "release",
    "show_pdf",
    "sweep",
]
