"""The API put together: the diary's part, triage's part, one description of both, one kind of error."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, gettext, override
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from config.middleware import API_PREFIX
from config.unavailable import words_of
from diary.api import router as diary_router
from diary.api_problems import (
    MEDIA_TYPE,
    Problem,
    on_http_error,
    on_problem,
    on_validation_error,
    problem_response,
)
from triage.api import router as triage_router

DESCRIPTION = """\
Log twitches and read your diary from a phone shortcut, a button at home or a script of your own.

Make an access token under Settings, "Access for apps", and send it with every request as `Authorization: Bearer
mtd_...`. A token may *log*, *read*, or both. Keep it like a password.

Every error is `application/problem+json` (RFC 9457): 401 no valid token, 403 a token that may not do this, 409
what is stored speaks against it, 422 something that was sent can't be used, 429 more than 120 requests a minute.
Where the diary is served with https, plain http is 403 too; revoke a token that was sent so.

The diary informs. It does not diagnose and can't rule anything out.
"""


class DiaryAPI(NinjaAPI):
    """Its description names the media type that errors really have, and those that every address may answer."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """OpenAPI 3.1."""
        schema = super().get_openapi_schema(**options)
        problem = {"application/json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                for status in (401, 403, 429):
                    words = {"description": HTTPStatus(status).phrase, "content": dict(problem)}
                    operation["responses"].setdefault(status, words)
                for status, response in operation["responses"].items():
                    if int(status) >= HTTPStatus.BAD_REQUEST:
                        response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}
        return schema


api = DiaryAPI(
    title="Muscle Twitch Diary",
    version="1",
    description=DESCRIPTION,
    # The page of ninja loads scripts from another host; ours is diary:api.
    docs_url=None,
    urls_namespace="api",
    openapi_extra={"info": {"license": {"name": "MIT", "identifier": "MIT"}}},
)
api.add_router("", diary_router)
api.add_router("", triage_router)
# ninja's types promise a handler the class as well as the exception; only the exception ever comes.
api.add_exception_handler(Problem, on_problem)  # type: ignore[arg-type]
api.add_exception_handler(HttpError, on_http_error)  # type: ignore[arg-type]
api.add_exception_handler(ValidationError, on_validation_error)  # type: ignore[arg-type]


class HttpsMiddleware:
    """Refuses the API to programs that come without https, where pages are sent on.

    A program that is sent on works, and nobody notices that it says its token in the clear each time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_open = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if not is_open or not request.path.startswith(API_PREFIX):
            return self.get_response(request)
        # Nobody has looked yet which language this is.
        with override(get_language_from_request(request)):
            words = gettext(
                "This diary answers programs over https only; write https:// in the address. An access token that "
                "was sent without may have been read on the way: revoke it, and make a new one."
            )
            return problem_response(HTTPStatus.FORBIDDEN, words)


class ProblemMiddleware:
    """Says in the same way what fails outside a view: no such address, a wrong method, a fault of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(API_PREFIX) or response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        if response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        reason = response.headers.get("X-Kept") if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE else None
        problem = problem_response(response.status_code, words_of(reason) if reason else "")
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                problem.headers[name] = response.headers[name]
        return problem
