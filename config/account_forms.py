"""The forms of the account pages: allauth's, with one password field, plain labels and no placeholders.

A placeholder vanishes as soon as something is typed, so every label stands outside its field.
"""

import secrets
from typing import Any

from allauth.account import forms as account
from allauth.account.fields import PasswordField
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from config.accounts import oldest

PASSWORD_HINT = _("At least 8 characters, not only numbers. A few words in a row are easy to remember.")
EMAIL_HINT = _("Only to reset a forgotten password. Without it, a lost password can't be reset.")
# Phones would capitalise and correct a name that has to be typed exactly.
AS_TYPED = {"autocapitalize": "none", "spellcheck": "false"}


class Plain(forms.Form):
    """Takes away what allauth's forms have too much: placeholders, the second password, stock hints."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, PasswordField):
                field.help_text = ""
        if "password1" in self.fields:
            self.fields["password1"].help_text = PASSWORD_HINT
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", **AS_TYPED}


class LoginForm(Plain, account.LoginForm):
    """Name or e-mail, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        # "username" rather than allauth's "email": it is what password managers fill in.
        self.fields["login"].widget.attrs |= {"autocomplete": "username", **AS_TYPED}
        self.fields["login"].widget.attrs["maxlength"] = "254"


class SignupForm(Plain, account.SignupForm):  # type: ignore[misc]  # allauth's clean() is typed otherwise
    """User name, an e-mail if one likes, one password, and the time zone of the device."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["username"].help_text = _("Letters, digits and @ . + - _ only.")
        self.fields["username"].widget.attrs |= AS_TYPED
        self.fields["email"].label = _("E-mail (you may leave this empty)")
        self.fields["email"].help_text = EMAIL_HINT


class OwnerForm(SignupForm):
    """The first account, which may manage the others; on a public address it asks for the setup code."""

    code = forms.CharField(
        label=_("Setup code"),
        help_text=_("It stands in the log of the server, and in the file setup_code in its data folder."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, right_code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.right_code = right_code
        if right_code:
            self.fields["code"].widget.attrs["inputmode"] = "text"
            self.order_fields(["code"])
        else:
            del self.fields["code"]

    def clean_username(self) -> str:
        """Every valid name is free for the owner, `admin` too."""
        name: str = self.cleaned_data["username"]
        for validator in User._meta.get_field("username").validators:
            validator(name)
        return name

    def clean_code(self) -> str:
        """The code as it stands in the log; dashes and capitals don't matter."""
        code: str = self.cleaned_data["code"]
        if not secrets.compare_digest(bare(code), bare(self.right_code)):
            raise forms.ValidationError(_("The setup code is not right."))
        return code


def bare(code: str) -> bytes:
    """A setup code without what people leave out or add when they type it."""
    return "".join(letter for letter in code.upper() if letter.isalnum()).encode()


class EmailForm(Plain, account.AddEmailForm):
    """Another e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The password in use and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Password now")
        self.fields["password1"].label = _("New password")


class SetPasswordForm(Plain, account.SetPasswordForm):
    """A password for an account that has none."""


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """The address that the e-mail goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address of your account")

    def clean_email(self) -> str:
        """The address; not every account that strangers made with it gets a mail."""
        email: str = super().clean_email()
        self.users = oldest(email.lower(), only_active=True)
        return email


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    """A new password after following the link in the e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password once more, before something that matters."""


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    """The code of the second step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from your app, or a recovery code")


class ReauthenticateCodeForm(Plain, mfa.ReauthenticateForm):
    """A code once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code from your app, or a recovery code")


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    """The first code of an authenticator app, as a proof that it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows now")


class AddPasskeyForm(Plain, webauthn.AddWebAuthnForm):
    """A passkey with a name; it signs in by itself unless that is switched off."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you can tell your passkeys apart.")
        self.fields["name"].widget.attrs |= {"maxlength": "100", "autocomplete": "off"}
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = _(
            "Your device then asks for your finger, your face or a PIN. "
            "Without the tick the passkey is a second step after the password."
        )


class EditPasskeyForm(Plain, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].widget.attrs |= {"maxlength": "100", "autocomplete": "off"}
