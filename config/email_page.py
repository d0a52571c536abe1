"""The page of one's e-mail address: allauth's, which says nothing when somebody asks for a mail too soon."""

from allauth.account.views import EmailView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _


class EmailPage(EmailView):
    """Answers every press of a button."""

    def _action_send(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse | None:
        """Send the mail that confirms an address once more, at most once a minute."""
        response: HttpResponse | None = super()._action_send(request, *args, **kwargs)
        if not self._did_send_verification_email:
            messages.info(request, _("An e-mail went there less than a minute ago. Wait a little and ask again."))
        return response


email_page = EmailPage.as_view()
