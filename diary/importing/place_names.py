"""Finds the place that a name of another app means: surely, by our own names, or as a guess that is asked for."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext, override

from diary.body import LOCATIONS, is_place

# English and German, the most telling first: "lower eyelid" must not become the eyelid that comes first.
_PARTS = {
    "lid_lower": ("lower eyelid", "lower lid", "unterlid", "unteres lid", "unteres augenlid"),
    "lid_upper": (
        "upper eyelid",
        "upper lid",
        "oberlid",
        "oberes lid",
        "eyelid",
        "augenlid",
        "eye",
        "auge",
        "lid",
    ),
    "brow": ("eyebrow", "brow", "forehead", "augenbraue", "stirn"),
    "cheek": ("cheek", "wange"),
    "mouth": ("mouth", "lip", "mund", "lippe"),
    "chin": ("chin", "kinn"),
    "jaw": ("jaw", "temple", "kiefer", "schläfe"),
    "tongue": ("tongue", "zunge"),
    "neck_back": ("neck", "nacken"),
    "neck_front": ("throat", "hals"),
    "shoulder_blade": ("shoulder blade", "schulterblatt"),
    "shoulder_top": ("shoulder", "schulter"),
    "arm_back": ("triceps", "trizeps"),
    "arm_front": ("upper arm", "biceps", "bicep", "bizeps", "oberarm"),
    "forearm_in": ("forearm", "unterarm", "wrist", "handgelenk"),
    "thumb_base": ("thumb", "daumen"),
    "hand_edge": ("finger", "pinky", "kleiner finger"),
    "hand_web": ("hand",),
    "chest": ("chest", "pec", "brust"),
    "ribs": ("rib", "rippe", "flank", "flanke"),
    "belly": ("belly", "abdomen", "stomach", "bauch"),
    "back_lower": ("lower back", "lumbar", "unterer rücken", "kreuz", "lende"),
    "back_upper": ("back", "rücken"),
    "buttock": ("buttock", "glute", "gesäß", "po"),
    "hip": ("hip", "groin", "hüfte", "leiste"),
    "thigh_back": ("hamstring", "back of thigh", "oberschenkel hinten"),
    "thigh_in": ("inner thigh", "adductor", "oberschenkel innen"),
    "thigh_front": ("thigh", "quad", "oberschenkel"),
    "knee": ("knee", "knie"),
    "calf": ("calf", "calves", "wade"),
    "shin": ("shin", "lower leg", "schienbein", "unterschenkel"),
    "foot_top": ("toe", "top of foot", "zeh", "fußrücken"),
    "foot_sole": ("foot", "feet", "arch", "sole", "fuß", "fuss", "sohle"),
    "all_over": ("all over", "everywhere", "whole body", "body-wide", "überall", "ganzer körper"),
}
_SIDES = {
    "left": ("left", "links", "linke", "linker", "linkes", "l"),
    "right": ("right", "rechts", "rechte", "rechter", "rechtes", "r"),
    "middle": ("middle", "mitte", "center", "centre"),
}
_TWITCH = re.compile(
    r"twitch|fascicul|faszikul|myokym|zuck|flutter|spasm|tic\b|jerk|muskelflattern|vibrat", re.IGNORECASE
)


def place_of(code: str) -> tuple[str, str] | None:
    """("calf", "left") for `calf-left`, as forms name places; None for what is no place."""
    location, _, side = code.partition("-")
    return (location, side) if is_place(location, side) and location else None


def sure_place(name: str) -> str:
    """The code of the place whose own name this is, in any language of ours; "" when there is none."""
    return _names().get(_plain(name), "")


def guessed_place(name: str) -> str:
    """The code of the place that a name most likely means; "" when nothing fits."""
    if sure := sure_place(name):
        return sure
    text = _plain(name)
    location = next((found for found, words in _PARTS.items() if _has(text, words)), "")
    if not location:
        return ""
    side = next((found for found, words in _SIDES.items() if _has(text, words, whole=True)), "")
    return f"{location}-{side}" if side and is_place(location, side) else location


def sounds_like_twitch(name: str) -> bool:
    """Whether a symptom or an activity sounds like a twitch."""
    return _TWITCH.search(name) is not None


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_,.()/:-]+", " ", name.casefold()).split())


def _has(text: str, words: tuple[str, ...], *, whole: bool = False) -> bool:
    end = r"\b" if whole else ""
    return any(re.search(rf"\b{re.escape(_plain(word))}{end}", text) for word in words)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language, _ in settings.LANGUAGES:
        with override(language):
            for location in LOCATIONS.values():
                for side, name in location.names.items():
                    code = f"{location.id}-{side}" if side else location.id
                    found.setdefault(_plain(gettext(name)), code)
                    found.setdefault(
                        _plain(f"{gettext(location.names[''])} {gettext(side) if side else ''}"), code
                    )
                    found.setdefault(_plain(code), code)
                    for word in _SIDES.get(side, ()):
                        found.setdefault(_plain(f"{location.id} {word}"), code)
                        found.setdefault(_plain(f"{word} {gettext(location.names[''])}"), code)
                        found.setdefault(_plain(f"{gettext(location.names[''])} {word}"), code)
    return found
