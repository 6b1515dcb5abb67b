"""How names are written: particles, titles, and the sounds of letters."""

PARTICLES = frozenset(
    (
        *(
            "al",
            "el",
            "ul",
            "il",
            "bin",
            "ben",
            "ibn",
            "bint",
            "ould",
            "wuld",
        ),
        *(
            "mint",
            "walad",
            "weld",
            "ag",
            "da",
            "das",
            "de",
            "del",
            "di",
            "do",
        ),
        *(
            "dos",
            "du",
            "des",
            "e",
            "la",
            "las",
            "le",
            "los",
            "van",
            "von",
            "y",
        ),
        *(
            "na",
            "ال",
            "بن",
            "ابن",
            "بنت",
            "ولد",
            "منت",
            "ال",
        ),
    )
)
"""Words of names that some write and others leave out."""
HONORIFICS = frozenset(
    (
        *(
            "mr",
            "mrs",
            "ms",
            "miss",
            "mme",
            "mlle",
            "monsieur",
            "madame",
            "dr",
        ),
        *(
            "dra",
            "prof",
            "professor",
            "sr",
            "sra",
            "senhor",
            "senhora",
        ),
        *(
            "senor",
            "senora",
            "eng",
            "ing",
            "me",
            "hajj",
            "alhaji",
            "hadj",
        ),
        *(
            "السيد",
            "السيدة",
            "الدكتور",
            "الدكتورة",
            "د",
            "الاستاذ",
            "الاستاذة",
        ),
        *(
            "المهندس",
            "الحاج",
        ),
    )
)
SOUNDS = (
    ("tch", "S"),
    ("sch", "S"),
    ("ch", "S"),
    ("sh", "S"),
    ("kh", "k"),
    ("gh", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("dj", "j"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "k"),
    ("q", "k"),
    ("ou", "u"),
    ("oo", "u"),
    ("w", "u"),
    ("o", "u"),
    ("ee", "i"),
    ("y", "i"),
    ("ei", "i"),
    ("ai", "i"),
    ("e", "i"),
    ("ss", "s"),
    ("z", "s"),
    ("v", "f"),
    ("x", "S"),
)
"""Spellings of one sound in English, French, Portuguese and Spanish, longest first."""
VOWELS = frozenset("aiu")
LETTERS: dict[str, str] = {
    "ب": "bp", "ت": "t", "ث": "ts", "ج": "jgS", "ح": "hk", "خ": "khg", "د": "d",
    "ذ": "ds", "ر": "r", "ز": "s", "س": "s", "ش": "S", "ص": "s", "ض": "d", "ط": "t",
    "ظ": "ds", "ع": "aiu", "غ": "gr", "ف": "f", "ق": "kg", "ك": "kg", "ل": "l",
    "م": "m", "ن": "n", "ه": "ha", "و": "u", "ي": "i", "ا": "aiu", "ء": "aiu",
    "پ": "p", "چ": "S", "ڤ": "f", "گ": "g", "ڨ": "g",
}  # fmt: skip
"""What an Arabic letter may be in Latin ones, by sound."""
SILENT = {"ع": 0.1, "ء": 0.0, "ه": 0.25, "ا": 0.45, "و": 0.6, "ي": 0.6}
"""Cost of an Arabic letter that the Latin spelling leaves out; others cost 1."""
SHORT_VOWEL = 0.12
"""Cost of a Latin vowel that Arabic does not write."""
