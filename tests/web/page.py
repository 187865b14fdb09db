"""A page as a person meets it: its fields with their values, its words, what is wrong."""

from __future__ import annotations

import re
from html.parser import HTMLParser

INLINE = frozenset({"a", "span", "strong"})
VOID = frozenset({"input", "meta", "link", "line", "rect"})


class Page(HTMLParser):
    """The elements of a page, each with its attributes and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.handle_data(" ")
        words: list[str] = []
        self.elements.append((tag, {name: value or "" for name, value in attributes}, words))
        if tag not in VOID:
            self._open.append((tag, words))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attributes}, []))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, words in self._open:
            words.append(data)

    def all(self, tag: str, **wanted: str) -> list[str]:
        """Return the words of every such element."""
        return [
            " ".join("".join(words).split())
            for name, attributes, words in self.elements
            if name == tag and all(_has(attributes, *each) for each in wanted.items())
        ]

    def attributes(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of every such element."""
        return [
            attributes
            for name, attributes, _ in self.elements
            if name == tag and all(_has(attributes, *each) for each in wanted.items())
        ]

    def words(self, element_id: str) -> str:
        """Return the words of the element with an ID."""
        (found,) = [
            "".join(words)
            for _, attributes, words in self.elements
            if attributes.get("id") == element_id
        ]
        return " ".join(found.split())

    def value(self, name: str) -> str:
        """Return the value of a field."""
        (found,) = self.attributes("input", name=name)
        return found["value"]

    def checked(self, name: str) -> list[str]:
        """Return the values that are checked."""
        return [each["value"] for each in self.attributes("input", name=name) if "checked" in each]

    def selected(self, name: str) -> str:
        """Return the value that is selected of a list."""
        inside = False
        for tag, attributes, _ in self.elements:
            if tag == "select":
                inside = attributes["name"] == name
            if tag == "option" and inside and "selected" in attributes:
                return attributes["value"]
        return ""

    @property
    def title(self) -> str:
        """The title."""
        return self.all("title")[0]

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What the summary says is wrong: the field each leads to, and the words."""
        text = [
            (attributes["href"], " ".join("".join(words).split()))
            for tag, attributes, words in self.elements
            if tag == "a" and attributes.get("href", "").startswith("#")
        ]
        return text if self.title.startswith("Error: ") else []


def _has(attributes: dict[str, str], name: str, value: str) -> bool:
    return re.sub(r"_$", "", name) in attributes and value in attributes[name.rstrip("_")].split()
