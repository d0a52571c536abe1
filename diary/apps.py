"""The diary: what a person writes down, and how it is shown back."""

from django.apps import AppConfig


class DiaryConfig(AppConfig):
    """The diary's tables, pages and commands."""

    name = "diary"
    verbose_name = "Diary"
