"""The texts patients read: complete in both languages, plain, and all of them used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from estimator.services.estimating.notices import ESTIMATE_CODES
from estimator.services.patient.answer import SILENT
from estimator.services.patient.words import Piece, Words, catalogue
from tests import builders as b

PACKAGE = Path(__file__).parents[3] / "estimator"
FOLDER = PACKAGE / "web/templates/estimator/widget"
TEMPLATES = [path for path in sorted(FOLDER.glob("*.html")) if not path.name.startswith("admin")]
PIECES = FOLDER / "_said.html"
"""Shows what it is given and has no words."""
SOURCES = [
    *(PACKAGE / "services/patient").glob("*.py"),
    *(PACKAGE / "web/widget").glob("*.py"),
    *TEMPLATES,
]
BUILT = (
    *("assume.", "criterion.", "split.", "why.", "fact.", "route.", "error.", "stand.start_"),
    *(
        "stand.met_",
        "stand.nothing_",
        "stand.class_",
        "stand.network_",
        "about.diagnosis_",
        "about.authorization_",
    ),
)
"""Beginnings of names that are put together; what follows comes from data."""
TITLES = {f"{step}.title" for step in ("insurance", "stand", "about")}
SAME = {"page.english", "page.spanish", "page.error_title", "errors.word", "answer.times"}
SAME |= {"stand.detailed"}
"""Texts that are the same in both languages."""


def test_every_text_has_both_languages_and_the_same_parts() -> None:
    english, spanish = catalogue()["en"], catalogue()["es"]

    assert set(english) == set(spanish)
    for name, text in english.items():
        parts = [
            {part for _, part, _, _ in Formatter().parse(each) if part}
            for each in (text, spanish[name])
        ]
        assert text.strip() == text
        assert spanish[name].strip() == spanish[name]
        assert text, name
        assert parts[0] == parts[1], name
        assert (text != spanish[name]) or name in SAME, name


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES)
    named = set(re.findall(r"[\"']([a-z]+\.[a-z0-9_-]+)[\"']", code))
    known = set(catalogue()["en"])
    unused = {name for name in known - named - TITLES if not name.startswith(BUILT)}

    assert unused == set()
    prefixes = {name.partition(".")[0] for name in known}
    files = {"page.html", "message.html", "widget.js", "widget.css", "admin.html", "widget.save"}
    assert {name for name in named - known - files if name.partition(".")[0] in prefixes} <= {
        "plan.limits",
        "plan.payer_id",
        "plan.network",
    }


def test_every_assumption_of_an_estimate_has_its_words() -> None:
    assert {name for name in ESTIMATE_CODES if name not in SILENT} == {
        name.removeprefix("assume.") for name in catalogue()["en"] if name.startswith("assume.")
    }


@pytest.mark.parametrize("template", sorted({*TEMPLATES} - {PIECES}), ids=lambda path: path.name)
def test_no_text_stands_in_a_template_itself(template: Path) -> None:
    bare = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", template.read_text("utf-8"), flags=re.S)
    text = re.sub(r"<[^>]*>", " ", bare)
    told = re.findall(r"(?:aria-label|title|placeholder|alt|data-\w+)=\"([^\"]*)\"", bare)

    assert not re.search(r"[A-Za-zÁ-ú]{2,}", text), text
    assert not [each for each in told if re.search(r"[A-Za-z]{2,}", each)]


def syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.casefold().removesuffix("e"))
    return max(len(groups), 1)


def grade(texts: list[str]) -> float:
    """Return the reading grade by Flesch and Kincaid."""
    sentences = [each for text in texts for each in re.split(r"[.?!:]+\s|[.?!:]+$", text) if each]
    words = [word for each in sentences for word in re.findall(r"[A-Za-z']+", each)]
    return (
        0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    )


def test_english_reads_like_school_grade_six_to_eight() -> None:
    texts = [text for text in catalogue()["en"].values() if len(text.split()) >= 6]

    assert len(texts) > 80
    assert grade(texts) <= 7
    assert max(len(each.split()) for text in texts for each in re.split(r"[.?!;]\s", text)) <= 24


def test_a_text_of_the_workbook_without_spanish_says_that_it_is_english() -> None:
    rulebook = b.rulebook(b.clinic("main"), b.words("Pill", "Pastilla"))
    words = Words("es", rulebook)

    assert words.workbook("Pill") == (Piece("Pastilla", "es"),)
    assert words.workbook("Other") == (Piece("Other", "en"),)
    assert Words("en", rulebook).workbook("Pill") == (Piece("Pill", "en"),)
    said = words("answer.more", amount="$5", treatment=words.workbook("Other"))
    assert said == (Piece("$5 más que ", "es"), Piece("Other", "en"))


PRAISE = re.compile(
    r"\b(?:better|best|safer|safest|cure|cures|miracle|superior|recommend\w*|should choose|"
    r"mejor(?:es)?|más segur[oa]s?|cura|milagro|recomend\w*)\b",
    re.I,
)


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_praises_a_treatment(language: str) -> None:
    assert [text for text in catalogue()[language].values() if PRAISE.search(text)] == []
