"""Writes the form fields that Django would write, without a template for every option and attribute.

A page with many choices spends most of its time in Django's templates of widgets: a dozen nested includes for one
radio button. This gives the same HTML but for blank space between the tags; tests/config/test_form_renderer.py
holds it against those templates.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape

Widget = Mapping[str, Any]
FOLDER = "django/forms/widgets/"
INPUTS = ("input", "text", "number", "email", "url", "password", "hidden", "date", "time", "checkbox", "search")


class QuickRenderer(DjangoTemplates):
    """Django's own renderer; the plain widgets are written here, everything else by its template."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        """The HTML of one widget, form or field."""
        write = WRITERS.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return write(context["widget"]).strip()


def attributes(widget: Widget) -> str:
    """` id="id_note" required`: what is False is left out, what is True has no value."""
    parts = []
    for name, value in widget["attrs"].items():
        if value is True:
            parts.append(f" {conditional_escape(name)}")
        elif value is not False:
            parts.append(f' {conditional_escape(name)}="{as_text(value)}"')
    return "".join(parts)


def as_text(value: Any) -> str:
    """A value of an attribute: escaped, numbers never in the form of a language."""
    # Most are plain text, and Django's own function costs ten times as much as what it does to them.
    if type(value) is str:
        return escape(value)
    return conditional_escape(value if isinstance(value, str) else str(value))


def shown(value: Any) -> str:
    """A word that is read: escaped, numbers in the form of the language."""
    return escape(value) if type(value) is str else conditional_escape(localize(value))


def one_input(widget: Widget) -> str:
    """An `<input>`."""
    value = widget["value"]
    has = "" if value is None else f' value="{as_text(value)}"'
    return f'<input type="{shown(widget["type"])}" name="{shown(widget["name"])}"{has}{attributes(widget)}>'


def one_option(widget: Widget) -> str:
    """A radio button or a checkbox of several, in its label."""
    if not widget.get("wrap_label"):
        return one_input(widget)
    name = widget["attrs"].get("id")
    belongs = f' for="{shown(name)}"' if name else ""
    return f"<label{belongs}>{one_input(widget)} {shown(widget['label'])}</label>"


def several(widget: Widget) -> str:
    """Radio buttons or checkboxes."""
    attrs = widget["attrs"]
    head = "".join(f' {name}="{shown(attrs[name])}"' for name in ("id", "class") if attrs.get(name))
    parts = [f"<div{head}>"]
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f"\n  <div><label>{shown(group)}</label>")
        parts += [f"<div>\n    {one_option(option)}</div>" for option in options]
        if group:
            parts.append("\n  </div>")
    return "".join([*parts, "\n</div>"])


def select(widget: Widget) -> str:
    """A list to choose from."""
    parts = [f'<select name="{shown(widget["name"])}"{attributes(widget)}>']
    for group, options, _index in widget["optgroups"]:
        if group:
            parts.append(f'\n  <optgroup label="{shown(group)}">')
        parts += ["\n  " + one_choice(option) for option in options]
        if group:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def one_choice(widget: Widget) -> str:
    """An `<option>`."""
    return f'<option value="{as_text(widget["value"])}"{attributes(widget)}>{shown(widget["label"])}</option>'


def textarea(widget: Widget) -> str:
    """A field of several lines."""
    value = shown(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{shown(widget["name"])}"{attributes(widget)}>\n{value}</textarea>'


WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"{FOLDER}{name}.html": one_input for name in INPUTS},
    f"{FOLDER}radio_option.html": one_option,
    f"{FOLDER}checkbox_option.html": one_option,
    f"{FOLDER}radio.html": several,
    f"{FOLDER}checkbox_select.html": several,
    f"{FOLDER}select.html": select,
    f"{FOLDER}select_option.html": one_choice,
    f"{FOLDER}textarea.html": textarea,
}
