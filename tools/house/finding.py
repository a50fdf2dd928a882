# SPDX-License-Identifier: Apache-2.0
"""A finding: one broken rule at one place, in the words a person needs to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`what` states the fact, `why` the reason behind the rule, `mend` the way out."""

    path: str
    line: int
    rule: str
    what: str
    why: str
    mend: str

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: [{self.rule}] {self.what}\n"
            f"    why:  {self.why}\n"
            f"    mend: {self.mend}"
        )


class CannotCheck(Exception):
    """The check itself could not run (a missing build, a broken table): exit code 2, not 1."""
