"""Addresses of triage."""

from django.urls import path

from triage.views import patterns, triggers

app_name = "triage"

urlpatterns = [
    path("patterns/", patterns.patterns, name="patterns"),
    path("patterns/earlier/", patterns.earlier, name="earlier"),
    path("patterns/glance/", patterns.glance, name="glance"),
    path("patterns/spans/", patterns.spans, name="spans"),
    path("patterns/<uuid:pk>/entries/", patterns.entries, name="entries"),
    path("patterns/<uuid:pk>/discussed/", patterns.discussed, name="discussed"),
    path("patterns/<uuid:pk>/answer/", patterns.answer, name="answer"),
    path("triggers/", triggers.triggers, name="triggers"),
]
