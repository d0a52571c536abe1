"""The QR code of a share link, as one path: no picture format, and sharp at every size."""

from typing import Any

from django.utils.translation import gettext

from triage.summary.sheet import Code

QUIET = 4


def qr_code(address: str, text: str) -> Code:
    """The dark squares of the code; `text` stands below it."""
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415
    from qrcode.main import QRCode  # noqa: PLC0415

    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(address)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return Code(len(rows) + 2 * QUIET, path, gettext("QR code of the link to this page"), text)
