"""Tables as text: which sign separates the cells, rows as dictionaries, and cells that a spreadsheet would run."""

import csv
from collections.abc import Iterator
from typing import IO

from diary.body import gettext_noop
from diary.importing.clean import storable
from diary.importing.files import NOT_UTF8
from diary.importing.wrong import FileRefused, Wrong

SEPARATORS = ",;\t|"
LONGEST_LINE = 1 << 17
MOST_COLUMNS = 100
# A cell that begins with one of these is a formula to a spreadsheet, or can become one.
STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"

NOT_A_TABLE = gettext_noop("The file is not a table with a first line of column names.")
BROKEN_TABLE = gettext_noop("The table is damaged near line %(line)s.")
FORMULA = gettext_noop("A cell begins with “=” and would be a formula in a spreadsheet.")


def safe(text: str) -> str:
    """A text that no spreadsheet runs; `plain` gives it back as it was."""
    return QUOTE + text if text.startswith((*STARTS_FORMULA, QUOTE)) else text


def plain(text: str) -> str:
    """The text in a cell. Raises Wrong for a bare formula."""
    if text.startswith("="):
        raise Wrong(FORMULA)
    return text[1:] if text.startswith(QUOTE) and text[1:].startswith((*STARTS_FORMULA, QUOTE)) else text


def lines_of(file: IO[str]) -> Iterator[list[str]]:
    """The lines of a table, cell by cell, beginning with the names of the columns. Raises FileRefused."""
    try:
        first = file.readline(LONGEST_LINE)
        if len(first) >= LONGEST_LINE:
            raise FileRefused(NOT_A_TABLE)
        separator = max(SEPARATORS, key=first.count)
        names = next(csv.reader([first], delimiter=separator), [])
        if not any(names) or len(names) > MOST_COLUMNS:
            raise FileRefused(NOT_A_TABLE)
        yield [storable(name.strip()) for name in names]
        reader = csv.reader(bounded(file), delimiter=separator)
        for cells in reader:
            if any(cells):
                yield cells
            if len(cells) > MOST_COLUMNS * 10:
                raise FileRefused(BROKEN_TABLE, line=reader.line_num + 1)
    except UnicodeDecodeError as error:
        raise FileRefused(NOT_UTF8) from error
    except csv.Error as error:
        raise FileRefused(NOT_A_TABLE) from error


def bounded(file: IO[str]) -> Iterator[str]:
    """The lines of a file, none of which may fill memory. Raises FileRefused."""
    number = 1
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise FileRefused(BROKEN_TABLE, line=number)
        yield line


def header_of(file: IO[str]) -> list[str]:
    """The names of the columns, in small letters. Raises FileRefused."""
    return [name.lower() for name in next(lines_of(file))]


def rows_of(file: IO[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(number of the row from 1, cells by column name) of each row. Raises FileRefused."""
    lines = lines_of(file)
    names = [name.lower() for name in next(lines)]
    for number, cells in enumerate(lines, 1):
        yield number, dict(zip(names, cells, strict=False))
