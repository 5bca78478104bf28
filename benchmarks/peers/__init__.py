"""Other graders on the same submissions, in virtual environments of their own: ``make bench-peers``."""
