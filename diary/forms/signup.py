"""What the sign-up page asks beside name and password."""

from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import get_language

from diary.models import Diarist
from diary.moments import zone_or


class SignupForm(forms.Form):
    """Takes the time zone from the browser: a script fills the hidden field, nobody is asked."""

    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-zone": ""}))

    def signup(self, request: HttpRequest, user: User) -> None:
        """Make the diary of the new account."""
        Diarist.objects.get_or_create(
            user=user,
            defaults={
                "time_zone": zone_or(self.cleaned_data["time_zone"], "UTC"),
                "language": get_language() or "",
            },
        )
