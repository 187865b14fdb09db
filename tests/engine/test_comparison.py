from __future__ import annotations

from estimator.engine.comparison import Compared, Range, RouteCost, baseline, best_route, compare


def route(name: str, cents: int, eligible: bool = True) -> RouteCost:
    return RouteCost(name, Range(cents, cents, cents), eligible)


def treatment(name: str, arm: str, cents: int, combined: bool = False) -> Compared:
    return Compared(name, arm, combined, route("insured", cents))


def test_the_best_route_is_the_cheapest_that_may_be_called_so() -> None:
    routes = [route("insured", 900), route("self_pay", 500), route("assistance:a", 100, False)]

    best = best_route(routes)

    assert best is not None
    assert best.route == "self_pay"


def test_of_equal_routes_the_insured_comes_first_then_self_pay_then_programs_by_id() -> None:
    routes = [route(name, 500) for name in ("assistance:b", "assistance:a", "self_pay", "insured")]

    named = []
    while routes:
        best = best_route(routes)
        assert best is not None
        named.append(best.route)
        routes.remove(best)

    assert named == ["insured", "self_pay", "assistance:a", "assistance:b"]


def test_without_an_eligible_route_there_is_no_best_one() -> None:
    assert best_route([route("self_pay", 500, eligible=False)]) is None


def test_the_baseline_is_the_cheapest_ssri_that_is_no_combination() -> None:
    treatments = [
        treatment("infusion", "ketamine", 100),
        treatment("sertraline", "ssri", 600),
        treatment("escitalopram", "ssri", 600),
        treatment("both", "ssri", 200, combined=True),
    ]

    found = baseline(treatments)

    assert found is not None
    assert found.treatment_id == "escitalopram"


def test_each_treatment_stands_beside_the_baseline() -> None:
    treatments = [treatment("infusion", "ketamine", 120005), treatment("sertraline", "ssri", 6000)]

    infusion, sertraline = compare(treatments, months=6, annual_income=5_000_000)

    assert (infusion.per_month, infusion.difference) == (20001, 114005)
    assert infusion.share_of_income == 480
    assert (sertraline.per_month, sertraline.difference) == (1000, 0)


def test_without_a_baseline_or_an_income_nothing_is_said_of_them() -> None:
    (row,) = compare([treatment("infusion", "ketamine", 120000)], 6, None)

    assert (row.difference, row.share_of_income) == (None, None)
