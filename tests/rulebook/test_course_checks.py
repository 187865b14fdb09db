"""What a course uses is asked of every clinic, plan, network and payer."""

from __future__ import annotations

from typing import Any

from estimator.rulebook.course_checks import items_without_rows
from estimator.rulebook.seen import Seen
from tests import builders as b

BASE = (
    *(b.clinic(), b.clinic("uptown"), b.payer(), b.payer("umbra"), b.treatment(), b.course()),
    *(b.plan(), b.plan("silver"), b.plan("shadow", "umbra")),
    b.item("infusion", policy_of="infusion"),
)
CASH = b.cash("infusion", 400)
POLICIES = (b.policy("covered"), b.policy("silent", payer_id="umbra"))
BENEFITS = tuple(
    b.benefit("copay", copay=5, plan_id=plan_id, payer_id=payer_id)
    for payer_id, plan_id in (("acme", "*"), ("umbra", "*"))
)


def told(*rows: Any) -> list[tuple[str, str]]:
    found = items_without_rows(Seen(b.sheets(*BASE, *rows)))
    return [(each.code, each.message.partition(", ")[2]) for each in found]


def test_where_everything_has_a_row_nothing_is_said() -> None:
    assert told(CASH, *POLICIES, *BENEFITS) == []


def test_a_price_at_one_clinic_is_none_at_the_other() -> None:
    (found,) = told(b.cash("infusion", 400, clinic_id="main"), *POLICIES, *BENEFITS)
    assert found == ("item-without-price", "which has no price at uptown.")


def test_a_benefit_of_one_plan_is_none_of_the_payers_others() -> None:
    (found,) = told(CASH, *POLICIES, b.benefit("copay", copay=5), BENEFITS[1])
    assert found == ("item-without-benefit", "which has no benefit of silver.")


def test_a_payer_without_a_benefit_is_named_once_for_all_its_plans() -> None:
    (found,) = told(CASH, *POLICIES, BENEFITS[1])
    assert found == ("item-without-benefit", "which has no benefit of acme.")


def test_a_benefit_in_one_network_is_none_in_the_other() -> None:
    inside = b.benefit("copay", copay=5, plan_id="*", network="in")
    outside = b.benefit("copay", copay=5, plan_id="*", network="out", payer_id="umbra")
    (found,) = told(CASH, *POLICIES, inside, outside)
    assert found[1] == (
        "which has no benefit of umbra in the network, nor of acme out of the network."
    )


def test_what_is_not_given_in_the_clinic_is_asked_in_the_network_only() -> None:
    lab = (b.item("lab"), b.course(item_id="lab", step=2), b.cash("lab", 9))
    inside = tuple(
        b.benefit("copay", "lab", "*", copay=5, network="in", payer_id=payer_id)
        for payer_id in ("acme", "umbra")
    )
    infusion = tuple(
        b.benefit("copay", "infusion", "*", copay=5, payer_id=payer_id)
        for payer_id in ("acme", "umbra")
    )
    assert told(CASH, *POLICIES, *lab, *inside, *infusion) == []


def test_a_policy_for_one_plan_is_none_for_the_payers_others() -> None:
    (found,) = told(CASH, *BENEFITS, b.policy("covered", plan_id="gold"), POLICIES[1])
    assert found == ("item-without-policy", "which has no policy of silver: they count as silent.")


def test_a_supplement_is_asked_for_nothing() -> None:
    medigap = (b.payer("medigap"), b.plan("medigap-g", "medigap", plan_type="supplement"))
    assert told(CASH, *POLICIES, *BENEFITS, *medigap) == []


def test_a_fee_outside_insurance_needs_a_price_only() -> None:
    fee = (b.item("fee", policy_of="fee"), b.course(item_id="fee", step=2))
    (found,) = told(CASH, *POLICIES, *BENEFITS, *fee)
    assert found == ("item-without-price", "which has no price.")
