"""Where an exception was raised, in words that travel in English and are told again to a reader."""

from dlbook.i18n import N_

IN_FUNCTION = N_("in {function}, line {line} of its cell: {code}")
IN_CHECK = N_("called by the check in: {code}")
