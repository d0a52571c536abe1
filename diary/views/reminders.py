"""Reminders: by e-mail, on a device or in the person's own calendar, off until somebody wants them."""

import uuid
from http import HTTPStatus

from django.conf import settings as site
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diary import push
from diary import reminders as reminding
from diary.forms.push import PushForm
from diary.forms.reminders import ReminderForm
from diary.mail import confirmed_address, sends_mail
from diary.middleware import DiaryRequest
from diary.models import PushDevice, Reminder
from diary.views.episodes import keep_zone
from diary.wording import zone_words


@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: DiaryRequest) -> HttpResponse:
    """What is set, and how to change it."""
    reminder = reminder_of(request)
    address = confirmed_address(request.diarist) if sends_mail() else ""
    if request.method != "POST":
        initial = {"time": reminder.time, "by_mail": reminder.by_mail}
        return show_reminders(request, ReminderForm(initial=initial, address=address), reminder, address)
    form = ReminderForm(request.POST, address=address)
    if not form.is_valid():
        return show_reminders(request, form, reminder, address)
    keep_zone(request)
    reminding.keep(request.diarist, **form.cleaned_data, zone=request.zone, now=request.now)
    return redirect(f"{reverse('diary:reminders')}?saved=1")


def reminder_of(request: DiaryRequest) -> Reminder:
    """What the person chose, or what is offered to begin with; nothing is stored for looking."""
    return Reminder.objects.filter(diarist=request.diarist).first() or Reminder(diarist=request.diarist)


def show_reminders(request: DiaryRequest, form: ReminderForm, reminder: Reminder, address: str) -> HttpResponse:
    """The page; one that could not be saved keeps what was typed."""
    context = {
        "form": form,
        "reminder": reminder,
        "address": address,
        "has_address": bool(request.user.email),
        "place": zone_words(request.zone),
        "saved": "saved" in request.GET,
        "removed": "removed" in request.GET,
        "tab": "settings",
    }
    if push.is_offered():
        devices = push.devices_of(request.diarist, request.now)[0]
        context |= {
            "push_key": push.public_key(site.WEB_PUSH_PRIVATE_KEY),
            "devices": devices,
            "this_device": this_device(request, devices),
        }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "diary/reminders.html", context, status=status)


@require_safe
def reminders_calendar(request: DiaryRequest) -> HttpResponse:
    """A file for the calendar of a phone or computer, which then reminds by itself."""
    text = reminding.calendar(request.diarist, reminder_of(request).time, request.today, request.now)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="diary.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def reminders_device(request: DiaryRequest) -> HttpResponse:
    """For scripts: remind in this browser too. The service worker, which sees no page, asks here what it needs."""
    if not push.is_offered():
        raise Http404
    if request.method != "POST":
        is_on = this_device(request, push.devices_of(request.diarist, request.now)[0]) is not None
        key = push.public_key(site.WEB_PUSH_PRIVATE_KEY)
        return JsonResponse({"is_on": is_on, "key": key, "token": get_token(request)})
    form = PushForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"words": form.words()}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    user_agent = request.headers.get("User-Agent", "")[: PushDevice.USER_AGENT_LENGTH]
    chosen = form.cleaned_data | {"user_agent": user_agent}
    if not push.switch_on(request.diarist, request.session, now=request.now, **chosen):
        words = gettext("You have %(count)d devices. Remove one first.") % {"count": push.MOST_DEVICES}
        return JsonResponse({"words": words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    keep_zone(request)
    reminding.begin(request.diarist, request.zone, request.now)
    return JsonResponse({}, status=HTTPStatus.CREATED)


def this_device(request: DiaryRequest, devices: list[PushDevice]) -> PushDevice | None:
    """The one that the request comes from, if it is among them."""
    key = request.session.session_key
    return next((device for device in devices if device.session_key == key), None)


@require_POST
def reminders_device_remove(request: DiaryRequest, pk: uuid.UUID) -> HttpResponse:
    """No more reminders on one device; asks nothing, for it is switched on again as quickly."""
    get_object_or_404(request.diarist.push_devices, pk=pk).delete()
    reminding.rest(request.diarist.pk)
    return redirect(f"{reverse('diary:reminders')}?removed=1#device")


# A mail program presses this button without a cookie; the signed address is what allows it.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reminders_off(request: HttpRequest, token: str) -> HttpResponse:
    """The link in each reminder. A visit alone changes nothing: programs that look for viruses visit links too."""
    diarist_id = reminding.diarist_id_from(token)
    if diarist_id is None:
        raise Http404
    if request.method == "POST":
        reminding.switch_off(diarist_id)
    return render(request, "diary/reminders_off.html", {"is_off": request.method == "POST"})
