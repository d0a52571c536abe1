"""Addresses of what triage shows."""

from django.urls import path

from triage.views import triggers

app_name = "triage"

urlpatterns = [
    path("triggers/", triggers.triggers, name="triggers"),
]
