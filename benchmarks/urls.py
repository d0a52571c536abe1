"""The site with two more addresses to measure against: an empty page, and one with an empty figure."""

from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path


def empty(request: HttpRequest) -> HttpResponse:
    """What every signed-in page costs before it does anything: session and account are read."""
    return HttpResponse(str(request.user.pk))


EMPTY_FIGURE = """{% load static %}<!doctype html><html lang="en"><head><title>Empty</title>
<link rel="stylesheet" href="{% static 'css/site.css' %}">
<script src="{% static 'vendor/plotly/plotly-basic.min.js' %}" defer></script>
<script src="{% static 'bench/empty-figure.js' %}" defer></script></head>
<body><div id="figure"></div></body></html>"""


def empty_figure(request: HttpRequest) -> HttpResponse:
    """The least page that draws with Plotly: the floor that the library sets."""
    return HttpResponse(Template(EMPTY_FIGURE).render(RequestContext(request)))


urlpatterns = [
    path("empty/", empty, name="empty"),
    path("empty-figure/", empty_figure, name="empty_figure"),
    path("", include("config.urls")),
]
