"""Token buckets pace, slow down and recover; what passes is asked again, nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from turbofinops_tui.errors import SourceError
from turbofinops_tui.sync import http
from turbofinops_tui.sync.http import Passing, TokenBucket, stubbornly


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


def spent(bucket: TokenBucket, time: Time, turns: int) -> float:
    start = time.now
    for _ in range(turns):
        bucket.take()
    return time.now - start


def test_a_bucket_never_gives_more_than_its_rate() -> None:
    time = Time()
    bucket = TokenBucket(20.0, time.wait, lambda: time.now)
    assert spent(bucket, time, 201) == pytest.approx(10.0)


def test_the_first_turn_is_free_and_idle_time_is_not_saved_up() -> None:
    time = Time()
    bucket = TokenBucket(20.0, time.wait, lambda: time.now)
    assert spent(bucket, time, 1) == 0
    time.now += 60
    assert spent(bucket, time, 21) == pytest.approx(1.0)


def test_a_refusal_halves_the_rate_and_answers_bring_it_back() -> None:
    time = Time()
    bucket = TokenBucket(20.0, time.wait, lambda: time.now)
    bucket.take()
    bucket.refused()
    assert bucket.rate == 10.0
    assert spent(bucket, time, 1) == pytest.approx(http.PAUSE_SECONDS)
    assert spent(bucket, time, 10) == pytest.approx(1.0)
    for _ in range(20):
        bucket.refused()
    assert bucket.rate == http.SLOWEST
    for _ in range(http.RECOVERY):
        bucket.answered()
    assert bucket.rate == 20.0


@pytest.fixture
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=http.ATTEMPTS):
        yield


def test_what_passes_is_asked_again(no_waiting: None) -> None:
    tried: list[int] = []

    def ask() -> str:
        tried.append(1)
        if len(tried) < 4:
            raise Passing("HTTP 500")
        return "done"

    assert stubbornly(ask) == "done"
    assert len(tried) == 4


def test_the_last_failure_is_raised_and_others_at_once(no_waiting: None) -> None:
    tried: list[int] = []

    def never() -> None:
        tried.append(1)
        raise Passing("HTTP 500")

    with pytest.raises(Passing):
        stubbornly(never)
    assert len(tried) == http.ATTEMPTS
    tried.clear()

    def refused() -> None:
        tried.append(1)
        raise SourceError("no")

    with pytest.raises(SourceError):
        stubbornly(refused)
    assert len(tried) == 1


def test_the_wait_that_the_provider_names_is_kept_within_bounds() -> None:
    assert http._again(Passing("429", 7.0)) == 7.0
    assert http._again(Passing("429", 9999.0)) == http.LONGEST_WAIT
    assert http._again(Passing("500")) is True
    assert http._again(ValueError()) is False
