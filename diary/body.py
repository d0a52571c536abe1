"""The places of the body where a twitch can be: one table, plain values, no Django.

Segments after the revised El Escorial criteria; regions are SNOMED CT codes checked against DICOM's subset.
Names are complete for every side, because in most languages "left" changes with the noun.
"""

from dataclasses import dataclass
from typing import Literal

Side = Literal["left", "right", "middle"]
Segment = Literal["bulbar", "cervical", "thoracic", "lumbosacral"]
Group = Literal["face", "mouth", "neck", "arm", "trunk", "leg"]

SIDES: tuple[Side, ...] = ("left", "right", "middle")
LEFT_RIGHT: tuple[Side, ...] = ("left", "right")
ANYWHERE = "elsewhere"
ALL_OVER = "all_over"


def gettext_noop(text: str) -> str:
    """Marks `text` for translation and gives it back as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Location:
    """One place. `names` holds the full name for every side that the place has, and "" for no side."""

    id: str
    anatomy: str
    segment: Segment | None
    group: Group | None
    names: dict[str, str]
    neighbours: tuple[str, ...]
    snomed_region: str | None

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that can be chosen, left first; empty where a side makes no sense."""
        return tuple(side for side in SIDES if side in self.names)

    def name(self, side: str | None) -> str:
        """The untranslated full name, e.g. `Left calf`; without a side the bare one, e.g. `Calf`."""
        return self.names.get(side or "", self.names[""])


_TABLE = (
    Location(
        "lid_upper",
        "orbicularis oculi",
        "bulbar",
        "face",
        {
            "": gettext_noop("Upper eyelid"),
            "left": gettext_noop("Left upper eyelid"),
            "right": gettext_noop("Right upper eyelid"),
        },
        ("lid_lower", "brow"),
        "38934000",
    ),
    Location(
        "lid_lower",
        "orbicularis oculi",
        "bulbar",
        "face",
        {
            "": gettext_noop("Lower eyelid"),
            "left": gettext_noop("Left lower eyelid"),
            "right": gettext_noop("Right lower eyelid"),
        },
        ("lid_upper", "cheek"),
        "62736007",
    ),
    Location(
        "brow",
        "frontalis, corrugator",
        "bulbar",
        "face",
        {
            "": gettext_noop("Eyebrow or forehead"),
            "left": gettext_noop("Left eyebrow or forehead"),
            "right": gettext_noop("Right eyebrow or forehead"),
            "middle": gettext_noop("Middle of the forehead"),
        },
        ("lid_upper",),
        "89545001",
    ),
    Location(
        "cheek",
        "zygomaticus, buccinator",
        "bulbar",
        "face",
        {
            "": gettext_noop("Cheek"),
            "left": gettext_noop("Left cheek"),
            "right": gettext_noop("Right cheek"),
        },
        ("mouth",),
        "60819002",
    ),
    Location(
        "mouth",
        "orbicularis oris",
        "bulbar",
        "face",
        {
            "": gettext_noop("Lips or corner of the mouth"),
            "left": gettext_noop("Left corner of the mouth"),
            "right": gettext_noop("Right corner of the mouth"),
            "middle": gettext_noop("Middle of the lips"),
        },
        ("cheek", "chin"),
        "48477009",
    ),
    Location(
        "chin",
        "mentalis, platysma",
        "bulbar",
        "face",
        {
            "": gettext_noop("Chin"),
            "left": gettext_noop("Left side of the chin"),
            "right": gettext_noop("Right side of the chin"),
            "middle": gettext_noop("Middle of the chin"),
        },
        ("mouth", "jaw"),
        "661005",
    ),
    Location(
        "jaw",
        "masseter, temporalis",
        "bulbar",
        "face",
        {
            "": gettext_noop("Jaw or temple"),
            "left": gettext_noop("Left jaw or temple"),
            "right": gettext_noop("Right jaw or temple"),
        },
        ("chin",),
        "661005",
    ),
    Location(
        "tongue",
        "intrinsic tongue",
        "bulbar",
        "mouth",
        {
            "": gettext_noop("Tongue"),
            "middle": gettext_noop("Tongue"),
        },
        (),
        "21974007",
    ),
    Location(
        "neck_front",
        "sternocleidomastoid, scalenes",
        "cervical",
        "neck",
        {
            "": gettext_noop("Front or side of the neck"),
            "left": gettext_noop("Left front or side of the neck"),
            "right": gettext_noop("Right front or side of the neck"),
        },
        ("neck_back",),
        "45048000",
    ),
    Location(
        "neck_back",
        "upper trapezius, splenius",
        "cervical",
        "neck",
        {
            "": gettext_noop("Back of the neck"),
            "left": gettext_noop("Back of the neck, left"),
            "right": gettext_noop("Back of the neck, right"),
            "middle": gettext_noop("Back of the neck, middle"),
        },
        ("neck_front", "shoulder_top"),
        "45048000",
    ),
    Location(
        "shoulder_top",
        "trapezius, deltoid",
        "cervical",
        "arm",
        {
            "": gettext_noop("Top of the shoulder"),
            "left": gettext_noop("Top of the left shoulder"),
            "right": gettext_noop("Top of the right shoulder"),
        },
        ("neck_back", "shoulder_blade", "arm_front", "arm_back"),
        "16982005",
    ),
    Location(
        "shoulder_blade",
        "supra-/infraspinatus, rhomboids",
        "cervical",
        "arm",
        {
            "": gettext_noop("Shoulder blade"),
            "left": gettext_noop("Left shoulder blade"),
            "right": gettext_noop("Right shoulder blade"),
        },
        ("shoulder_top",),
        "16982005",
    ),
    Location(
        "arm_front",
        "biceps, brachialis",
        "cervical",
        "arm",
        {
            "": gettext_noop("Front of the upper arm"),
            "left": gettext_noop("Front of the left upper arm"),
            "right": gettext_noop("Front of the right upper arm"),
        },
        ("shoulder_top", "arm_back"),
        "40983000",
    ),
    Location(
        "arm_back",
        "triceps",
        "cervical",
        "arm",
        {
            "": gettext_noop("Back of the upper arm"),
            "left": gettext_noop("Back of the left upper arm"),
            "right": gettext_noop("Back of the right upper arm"),
        },
        ("arm_front", "shoulder_top"),
        "40983000",
    ),
    Location(
        "forearm_in",
        "wrist and finger flexors",
        "cervical",
        "arm",
        {
            "": gettext_noop("Inner forearm"),
            "left": gettext_noop("Left inner forearm"),
            "right": gettext_noop("Right inner forearm"),
        },
        ("forearm_out",),
        "14975008",
    ),
    Location(
        "forearm_out",
        "extensors, brachioradialis",
        "cervical",
        "arm",
        {
            "": gettext_noop("Outer forearm"),
            "left": gettext_noop("Left outer forearm"),
            "right": gettext_noop("Right outer forearm"),
        },
        ("forearm_in",),
        "14975008",
    ),
    Location(
        "thumb_base",
        "thenar (abductor pollicis brevis)",
        "cervical",
        "arm",
        {
            "": gettext_noop("Base of the thumb"),
            "left": gettext_noop("Base of the left thumb"),
            "right": gettext_noop("Base of the right thumb"),
        },
        ("hand_web", "hand_edge"),
        "76505004",
    ),
    Location(
        "hand_web",
        "first dorsal interosseous",
        "cervical",
        "arm",
        {
            "": gettext_noop("Between thumb and finger"),
            "left": gettext_noop("Between left thumb and finger"),
            "right": gettext_noop("Between right thumb and finger"),
        },
        ("thumb_base",),
        "85562004",
    ),
    Location(
        "hand_edge",
        "hypothenar, interossei",
        "cervical",
        "arm",
        {
            "": gettext_noop("Little-finger side or fingers"),
            "left": gettext_noop("Left hand, little-finger side or fingers"),
            "right": gettext_noop("Right hand, little-finger side or fingers"),
        },
        ("thumb_base",),
        "85562004",
    ),
    Location(
        "chest",
        "pectoralis major (roots C5-T1)",
        "cervical",
        "trunk",
        {
            "": gettext_noop("Chest"),
            "left": gettext_noop("Left side of the chest"),
            "right": gettext_noop("Right side of the chest"),
        },
        ("ribs",),
        "78904004",
    ),
    Location(
        "ribs",
        "serratus (C5-7), intercostals (T)",
        "thoracic",
        "trunk",
        {
            "": gettext_noop("Side of the ribs"),
            "left": gettext_noop("Left ribs"),
            "right": gettext_noop("Right ribs"),
        },
        ("chest", "belly"),
        "78904004",
    ),
    Location(
        "belly",
        "rectus, obliques",
        "thoracic",
        "trunk",
        {
            "": gettext_noop("Belly"),
            "left": gettext_noop("Left side of the belly"),
            "right": gettext_noop("Right side of the belly"),
            "middle": gettext_noop("Middle of the belly"),
        },
        ("ribs",),
        "1142228004",
    ),
    Location(
        "back_upper",
        "thoracic paraspinals",
        "thoracic",
        "trunk",
        {
            "": gettext_noop("Upper or middle back"),
            "left": gettext_noop("Upper back, left"),
            "right": gettext_noop("Upper back, right"),
            "middle": gettext_noop("Upper back, middle"),
        },
        ("back_lower",),
        "77568009",
    ),
    Location(
        "back_lower",
        "lumbar paraspinals",
        "lumbosacral",
        "trunk",
        {
            "": gettext_noop("Lower back"),
            "left": gettext_noop("Lower back, left"),
            "right": gettext_noop("Lower back, right"),
            "middle": gettext_noop("Lower back, middle"),
        },
        ("back_upper", "buttock"),
        "52612000",
    ),
    Location(
        "buttock",
        "gluteus maximus, medius",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Buttock"),
            "left": gettext_noop("Left buttock"),
            "right": gettext_noop("Right buttock"),
        },
        ("back_lower", "hip"),
        "46862004",
    ),
    Location(
        "hip",
        "iliopsoas, tensor fasciae latae",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Hip or groin"),
            "left": gettext_noop("Left hip or groin"),
            "right": gettext_noop("Right hip or groin"),
        },
        ("buttock", "thigh_front"),
        "29836001",
    ),
    Location(
        "thigh_front",
        "quadriceps",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Front of the thigh"),
            "left": gettext_noop("Front of the left thigh"),
            "right": gettext_noop("Front of the right thigh"),
        },
        ("hip", "thigh_in", "knee"),
        "68367000",
    ),
    Location(
        "thigh_in",
        "adductors",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Inner thigh"),
            "left": gettext_noop("Left inner thigh"),
            "right": gettext_noop("Right inner thigh"),
        },
        ("thigh_front", "thigh_back"),
        "68367000",
    ),
    Location(
        "thigh_back",
        "hamstrings",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Back of the thigh"),
            "left": gettext_noop("Back of the left thigh"),
            "right": gettext_noop("Back of the right thigh"),
        },
        ("thigh_in",),
        "68367000",
    ),
    Location(
        "knee",
        "vastus medialis/lateralis",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Around the knee"),
            "left": gettext_noop("Left knee"),
            "right": gettext_noop("Right knee"),
        },
        ("thigh_front",),
        "72696002",
    ),
    Location(
        "calf",
        "gastrocnemius, soleus",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Calf"),
            "left": gettext_noop("Left calf"),
            "right": gettext_noop("Right calf"),
        },
        ("shin",),
        "53840002",
    ),
    Location(
        "shin",
        "tibialis anterior, peroneals",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Shin"),
            "left": gettext_noop("Left shin"),
            "right": gettext_noop("Right shin"),
        },
        ("calf",),
        "30021000",
    ),
    Location(
        "foot_sole",
        "abductor hallucis, flexor brevis",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Arch or sole of the foot"),
            "left": gettext_noop("Left arch or sole of the foot"),
            "right": gettext_noop("Right arch or sole of the foot"),
        },
        ("foot_top",),
        "56459004",
    ),
    Location(
        "foot_top",
        "extensor brevis, interossei",
        "lumbosacral",
        "leg",
        {
            "": gettext_noop("Top of the foot or toes"),
            "left": gettext_noop("Top of the left foot or toes"),
            "right": gettext_noop("Top of the right foot or toes"),
        },
        ("foot_sole",),
        "56459004",
    ),
    Location(ALL_OVER, "", None, None, {"": gettext_noop("All over at once")}, (), None),
    Location(
        ANYWHERE,
        "",
        None,
        None,
        {
            "": gettext_noop("Somewhere else"),
            "left": gettext_noop("Somewhere else, left"),
            "right": gettext_noop("Somewhere else, right"),
            "middle": gettext_noop("Somewhere else, middle"),
        },
        (),
        None,
    ),
)

LOCATIONS: dict[str, Location] = {location.id: location for location in _TABLE}
GROUPS: dict[Group, str] = {
    "face": gettext_noop("Face"),
    "mouth": gettext_noop("Mouth"),
    "neck": gettext_noop("Neck"),
    "arm": gettext_noop("Shoulder, arm and hand"),
    "trunk": gettext_noop("Chest, belly and back"),
    "leg": gettext_noop("Hip, leg and foot"),
}


def is_place(location: str, side: str | None) -> bool:
    """Whether `location` exists and can have `side`; no side always can be, it means "not entered"."""
    return location in LOCATIONS and (not side or side in LOCATIONS[location].sides)
