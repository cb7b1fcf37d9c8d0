"""The one place where the library's own strings meet a language.

English is the source; a catalogue in dlbook/locale/LANG/LC_MESSAGES/dlbook.mo, chosen by the
usual environment variables (LANGUAGE, LC_ALL, LANG), replaces it where there is one.
"""

import gettext
from pathlib import Path

_ = gettext.translation("dlbook", Path(__file__).parent / "locale", fallback=True).gettext
