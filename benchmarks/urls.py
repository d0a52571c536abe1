"""The site with one more address: an empty page for who is signed in, to measure against."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """What every signed-in page costs before it does anything: session and account are read."""
    return HttpResponse(str(request.user.pk))


urlpatterns = [path("empty/", empty, name="empty"), path("", include("config.urls"))]
