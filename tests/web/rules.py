"""A small made-up rulebook with every state that the pages can show."""

from __future__ import annotations

from datetime import UTC, date, datetime

from estimator.services.rulebooks import Live
from tests import builders as b

TODAY = date(2026, 3, 2)

FACTS = {
    "time_to_effect": "Within hours.",
    "how_it_works": "It acts on glutamate.",
    "side_effects": "Nausea.",
    "serious_side_effects": "Slowed breathing.",
    "monitoring": "A professional watches.",
    "evidence": "Approved for anesthesia; off-label here.",
}

RULES = b.rulebook(
    b.clinic("main"),
    b.clinic("branch"),
    b.payer("acme", aliases=("Acme Health", "ACM")),
    b.payer("umbra"),
    b.plan("gold", aliases=("Golden choice",), name="Acme Gold 500"),
    b.plan("silver", name="Acme Silver 900"),
    b.plan("shadow", "umbra", name="Umbra Shadow"),
    b.plan("hushed", "umbra", name="Umbra Hushed"),
    b.plan("strict", "umbra", name="Umbra Strict"),
    b.network(),
    b.network("in", payer_id="umbra", plan_id="strict"),
    b.network("in", payer_id="umbra", plan_id="hushed"),
    b.network("out", payer_id="umbra", plan_id="shadow"),
    b.deductible("500", network="in", family="1000"),
    b.deductible("800", network="out"),
    b.oop_max("3000", network="in", family="6000"),
    b.deductible("900", "silver", class_="medical", network="in"),
    b.deductible("100", "silver", class_="drug", network="in"),
    b.deductible("200", "shadow"),
    b.item("infusion", policy_of="infusion"),
    b.item("spray", category="infusion", policy_of="spray"),
    b.item("pill"),
    b.item("lab", category="office visit"),
    b.charge("infusion", "600"),
    b.cash("infusion", "475"),
    b.allowed("infusion", "300"),
    b.allowed("infusion", "250", payer_id="umbra"),
    b.charge("spray", "900"),
    b.cash("spray", "800"),
    b.charge("pill", "12"),
    b.cash("pill", "9"),
    b.charge("lab", "80"),
    b.cash("lab", "60"),
    b.benefit("coinsurance after deductible", "infusion", coinsurance_percent=20),
    b.benefit("copay", "generic", copay="5"),
    b.benefit("copay", "office visit", copay="25"),
    b.benefit("coinsurance after deductible", "*", "silver", coinsurance_percent=30),
    *(b.benefit("coinsurance", "*", plan, coinsurance_percent=40, payer_id="umbra")
      for plan in ("shadow", "hushed", "strict")),
    b.policy("prior authorization", minimum_age=18, failed_trials=2, diagnoses=("F32.2", "F33")),
    b.policy("covered", payer_id="umbra", plan_id="shadow"),
    b.policy("silent", payer_id="umbra", plan_id="hushed"),
    b.policy("not covered", payer_id="umbra", plan_id="strict"),
    b.treatment("ketamine", name="Ketamine infusions", **FACTS),
    b.treatment("spray", "spray", name="Nasal spray", compared=False),
    b.treatment("sertraline", "pill", name="Sertraline", **FACTS | {"side_effects": "Headache."}),
    b.treatment("tryptophan", None, name="Mushrooms", not_priced_because="Not lawfully sold.",
                compared=False, arm="other"),
    b.course("ketamine", "infusion", 6, every=3, low=4, high=12),
    b.course("ketamine", "lab", 1, step=2),
    b.course("spray", "spray", 2, every=7),
    b.course("sertraline", "pill", "*", every=30),
    b.program("helping-hand", "percent off", 30, "ketamine", income_limit_percent=300),
    b.parameter("fpl_first_person", 15000),
    b.parameter("fpl_each_further_person", 5000),
)  # fmt: skip

LIVE = Live(7, "f" * 64, RULES, datetime(2026, 3, 1, tzinfo=UTC), "0.1.0")
