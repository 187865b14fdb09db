"""The peers' rule in zen-engine: three ways, of which the quickest counts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import pairwise

import zen
from task import Answer, Line, Task, answer, networks, patients, turned


def by_line(task: Task) -> Answer:
    """A compiled expression for each line; a loop carries what is met from one to the next."""
    compiled = [
        (zen.compile_expression(_line(task, line)), *networks(line), line["new_year"])
        for line in task["lines"]
    ]
    given = list(patients(task))
    begin = time.perf_counter()
    found = [_course(compiled, *each) for each in given]
    return Answer(time.perf_counter() - begin, turned(found))


def _course(compiled: list, allowed: list[int], met: list[int], family: list[int]) -> list[int]:
    owed = []
    met, family = met[:], family[:]
    for amount, (expression, d, m, new_year) in zip(allowed, compiled, strict=True):
        if new_year:
            met, family = [0] * 4, [0] * 4
        deductible, pays = expression.evaluate(
            {"a": amount, "d": met[d], "fd": family[d], "m": met[m], "fm": family[m]}
        )
        met[d] += deductible
        family[d] += deductible
        met[m] += pays
        family[m] += pays
        owed.append(pays)
    return owed


def _line(task: Task, line: Line) -> str:
    return "".join(_sharing(task, line, "a", ("d", "fd", "m", "fm"))) + "[ded, pays]"


def _sharing(task: Task, line: Line, allowed: str, met: tuple[str, str, str, str]) -> Iterator[str]:
    """Yield what is assigned for one line: ``ded`` and ``pays``."""
    d, m = (task["limits"][place] for place in networks(line))
    room = f"max([0, min([{d[0]} - {met[0]}, {d[1]} - {met[1]}])])"
    owes = f"min([{allowed}, {room}])" if line["applies"] else "0"
    yield f"room = max([0, min([{m[0]} - {met[2]}, {m[1]} - {met[3]}])]);"
    yield f"whole = {owes};"
    yield f"copay = min([{line['copay']}, {allowed} - whole]);"
    yield f"rest = floor((({allowed} - whole - copay) * {line['percent']} + 50) / 100);"
    yield "ded = min([whole, room]);"
    yield "pays = min([ded + copay + rest, room]);"


def by_course(task: Task) -> Answer:
    """One compiled expression for the whole course: evaluated once a patient."""
    expression = zen.compile_expression(_whole(task))
    contexts = list(_contexts(task))
    begin = time.perf_counter()
    found = [expression.evaluate(context) for context in contexts]
    return Answer(time.perf_counter() - begin, turned(found))


def by_decision(task: Task) -> Answer:
    """A decision with the course in an expression node, as its editor keeps one."""
    rule = {"expressions": [{"id": "out", "key": "pays", "value": _whole(task)}]}
    kinds = (("inputNode", {}), ("expressionNode", rule), ("outputNode", {}))
    content = {
        "nodes": [
            {"id": kind, "type": kind, "name": kind, "content": held} for kind, held in kinds
        ],
        "edges": [
            {"id": one, "type": "edge", "sourceId": one, "targetId": other}
            for (one, _), (other, _) in pairwise(kinds)
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(content))
    contexts = list(_contexts(task))
    begin = time.perf_counter()
    found = [decision.evaluate(context)["result"]["pays"] for context in contexts]
    return Answer(time.perf_counter() - begin, turned(found))


def _whole(task: Task) -> str:
    said = []
    for at, line in enumerate(task["lines"]):
        if line["new_year"]:
            said += [f"m{place} = 0; f{place} = 0;" for place in range(4)]
        d, m = networks(line)
        said += _sharing(task, line, f"a{at}", (f"m{d}", f"f{d}", f"m{m}", f"f{m}"))
        said.append(f"m{d} = m{d} + ded; f{d} = f{d} + ded;")
        said.append(f"m{m} = m{m} + pays; f{m} = f{m} + pays; p{at} = pays;")
    return "".join(said) + "[" + ", ".join(f"p{at}" for at in range(len(task["lines"]))) + "]"


def _contexts(task: Task) -> Iterator[dict[str, int]]:
    for each in patients(task):
        named = zip("amf", each, strict=True)
        yield {f"{name}{at}": amount for name, many in named for at, amount in enumerate(many)}


if __name__ == "__main__":
    answer({"by_line": by_line, "by_course": by_course, "by_decision": by_decision})
