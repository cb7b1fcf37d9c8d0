"""All hostile notebooks, by what each tries."""

from tests.grading.hostile.attack import Attack, fill, honest
from tests.grading.hostile.flooding import FLOODS
from tests.grading.hostile.forging import FORGING
from tests.grading.hostile.leaving import LEAVING
from tests.grading.hostile.reaching import REACHING
from tests.grading.hostile.seeing import SEEING
from tests.grading.hostile.taking import TAKING

__all__ = ["ATTACKS", "FLOODS", "Attack", "fill", "honest"]

ATTACKS = SEEING | REACHING | TAKING | FLOODS | FORGING | LEAVING
