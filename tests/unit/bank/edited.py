"""A bank whose file is edited."""

from __future__ import annotations

BANK = """\
# The bank of a team.
title: Ours   # shown on covers

questions:
  # --- basics
  - id: PY-1   # the first
    question: What is a tuple?
    tags: [a, 'b c']  # for exams
    difficulty: 3
    answer: >-
      A list that cannot
      change.

    # written by Ada
    follow_ups:
      - What is a list?   # easy
      - "What is a set?"

  - id: PY-2
    question: "What is \\"self\\"?"
    answer: |
      The object.

      It is passed first.

# the end
"""
