"""Addresses of the diary."""

from django.urls import path

from diary import converters
from diary.views import check, days, episodes, medicines, now, settings, spots, today, transfer, welcome

app_name = "diary"
converters.register()

urlpatterns = [
    path("", today.today, name="today"),
    path("days/<date:date>/no-twitches/", today.no_twitches, name="no_twitches"),
    path("days/<date:date>/context/<str:factor>/", today.context, name="context"),
    path("spots/", spots.spots, name="spots"),
    path("spots/new/", spots.new_spot, name="new_spot"),
    path("episodes/", episodes.log, name="log"),
    path("episodes/restore/", episodes.restore, name="restore"),
    path("episodes/<uuid:pk>/", episodes.episode, name="episode"),
    path("episodes/<uuid:pk>/delete/", episodes.delete, name="delete_episode"),
    path("now/", now.now, name="now"),
    path("now/<uuid:pk>/stop/", now.stop, name="now_stop"),
    path("days/", days.days, name="days"),
    path("days/calendar/", days.calendar, name="calendar"),
    path("days/fill/", days.fill, name="fill"),
    path("check/", check.check, name="check"),
    path("check/signs/", check.signs, name="signs"),
    path("check/answers/", check.answers, name="answers"),
    path("check/answers/<uuid:pk>/delete/", check.delete_answer, name="delete_answer"),
    path("check/later/", check.later, name="check_later"),
    path("medicines/", medicines.medicines, name="medicines"),
    path("medicines/<uuid:pk>/", medicines.medicine, name="medicine"),
    path("medicines/<uuid:pk>/delete/", medicines.delete, name="delete_medicine"),
    path("settings/", settings.settings, name="settings"),
    path("data/", transfer.data, name="data"),
    path("data/export/<str:format>/", transfer.export, name="export"),
    path("data/import/", transfer.upload, name="upload"),
    path("data/import/<uuid:pk>/", transfer.incoming, name="incoming"),
    path("data/import/<uuid:pk>/store/", transfer.incoming_store, name="incoming_store"),
    path("data/import/<uuid:pk>/back/", transfer.incoming_back, name="incoming_back"),
    path("data/import/<uuid:pk>/cancel/", transfer.incoming_cancel, name="incoming_cancel"),
    path("data/import/<uuid:pk>/undo/", transfer.incoming_undo, name="incoming_undo"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/<int:step>/", welcome.welcome, name="welcome_step"),
]
