"""What Moodle calls the columns of its grading worksheet, in the languages of its exports.

Source: Moodle's language packs: assign (recordid, maxgrade, gradecanbechanged), moodle (fullname,
grade, email), assignfeedback_comments (pluginname). Some words differ between versions.
"""

ID, NAME, EMAIL = "Identifier", "Full name", "Email address"
GRADE, MAXIMUM = "Grade", "Maximum grade"
CHANGEABLE, COMMENTS = "Grade can be changed", "Feedback comments"
_COLUMNS = (ID, NAME, EMAIL, GRADE, MAXIMUM, CHANGEABLE, COMMENTS)
_WORDS = {  # in the order of _COLUMNS; `|` parts the words of several versions
    "English": _COLUMNS,
    "German": (
        "ID",
        "Vollständiger Name",
        "E-Mail-Adresse",
        "Bewertung",
        "Bestwertung",
        "Bewertung kann geändert werden",
        "Feedback als Kommentar",
    ),
    "French": (
        "Identifiant",
        "Nom complet",
        "Adresse de courriel",
        "Note",
        "Note maximale",
        "La note peut être modifiée",
        "Feedback par commentaires",
    ),
    "Spanish": (
        "Identificador",
        "Nombre completo",
        "Dirección de correo|Dirección Email|Dirección de correo electrónico",
        "Calificación",
        "Calificación máxima",
        "La calificación puede ser cambiada|La calificación puede cambiarse",
        "Comentarios de retroalimentación",
    ),
    "Chinese": (
        "标识符|识别码",
        "全名|姓名",
        "电子邮件地址|Email地址|邮箱地址",
        "成绩",
        "最高分|最高成绩",
        "允许更改成绩",
        "评语反馈|反馈评语",
    ),
}
NO = ("no", "nein", "non", "否")
LANGUAGES = ", ".join(_WORDS)


def in_english(head: list[str]) -> list[str]:
    """Return the names of columns, those of a Moodle worksheet in English."""
    for words in _WORDS.values():
        names = {
            word.casefold(): column
            for column, several in zip(_COLUMNS, words, strict=True)
            for word in several.split("|")
        }
        found = [names.get(name.casefold(), name) for name in head]
        if ID in found and GRADE in found:
            return found
    return head
