"""The capstone: three tasks with sealed test sets, and what tells whether a study is honest."""

from dlbook.capstone.properties import examine as examine, show as show
from dlbook.capstone.tasks import TASKS as TASKS, Data as Data, draw as draw
