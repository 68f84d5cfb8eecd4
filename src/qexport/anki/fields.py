"""The number and the fields of the note type: settled for good.

Anki matches the fields of a note type by these numbers and their order. One more, one less or another order
would freeze every collection that has the deck: that is what the spare fields are for.
"""

from __future__ import annotations

# Anki matches a note type by its number, then by the numbers of its fields and cards.
NOTE_TYPE_ID = 1_716_240_100


def is_deck_note_type(number: int) -> bool:
    """Report whether a note type is that of decks, in any form it ever had: each has a number 1000 higher."""
    return 0 <= number - NOTE_TYPE_ID < 1_000_000 and (number - NOTE_TYPE_ID) % 1000 == 0


FIELDS = {
    # Anki compares notes by their first field when it looks for duplicates: it has to be unique in any
    # collection, as ids are not. Searches for retired notes go by it too.
    "Key": 1_716_240_101,
    "ID": 1_716_240_102,
    # The sort field, which Anki's browser lists notes by: one line, whatever the question has.
    "Title": 1_716_240_103,
    "Question": 1_716_240_104,
    "Choices": 1_716_240_105,
    "Correct": 1_716_240_106,
    "Answer": 1_716_240_107,
    "Deep Explanation": 1_716_240_108,
    "Real-World Example": 1_716_240_109,
    "Common Mistakes": 1_716_240_110,
    "Production Scenario": 1_716_240_111,
    "Follow-up Questions": 1_716_240_112,
    "Links": 1_716_240_113,
    "Extra": 1_716_240_114,
    "Technology": 1_716_240_115,
    "Category": 1_716_240_116,
    "Level": 1_716_240_117,
    "Difficulty": 1_716_240_118,
    "Source": 1_716_240_119,
    "Language": 1_716_240_120,
    # "rtl" or "ltr", for the dir attribute of the cards.
    "Direction": 1_716_240_121,
    # What a scenario begins with: the front of its card.
    "Situation": 1_716_240_122,
    # Switches: Anki makes a card as soon as its front has something to show, so that a field must say no.
    "Scenario Card": 1_716_240_123,
    "Mistakes Card": 1_716_240_124,
    "Retired": 1_716_240_125,
    # The words of the note without markup, for Anki's search: highlighted code is full of tags.
    "Search Text": 1_716_240_126,
    # The namespace of the bank, and the digest of the published version of the question: a lost lock is
    # rebuilt from them, and edits that come back from a learner are compared with that version.
    "Bank": 1_716_240_127,
    "Version": 1_716_240_128,
    "Spare 1": 1_716_240_129,
    "Spare 2": 1_716_240_130,
    "Spare 3": 1_716_240_131,
    "Spare 4": 1_716_240_132,
    "Spare 5": 1_716_240_133,
}
FIELD_PLACES = {name: place for place, name in enumerate(FIELDS)}

SORT_FIELD = "Title"

EDITABLE_FIELDS = (
    *(
        "Question",
        "Answer",
        "Deep Explanation",
        "Real-World Example",
        "Common Mistakes",
        "Production Scenario",
    ),
    *("Choices", "Follow-up Questions", "Technology", "Category", "Level", "Difficulty"),
    *("Title", "Situation", "Correct", "Links", "Extra", "Source"),
)
"""Fields whose edits by learners come back, or are reported."""

SWITCHES = ("Scenario Card", "Mistakes Card", "Retired")
ON = "yes"
"""What a switch holds that is on."""

COLOUR = "Spare 5"
"""The field with the number of the technology's colour. It has the name it was published with, as other names would
change the note type."""

FILLED_LATE = ("Key", "Bank", "Version", COLOUR)
"""Fields that are filled in when a package is made: who a note is, which version of its question it was made from, and
the colour of its technology, which depends on the other questions. They do not count for the digest of a note."""

MADE_BY_DECK = ("Key", "Direction", *SWITCHES, "Search Text", "Bank", "Version", COLOUR)
"""Fields that are neither read nor edited by a learner."""
