"""The kernel's three operations on int64 arrays: one element per patient."""

from __future__ import annotations

import numpy as np

from estimator.engine.coordination import Numbers

ARRAYS = Numbers(np.minimum, np.maximum, np.where)

BLOCK = 16_384
"""Patients to a block: few enough that a block's arrays stay in the processor's cache."""
