"""All samples: honest studies, known mistakes and dishonest ones."""

from tests.capstone import honest as honest
from tests.capstone.samples import SAMPLES as SAMPLES
