"""What the API says when something is wrong: application/problem+json (RFC 9457)."""

from http import HTTPStatus
from typing import Any, Self

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from ninja import Field, Schema
from ninja.errors import HttpError, ValidationError

MEDIA_TYPE = "application/problem+json"


class ProblemField(Schema):
    """One field that is wrong."""

    field: str
    message: str


class ProblemOut(Schema):
    """What is wrong, for a person (`detail`) and for a program (`status`, `errors`)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[ProblemField] = Field(default_factory=list)


class Problem(Exception):  # noqa: N818
    """Ends a request of the API with a status and words."""

    def __init__(self, status: int, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.errors = status, detail, errors or []

    @classmethod
    def beside(cls, field: str, message: str) -> Self:
        """One field is wrong."""
        return cls(422, message, [{"field": field, "message": message}])

    @classmethod
    def of_form(cls, form: Form) -> Self:
        """What a form has to say about its fields."""
        # The API gives the duration in one field, the form in three.
        names = {"seconds": "duration_seconds", "duration": "duration_seconds"}
        errors = [
            {"field": names.get(field, field), "message": str(message)}
            for field, messages in form.errors.items()
            for message in messages
        ]
        return cls(422, errors[0]["message"], errors)


def problem_response(status: int, detail: str = "", errors: list[dict[str, str]] | None = None) -> HttpResponse:
    """The answer that says it."""
    title = HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail or title}
    return JsonResponse(content | {"errors": errors or []}, status=status, content_type=MEDIA_TYPE)


def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Said by a view."""
    return problem_response(problem.status, problem.detail, problem.errors)


def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Said before a view: no token, a wrong one, one that may not, or too many requests."""
    wait = gettext("Too many requests. Wait a minute, then try again.")
    words = wait if error.status_code == HTTPStatus.TOO_MANY_REQUESTS else str(error)
    response = problem_response(error.status_code, words)
    if error.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Muscle Twitch Diary"'
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = str(getattr(error, "wait", None) or 60)
    return response


def on_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The types do not fit; the message never repeats what was sent."""
    errors = [{"field": field_of(found), "message": str(found.get("msg", ""))} for found in error.errors]
    return problem_response(422, gettext("Some of what was sent can't be used."), errors)


def field_of(found: dict[str, Any]) -> str:
    """`strength` for the place ("body", "episode", "strength")."""
    return str(found.get("loc", ["body"])[-1])
