"""Floor 6: the sample company Halyard, with people, knowledge, conversations and their history."""

from core.sample.answering import ANSWERS
from core.sample.loading import PASSWORD, SOURCE, Progress, SampleReport, is_loaded, load_sample
from core.sample.material import SamplePerson, read_material

__all__ = [
    "ANSWERS",
    "PASSWORD",
    "SOURCE",
    "Progress",
    "SamplePerson",
    "SampleReport",
    "is_loaded",
    "load_sample",
    "read_material",
]
