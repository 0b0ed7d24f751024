"""What tests claim, and what they wait for."""

import os
import sys
import time

PATIENCE_SECONDS = 30


def must(holds, sentence, said=""):
    """What does not hold is an error, with what was said instead."""
    if not holds:
        raise AssertionError(f"not so: {sentence}: {said}")


def expect(holds, sentence, said=""):
    """The same, and tells what holds."""
    must(holds, sentence, said)
    print(f"  {sentence}", flush=True)


def fail_if_required(lacks, reason):
    """Ends the test as failed where COMITY_REQUIRE names what it lacks."""
    if lacks in os.environ.get("COMITY_REQUIRE", "").split(","):
        sys.exit(f"{lacks} is required: {reason}")


def skip(reason, lacks):
    """Ends the test as skipped, or as failed where COMITY_REQUIRE names what it lacks."""
    fail_if_required(lacks, reason)
    print(f"skipped: {reason}")
    sys.exit(77)


def await_that(look, holds, what, seconds=PATIENCE_SECONDS, pause=0.1):
    """Looks until what is seen holds, and returns it; an error, with what was seen last, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds(seen := look()):
        must(time.monotonic() <= deadline, f"{what}, after {seconds} s", seen)
        time.sleep(pause)
    return seen
