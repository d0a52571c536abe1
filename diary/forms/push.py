"""What a browser says about itself to be reminded."""

from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext

from diary.push import AUTH_BYTES, POINT_BYTES, bytes_of, is_known


class PushForm(forms.Form):
    """A push subscription: an address at the service of the browser's maker, and two keys (RFC 8291).

    The words are read by who tapped the switch, so they say what to do, not what is wrong with a number.
    """

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=50)

    def clean_endpoint(self) -> str:
        """Only a service that is known: see `diary.push.MAKERS`."""
        endpoint: str = self.cleaned_data["endpoint"]
        if not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint or not is_known(endpoint):
            raise forms.ValidationError(
                gettext("Your browser gets its messages from %(host)s. This diary does not know that service.")
                % {"host": host_of(endpoint)}
            )
        return endpoint

    def clean_p256dh(self) -> str:
        """A point on the curve P-256, uncompressed."""
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415  (only where the extra is used)

        letters: str = self.cleaned_data["p256dh"]
        try:
            point = bytes_of(letters)
            if len(point) != POINT_BYTES:
                raise ValueError("another length")
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError as error:
            raise forms.ValidationError(wrong_key()) from error
        return letters.rstrip("=")

    def clean_auth(self) -> str:
        """16 random bytes."""
        letters: str = self.cleaned_data["auth"]
        try:
            is_right = len(bytes_of(letters)) == AUTH_BYTES
        except ValueError:
            is_right = False
        if not is_right:
            raise forms.ValidationError(wrong_key())
        return letters.rstrip("=")

    def words(self) -> str:
        """What is wrong, one sentence after the other."""
        return " ".join(dict.fromkeys(str(error) for errors in self.errors.values() for error in errors))


def wrong_key() -> str:
    """What is said of keys that are none."""
    return gettext("Your browser sent something that can't be used. Reload this page and try again.")


def host_of(endpoint: str) -> str:
    """The name of the service, short enough to be shown."""
    try:
        return (urlsplit(endpoint).hostname or endpoint)[:60]
    except ValueError:
        return endpoint[:60]
