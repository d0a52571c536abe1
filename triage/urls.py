"""Addresses of triage."""

from django.urls import path

from triage.views import appointments, doctor, patterns, share, triggers

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
    path("doctor/", doctor.doctor, name="doctor"),
    path("doctor/pdf/", doctor.doctor_pdf, name="doctor_pdf"),
    path("doctor/texts/", doctor.doctor_texts, name="doctor_texts"),
    path("doctor/appointments/", appointments.appointments, name="appointments"),
    path("doctor/appointments/<uuid:pk>/", appointments.appointment, name="appointment"),
    path("doctor/appointments/<uuid:pk>/delete/", appointments.delete_appointment, name="delete_appointment"),
    path("doctor/links/", share.shares, name="shares"),
    path("doctor/links/page/", share.share_sheet, name="share_sheet"),
    path("doctor/links/page/pdf/", share.share_sheet_pdf, name="share_sheet_pdf"),
    path("doctor/links/<uuid:pk>/withdraw/", share.withdraw_share, name="withdraw_share"),
    path("s/<str:token>/", share.share, name="share"),
    path("s/<str:token>/pdf/", share.share_pdf, name="share_pdf"),
]
