"""The row that a form deletes, for the case that it is sent again."""

from django import template

from diary.undo import undo_token

register = template.Library()
register.filter("undo_token", undo_token)
