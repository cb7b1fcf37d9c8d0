"""All hostile notebooks, by what each tries."""

from tests.grading.sandbox.hostile.attack import Attack, fill, honest
from tests.grading.sandbox.hostile.flooding import FLOODS
from tests.grading.sandbox.hostile.forging import FORGING
from tests.grading.sandbox.hostile.hogging import HOGGING
from tests.grading.sandbox.hostile.leaving import LEAVING
from tests.grading.sandbox.hostile.reaching import REACHING
from tests.grading.sandbox.hostile.seeing import SEEING
from tests.grading.sandbox.hostile.taking import TAKING

__all__ = ["ATTACKS", "FLOODS", "Attack", "fill", "honest"]

ATTACKS = SEEING | REACHING | TAKING | HOGGING | FLOODS | FORGING | LEAVING
