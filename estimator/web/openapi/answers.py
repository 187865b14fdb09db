"""What is answered, as JSON Schema."""

from __future__ import annotations

from estimator.engine.adjudication import AMOUNTS
from estimator.web.openapi.words import (
    AMOUNT,
    DATE,
    DIFFERENCE,
    NUMBER,
    TEXT,
    Schema,
    every,
    listed,
    maybe,
    ref,
    words,
)

_REASONS = ("covered", "cash_is_cheaper", "no_benefit", "not_covered", "visit_limit")
_STATUSES = (
    "covered",
    "prior_authorization",
    "unknown",
    "criteria_not_met",
    "not_covered",
    "denied",
    "no_insurance",
)
_RANGE = every({"low": AMOUNT, "typical": AMOUNT, "high": AMOUNT})
_FACTS = (
    "time_to_effect",
    "how_it_works",
    "side_effects",
    "serious_side_effects",
    "monitoring",
    "evidence",
    "not_priced_because",
)
_LINE = every(
    {
        "date": DATE,
        "visit": TEXT,
        "item_id": TEXT,
        "description": TEXT,
        "code": maybe(TEXT),
        "quantity": {},
        "network": maybe(words("in", "out")),
        "billed": maybe(AMOUNT),
        "allowed": maybe(AMOUNT),
        "patient_pays": AMOUNT,
    },
    reason=words(*_REASONS, "self_pay", "not_billed"),
    rule=maybe(ref("Rule")),
    program_rule=maybe(ref("Rule")),
    secondary_rule=maybe(ref("Rule")),
    price_rules=listed(every({"sheet": TEXT, "row": NUMBER}, words=TEXT)),
    deductible_met=maybe(AMOUNT),
    oop_met=maybe(AMOUNT),
)
_ROUTE = every(
    {
        "route": {"type": "string", "examples": ["insured", "self_pay", "assistance:PROGRAM"]},
        "patient_pays": ref("Range"),
        "upfront": AMOUNT,
        "reimbursed": AMOUNT,
        "by_month": listed(AMOUNT),
        "assumes": listed(TEXT),
    },
    lines=listed(ref("EstimateLine")),
)
_COVERAGE = every(
    {
        "status": words(*_STATUSES),
        "criteria": listed(
            every(
                {"criterion": TEXT, "required": {}, "given": {}, "met": maybe({"type": "boolean"})}
            )
        ),
        "rule": maybe(ref("Rule")),
    }
)
_TREATMENT = every(
    {
        "treatment_id": TEXT,
        "name": TEXT,
        "arm": TEXT,
        "facts": every({name: maybe(TEXT) for name in _FACTS}),
        "visits": every(dict.fromkeys(("low", "typical", "high"), maybe(NUMBER))),
        "coverage": ref("Coverage"),
        "routes": listed(ref("Route")),
        "best_route": maybe(TEXT),
        "findings": listed(ref("Finding")),
    }
)
_COMPARED = every(
    {
        "treatment_id": TEXT,
        "route": maybe(TEXT),
        "low": maybe(AMOUNT),
        "typical": maybe(AMOUNT),
        "high": maybe(AMOUNT),
        "per_month": maybe(AMOUNT),
        "difference": maybe(DIFFERENCE),
        "visits": {},
        "share_of_income": maybe(TEXT),
    }
)
_ESTIMATE = every(
    {
        "release": maybe(NUMBER),
        "fingerprint": TEXT,
        "engine_version": TEXT,
        "request": {"type": "object"},
        "treatments": listed(ref("TreatmentEstimate")),
        "comparison": every({"baseline": maybe(TEXT), "rows": listed(ref("ComparisonRow"))}),
        "findings": listed(ref("Finding")),
    }
)
_LEDGER = every(
    {
        "lines": listed(
            every({"claim": NUMBER, "reason": words(*_REASONS), **dict.fromkeys(AMOUNTS, AMOUNT)})
        ),
        "totals": every(dict.fromkeys(AMOUNTS, AMOUNT)),
        "accumulators": listed(
            every(
                {
                    "kind": words("deductible", "oop_max"),
                    "class": TEXT,
                    "network": TEXT,
                    "individual": AMOUNT,
                    "family": AMOUNT,
                }
            )
        ),
    }
)
_FINDING = every(
    {
        "severity": words("stop", "decide", "note"),
        "code": TEXT,
        "message": TEXT,
        "where": TEXT,
    },
    advice=TEXT,
)
_RULE = every(
    {
        "sheet": TEXT,
        "row": maybe(NUMBER),
        "id": maybe(TEXT),
        "source": maybe(TEXT),
        "checked_on": maybe(DATE),
    },
    words=TEXT,
)

ANSWERS: dict[str, Schema] = {
    "Estimate": _ESTIMATE,
    "TreatmentEstimate": _TREATMENT,
    "Coverage": _COVERAGE,
    "Route": _ROUTE,
    "Range": _RANGE,
    "EstimateLine": _LINE,
    "ComparisonRow": _COMPARED,
    "Rule": _RULE,
    "Finding": _FINDING,
    "Ledger": _LEDGER,
    "Release": every(
        {"release": NUMBER, "fingerprint": TEXT, "published_at": TEXT, "engine_version": TEXT}
    ),
    "Clinics": every({"clinics": listed(every({"clinic_id": TEXT, "name": TEXT}))}),
    "Payers": every({"payers": listed(every({"payer_id": TEXT, "name": TEXT}))}),
    "Plans": every(
        {
            "plans": listed(
                every(
                    {
                        "plan_id": TEXT,
                        "payer_id": TEXT,
                        "name": TEXT,
                        "limits": listed({"type": "object"}),
                    }
                )
            )
        }
    ),
    "Treatments": every({"treatments": listed(every({"treatment_id": TEXT, "name": TEXT}))}),
    "WidgetClinic": every(
        {
            "clinic_id": TEXT,
            "name": TEXT,
            "languages": listed(words("en", "es")),
            "contact": every({"name": TEXT, "phone": TEXT, "email": TEXT}),
            "treatments": listed(every({"treatment_id": TEXT, "name": TEXT})),
            "plans": listed(every({"plan_id": TEXT, "name": TEXT, "limits": listed({})})),
        }
    ),
    "BatchStatus": every(
        {
            "batch": TEXT,
            "state": words(
                "reading", "mapping", "running", "writing", "done", "failed", "cancelled"
            ),
            "release": NUMBER,
            "rows": NUMBER,
            "done": NUMBER,
            "errors": NUMBER,
            "rows_per_second": maybe({"type": "number"}),
            "seconds_left": maybe(NUMBER),
            "results": listed(words("xlsx", "csv", "parquet")),
            "problems": listed(every({"row": NUMBER, "message": TEXT})),
            "more_problems": NUMBER,
            "notes": listed(every({"row": NUMBER, "message": TEXT})),
            "more_notes": NUMBER,
            "findings": listed(ref("Finding")),
        }
    ),
    "Status": every({"status": TEXT}, release=NUMBER),
    "Problem": every(
        {
            "type": TEXT,
            "title": TEXT,
            "status": NUMBER,
            "detail": TEXT,
            "findings": listed(ref("Finding")),
        }
    ),
}
