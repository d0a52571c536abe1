"""A deleted row travels inside its Undo button: signed, so that only what was stored can come back.

The form that deletes it carries it too. Sent again after the row is gone, as by a second tap, it gets the answer
of the first. Nobody else has such a form, so an id that never was and one of somebody else stay alike: 404.
"""

import uuid

from django.core import serializers, signing

from diary.models import Diarist, Episode, Medicine, SignCheck

VALID_SECONDS = 24 * 60 * 60


def undo_token(row: Episode | Medicine | SignCheck) -> str:
    """The row as text for a hidden field of its owner's page."""
    return signing.dumps(serializers.serialize("json", [row]), salt=_salt(type(row)), compress=True)


def row_from[Row: (Episode, Medicine, SignCheck)](token: str, model: type[Row], diarist: Diarist) -> Row | None:
    """The row in `token`; None when the token is damaged, too old or another person's."""
    try:
        text = signing.loads(token, salt=_salt(model), max_age=VALID_SECONDS)
        row = next(iter(serializers.deserialize("json", text))).object
    except (signing.BadSignature, serializers.base.DeserializationError):
        return None
    return row if isinstance(row, model) and row.diarist_id == diarist.pk else None


def row_of_form[Row: (Episode, Medicine, SignCheck)](
    token: str, model: type[Row], diarist: Diarist, pk: uuid.UUID
) -> Row | None:
    """The row that a form which deletes it was made for; None when it is not that of this address."""
    row = row_from(token, model, diarist)
    return row if row is not None and row.pk == pk else None


def _salt(model: type) -> str:
    return f"undo {model.__name__}"
