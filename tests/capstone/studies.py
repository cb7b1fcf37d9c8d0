"""All samples: honest studies, known mistakes, dishonest ones, and what no run can tell."""

from tests.capstone import (
    beyond as beyond,
    dishonest as dishonest,
    honest as honest,
    mistakes as mistakes,
)
from tests.capstone.samples import SAMPLES as SAMPLES
