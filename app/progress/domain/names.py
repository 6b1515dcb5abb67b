"""Whether two written names can be one person's, in Latin and Arabic script.

The rules are ours; ``tests/progress/test_names.py`` calibrates them on pairs of names.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.progress.domain.spelling import (
    HONORIFICS,
    LETTERS,
    PARTICLES,
    SHORT_VOWEL,
    SILENT,
    SOUNDS,
    VOWELS,
)

SAME = 0.85
"""Confidence from which two names count as the same."""
OTHER = 0.55
"""Confidence below which they count as different; between the two a person decides."""
TOKEN_SAME = 0.82
"""Likeness from which two words count as one name."""
MOST_WORDS = 3000
"""Of a document; a certificate has a hundred."""
LONGEST_NAME = 12
"""Words of a name that are looked at."""
_SON_LEFT_OUT = 0.97
_OTHER_ENDING = 0.75
"""Most for Karim and Karima: alike, and not the same."""
_ALONE = 0.5
"""Confidence in one word only: many people share it."""
_CONFLICT = 0.55
"""Left of the confidence where each has a word that the other has not."""
_ABSENT = 0.22
"""Weight of a word that one of the two leaves out."""
_JOINED_SAME = 0.93
"""Likeness from which names count whose words are divided otherwise."""
_IN_TEXT = 0.8
"""Left of the confidence where a text has not the whole name."""
_MINDED = 0.7
_MOHAMMED = re.compile("m[ou]{0,2}h+[aeo]*m+[ae]+d|m[oua]+hamm?[ae]d|mohd")
_SERVANT = re.compile(
    r"^[aeiou]?bd(?:[aeiou]{1,2}(?:l|([rnsztd])(?=\1)))?(?=[^aeiou].{2,}|all)"
)
"""Abd with its article, also where that has become one with the next letter."""
_SERVANT_ARABIC = re.compile("^عبد(?:ال)?(?=..)")
_ABD = frozenset({"abd", "abdel", "abdul", "abdal", "abdoul", "abdou", "عبد"})
_FATHER = frozenset({"abu", "abou", "bou", "aboo", "ابو", "بو"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ARABIC = re.compile("[\u0600-\u06ff]")
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u0640]")
_ARABIC_FORMS = str.maketrans("أإآٱىئؤة", "ااااايوه")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """One word of a name."""

    text: str
    """Folded: no case, accents, vowel signs or article."""
    sound: str
    """Its letters by sound, if it is Latin; else as ``text``."""
    is_arabic: bool


def words_of(text: str) -> list[_Word]:
    """Return the words of a name, without titles, particles and articles.

    Args:
        text: In any script; the order of its words does not matter.
    """
    found: list[_Word] = []
    prefix = ""
    for raw in _WORD.findall(unicodedata.normalize("NFKC", text))[:MOST_WORDS]:
        word = _fold(raw)
        if word in _ABD or word in _FATHER:
            prefix += "عبد" if word == "عبد" else ("abd" if word in _ABD else word)
            continue
        if not word or word in PARTICLES or word in HONORIFICS:
            continue
        found.append(_word(prefix + _without_article(word)))
        prefix = ""
    return [*found, _word(prefix)] if prefix else found


def _fold(raw: str) -> str:
    if _ARABIC.search(raw):
        return _MARKS.sub("", raw).translate(_ARABIC_FORMS)
    from anyascii import anyascii  # noqa: PLC0415 -- only where names are compared

    return re.sub("[^a-z]", "", anyascii(raw).lower())


def _without_article(word: str) -> str:
    if _ARABIC.search(word):
        article = re.compile("^و?ال(?=...)")
        return article.sub("", word)
    return re.sub("^(?:al|el)(?=[^aeiou]....)", "", word)


@lru_cache(maxsize=8192)
def _word(text: str) -> _Word:
    if _ARABIC.search(text):
        text = _SERVANT_ARABIC.sub("عبد", text)
        return _Word(text=text, sound=text, is_arabic=True)
    text = _SERVANT.sub("abd", text)
    if _MOHAMMED.fullmatch(text):
        text = "muhamad"
    return _Word(text=text, sound=_sound_of(text), is_arabic=False)


def _sound_of(text: str) -> str:
    text = re.sub("gu(?=[eiy])", "g", re.sub("c(?=[eiy])", "s", text))
    for spelling, sound in SOUNDS:
        text = text.replace(spelling, sound)
    text = re.sub("u(?=[aiu])", "u", text.replace("c", "k"))
    return re.sub(r"(.)\1+", r"\1", text)


@lru_cache(maxsize=65536)
def likeness(one: _Word, other: _Word) -> float:
    """Return how likely two words are one name, in [0, 1]; symmetric."""
    if one.text == other.text:
        return 1.0
    whole = _likeness(one, other)
    shorter = (_without_son(one), _without_son(other))
    if shorter == (one, other):
        return whole
    return max(whole, _SON_LEFT_OUT * _likeness(*shorter))


def _without_son(word: _Word) -> _Word:
    """Return Benali as Ali: the particle may be written as one with the name."""
    bare = re.sub("^(?:b[ei]n(?=..[a-z])|بن(?=...))", "", word.text)
    return word if bare == word.text else _word(_without_article(bare))


def _likeness(one: _Word, other: _Word) -> float:
    if one.is_arabic != other.is_arabic:
        arabic, latin = (one, other) if one.is_arabic else (other, one)
        score = _across(arabic.text, latin.sound)
        differ = _ends_in_a(arabic) != _ends_in_a(latin) and not _is_open(arabic)
        return min(score, _OTHER_ENDING) if differ else score
    if min(len(one.text), len(other.text)) == 1:
        return _MINDED if one.text[0] == other.text[0] else 0.0
    score = _within(one, other)
    differ = _ends_in_a(one) != _ends_in_a(other)
    return min(score, _OTHER_ENDING) if differ else score


def _ends_in_a(word: _Word) -> bool:
    """Whether it has the ending that mostly tells Karima from Karim."""
    return word.text.endswith(("ه", "ا", "اء") if word.is_arabic else ("a", "ah"))


def _is_open(arabic: _Word) -> bool:
    """Whether the last letter may be a consonant or a vowel."""
    return arabic.text.endswith(("ع", "ء", "الله"))


def _within(one: _Word, other: _Word) -> float:
    """Compare two words of one script."""
    if one.text == other.text:
        return 1.0
    from rapidfuzz import fuzz  # noqa: PLC0415 -- only where names are compared

    written = fuzz.ratio(one.text, other.text) / 100
    sounded = fuzz.ratio(one.sound, other.sound) / 100
    if one.is_arabic:
        return float(written * written)
    if one.sound == other.sound:
        return 0.97
    return max(written * written, sounded * sounded, _by_vowels(one.sound, other.sound))


def _by_vowels(one: str, other: str) -> float:
    """Compare two words that differ in vowels only, letter by letter; else 0."""
    if len(one) != len(other):
        return 0.0
    cost = 0.0
    for place, (mine, their) in enumerate(zip(one, other, strict=True)):
        if mine == their:
            continue
        if not {mine, their} <= VOWELS:
            return 0.0
        cost += 1.0 if cost or place == len(one) - 1 else 0.5
    return 1.0 - cost / len(one)


def _bones(sound: str) -> str:
    return re.sub("[aiuh]", "", sound)


def _across(arabic: str, latin: str) -> float:
    """Compare an Arabic and a Latin word: the cheapest way to read one as the other.

    An edit distance whose costs know that Arabic leaves short vowels out.
    """
    ends_in_h = arabic.endswith("ه")
    before = [0.0]
    for letter in latin:
        before.append(before[-1] + (SHORT_VOWEL if letter in VOWELS else 1.0))
    previous = ""
    for place, letter in enumerate(arabic):
        is_last = place == len(arabic) - 1
        silent = 0.0 if is_last and ends_in_h else SILENT.get(letter, 1.0)
        silent = 0.1 if letter == previous else silent
        now = [before[0] + silent]
        for at, sound in enumerate(latin, start=1):
            fits = sound in LETTERS.get(letter, "")
            swap = before[at - 1] + (0.0 if fits else 1.0)
            extra = SHORT_VOWEL if sound in VOWELS else 1.0
            extra = 0.15 if sound == "h" and at == len(latin) else extra
            now.append(min(swap, before[at] + silent, now[at - 1] + extra))
        before, previous = now, letter
    size = max(len(re.sub("[اوي]", "", arabic)), len(_bones(latin)), 2)
    return max(0.0, 1.0 - before[-1] / size)


def compare_names(one: str, other: str) -> float:
    """Return the confidence in [0, 1] that two names are one person's; symmetric.

    Words may stand in any order; either name may leave out some. One shared word
    alone gives at most 0.5.

    Example:
        >>> round(compare_names("Mohamed Ould Salem", "محمد ولد سالم"), 2) >= SAME
        True
    """
    mine, theirs = words_of(one)[:LONGEST_NAME], words_of(other)[:LONGEST_NAME]
    whole = _compare(_joined(mine), _joined(theirs))
    return max(_compare(mine, theirs), whole if whole >= _JOINED_SAME else 0.0)


def _joined(words: Sequence[_Word]) -> list[_Word]:
    """Return a name's words as one, in its order."""
    if len(words) < 2:  # noqa: PLR2004 -- nothing to join
        return []
    return [_word("".join(word.text for word in words))]


def _compare(mine: Sequence[_Word], theirs: Sequence[_Word]) -> float:
    if not mine or not theirs:
        return 0.0
    if len(mine) == len(theirs) == 1:
        whole = likeness(mine[0], theirs[0])
        return whole if len(mine[0].text) > LONGEST_NAME else min(whole, _ALONE)
    matched = _pair(mine, theirs)
    return _weigh(matched, len(mine) - len(matched), len(theirs) - len(matched))


def _pair(mine: Sequence[_Word], theirs: Sequence[_Word]) -> list[float]:
    """Pair words one to one, the most alike first; return the likeness of each pair."""
    ranked = sorted(
        (
            (likeness(word, their), -i, -j)
            for i, word in enumerate(mine)
            for j, their in enumerate(theirs)
        ),
        reverse=True,
    )
    used: tuple[set[int], set[int]] = (set(), set())
    found: list[float] = []
    for score, i, j in ranked:
        if score < _MINDED:
            break
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            found.append(score)
    return found


def _weigh(matched: Sequence[float], mine_left: int, theirs_left: int) -> float:
    sure = [score for score in matched if score >= TOKEN_SAME]
    if not matched:
        return 0.0
    conflicts = min(mine_left, theirs_left)
    absent = max(mine_left, theirs_left) - conflicts
    mean = sum(matched) / (len(matched) + _ABSENT * absent)
    if len(sure) < 2:  # noqa: PLR2004 -- one name is shared by many
        mean = min(mean, _ALONE)
    return mean * _CONFLICT**conflicts


def find_name(name: str, text: str) -> float:
    """Return the confidence in [0, 1] that a text names somebody.

    Args:
        name: As she writes it.
        text: Of a document; letters of Arabic words may stand in visual order, as
            some PDF programs write them.

    A text with only a part of the name is worth at most ``_IN_TEXT``.
    """
    mine = words_of(name)[:LONGEST_NAME]
    best = 0.0
    for line in (text, _turn_arabic(text)):
        theirs = words_of(line)
        best = max(best, _find(mine, theirs))
    return best


def _turn_arabic(text: str) -> str:
    return _WORD.sub(
        lambda found: found[0][::-1] if _ARABIC.search(found[0]) else found[0],
        unicodedata.normalize("NFKC", text),
    )


def _find(mine: Sequence[_Word], theirs: Sequence[_Word]) -> float:
    best = 0.0
    hits = [any(likeness(word, each) >= _MINDED for word in mine) for each in theirs]
    for start, hit in enumerate(hits):
        if not hit:
            continue
        for end in range(start + 1, min(start + len(mine) + 1, len(theirs)) + 1):
            if not hits[end - 1]:
                continue
            matched = _pair(mine, theirs[start:end])
            left = len(mine) - len(matched)
            score = _weigh(matched, left, end - start - len(matched))
            best = max(best, score * _IN_TEXT if left else score)
    return best
