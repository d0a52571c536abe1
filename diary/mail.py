"""Whether this copy sends e-mail, and where to."""

from allauth.account.models import EmailAddress
from django.conf import settings

from diary.models import Diarist


def sends_mail() -> bool:
    """Whether e-mails leave this machine; without a mail server they are written to the log."""
    return "console" not in settings.MAILERS["default"]["BACKEND"]


def confirmed_address(diarist: Diarist) -> str:
    """The address that its owner has confirmed; empty where there is none, so that no stranger is written to."""
    found = EmailAddress.objects.filter(user_id=diarist.pk, verified=True).order_by("-primary", "pk").first()
    return str(found.email) if found else ""
