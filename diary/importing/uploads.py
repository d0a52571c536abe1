"""What happens to the files of a form while it arrives."""

from typing import Any, NoReturn

from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class NoFiles(FileUploadHandler):
    """Passes over every file: a form that asks for none must not fill the disk with one."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Read past it."""
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing of it is kept."""

    def file_complete(self, file_size: int) -> None:
        """There is no file."""
