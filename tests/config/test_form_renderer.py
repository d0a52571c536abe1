"""The quick renderer writes what Django's templates write, but for blank space between the tags."""

import datetime as dt
import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from config.form_renderer import WRITERS, QuickRenderer

HOSTILE = "<b>\"'& {{ x }}</b>"
CHOICES: list[Any] = [
    ("", "---------"),
    (1234, 5678),
    (HOSTILE, HOSTILE),
    ("safe", mark_safe("<i>safe</i>")),
    ("lazy", _("Note")),
    ("Group <1>", [("a", "A"), (None, "None"), (True, "True")]),
]
ATTRS: list[dict[str, Any]] = [
    {},
    {
        "id": "id_x",
        "class": f"one {HOSTILE}",
        "required": True,
        "disabled": False,
        "maxlength": 1234,
        "data-x": HOSTILE,
    },
    {"id": HOSTILE, "title": _("Note"), "data-none": None, "style": mark_safe("a&b")},
]
VALUES: list[Any] = [None, "", 0, 1234, 1234.5, True, False, HOSTILE, "a", ["a", HOSTILE], dt.date(2026, 11, 25)]
PLAIN = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.TimeInput,
    forms.SearchInput,
    forms.CheckboxInput,
    forms.Textarea,
]
CHOOSING = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple]


def squeezed(html: str) -> str:
    """Blank space of any length is the same as one blank to a browser, and what was typed is compared as well."""
    return re.sub(r"\s+", " ", html).replace("> <", "><")


DJANGO, QUICK = DjangoTemplates(), QuickRenderer()


def widgets() -> list[forms.Widget]:
    """Every kind of widget that the quick renderer knows, with every set of attributes."""
    plain: list[forms.Widget] = [kind(attrs=dict(attrs)) for kind in PLAIN for attrs in ATTRS]
    return plain + [kind(attrs=dict(attrs), choices=CHOICES) for kind in CHOOSING for attrs in ATTRS]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_writes_what_django_writes(language: str, value: Any) -> None:
    with translation.override(language):
        for widget in widgets():
            given = "a" if isinstance(value, list) and not isinstance(widget, tuple(CHOOSING)) else value
            expected = squeezed(widget.render("a name", given, renderer=DJANGO))
            assert squeezed(widget.render("a name", given, renderer=QUICK)) == expected


def test_each_radio_button_alone_too() -> None:
    class Form(forms.Form):
        answer = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect(attrs={"class": HOSTILE}))
        several = forms.MultipleChoiceField(choices=CHOICES, widget=forms.CheckboxSelectMultiple)

    quick, django = Form({"answer": "a"}, renderer=QUICK), Form({"answer": "a"}, renderer=DJANGO)
    for name in ("answer", "several"):
        pairs = list(zip(quick[name], django[name], strict=True))
        assert len(pairs) == 8
        for mine, theirs in pairs:
            assert squeezed(mine.tag()) == squeezed(theirs.tag())
            assert squeezed(mine.tag(wrap_label=True)) == squeezed(theirs.tag(wrap_label=True))


@given(st.text(), st.text(), st.text(), st.one_of(st.none(), st.text()))
def test_nothing_that_was_typed_becomes_markup(name: str, label: str, attr: str, value: str | None) -> None:
    for kind in (forms.TextInput, forms.Textarea):
        widget = kind(attrs={"data-x": attr})
        expected = squeezed(widget.render(name, value, renderer=DJANGO))
        assert squeezed(widget.render(name, value, renderer=QUICK)) == expected
    for choosing in (forms.Select, forms.RadioSelect):
        chosen = choosing(attrs={"data-x": attr}, choices=[(value, label)])
        expected = squeezed(chosen.render(name, value, renderer=DJANGO))
        assert squeezed(chosen.render(name, value, renderer=QUICK)) == expected


def test_the_pages_use_it() -> None:
    form = forms.Form()
    assert isinstance(form.renderer, QuickRenderer)
    assert "django/forms/widgets/select.html" in WRITERS


def test_other_templates_are_djangos() -> None:
    widget = forms.ClearableFileInput()
    assert widget.render("file", None, renderer=QUICK) == widget.render("file", None, renderer=DJANGO)
    assert QUICK.render("django/forms/errors/list/ul.html", {"errors": []}) == ""
