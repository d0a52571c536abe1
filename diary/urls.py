"""Addresses of the diary."""

from django.urls import path

from diary import converters
from diary.views import (
    check,
    days,
    episodes,
    erase,
    medicines,
    now,
    offline,
    reminders,
    settings,
    spots,
    timeline,
    today,
    tokens,
    welcome,
)

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
    path("timeline/", timeline.timeline, name="timeline"),
    path("timeline/table.csv", timeline.timeline_csv, name="timeline_csv"),
    path("check/", check.check, name="check"),
    path("check/signs/", check.signs, name="signs"),
    path("check/answers/", check.answers, name="answers"),
    path("check/answers/<uuid:pk>/delete/", check.delete_answer, name="delete_answer"),
    path("check/later/", check.later, name="check_later"),
    path("medicines/", medicines.medicines, name="medicines"),
    path("medicines/<uuid:pk>/", medicines.medicine, name="medicine"),
    path("medicines/<uuid:pk>/delete/", medicines.delete, name="delete_medicine"),
    path("data/delete/day/", erase.delete_day, name="delete_day"),
    path("data/delete/spot/", erase.delete_spot, name="delete_spot"),
    path("data/delete/account/", erase.delete_account, name="delete_account"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("sw.js", offline.service_worker, name="service_worker"),
    path("offline/", offline.offline, name="offline"),
    path("offline/entry/", offline.offline_entry, name="offline_entry"),
    path("settings/reminders/", reminders.reminders, name="reminders"),
    path("settings/reminders/diary.ics", reminders.reminders_calendar, name="reminders_calendar"),
    path("reminders/off/<str:token>/", reminders.reminders_off, name="reminders_off"),
    path("settings/", settings.settings, name="settings"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/new/", tokens.new_token, name="new_token"),
    path("settings/tokens/<uuid:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("api/", tokens.api, name="api"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/<int:step>/", welcome.welcome, name="welcome_step"),
]
