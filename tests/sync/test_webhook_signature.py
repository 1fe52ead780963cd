"""Signatures of webhooks: both skews, several secrets, hostile headers; equal to the official verifier."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from turbofinops_tui.actions.receiving import split_secrets
from turbofinops_tui.sync.receive.signature import SignatureError, sign, verify

BODY, ONE, TWO, NOW = b'{"id": "evt_1"}', b"whsec_one", b"whsec_two", 1_790_000_000


def refused(header: bytes, body: bytes = BODY, now: int = NOW) -> str:
    with pytest.raises(SignatureError) as caught:
        verify(body, header, [ONE], now)
    return caught.value.reason


def test_the_secret_that_signed_is_named() -> None:
    assert verify(BODY, sign(BODY, ONE, NOW), [ONE, TWO], NOW) == 0
    assert verify(BODY, sign(BODY, TWO, NOW), [ONE, TWO], NOW) == 1
    both = sign(BODY, TWO, NOW) + b",v1=" + sign(BODY, ONE, NOW).partition(b"v1=")[2]
    assert verify(BODY, both, [ONE], NOW) == 0


@pytest.mark.parametrize("skew", [-300, -1, 0, 1, 300])
def test_a_stamp_within_five_minutes_either_way_is_taken(skew: int) -> None:
    assert verify(BODY, sign(BODY, ONE, NOW + skew), [ONE], NOW) == 0


def test_a_stamp_beyond_is_refused_with_its_side() -> None:
    assert refused(sign(BODY, ONE, NOW - 301)) == "too_old"
    assert refused(sign(BODY, ONE, NOW + 301)) == "clock_skew"
    assert refused(sign(BODY, ONE, NOW + 86_400)) == "clock_skew"


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"t=1790000000",
        b"v1=00",
        b"t=,v1=00",
        b"t=-1,v1=00",
        b"t=1790000000.5,v1=00",
        "t=１７９００００００００,v1=00".encode(),
        b"t=1790000000,v1=\xff\xfe",
        "t=1790000000,v1=é".encode("latin-1"),
        b"t=1790000000,v0=" + sign(BODY, ONE, NOW).partition(b"v1=")[2],
        b"t=" + b"9" * 5000 + b",v1=00",
        b"t=1790000000,v1=" + b"0" * 64,
    ],
)
def test_what_is_no_signature_is_refused(header: bytes) -> None:
    assert refused(header) == "bad_signature"


def test_another_body_or_secret_is_refused() -> None:
    assert refused(sign(BODY, ONE, NOW), BODY + b" ") == "bad_signature"
    assert refused(sign(BODY, TWO, NOW)) == "bad_signature"
    moved = sign(BODY, ONE, NOW).replace(str(NOW).encode(), str(NOW + 1).encode())
    assert refused(moved) == "bad_signature"


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(-280, 280), st.sampled_from(["one", "two"]))
def test_equal_to_the_official_verifier(body: str, skew: int, which: str) -> None:
    now = int(time.time())
    header = stripe.WebhookSignature.generate_signature_header(body, "whsec_one", now + skew)
    raw, known = body.encode(), f"whsec_{which}"
    assert sign(raw, b"whsec_one", now + skew).decode() == header
    try:
        official = stripe.WebhookSignature.verify_header(body, header, known, tolerance=300)
    except stripe.SignatureVerificationError:
        official = False
    try:
        ours = verify(raw, header.encode(), [known.encode()], now) == 0
    except SignatureError:
        ours = False
    assert ours == official == (which == "one")


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_no_bytes_do_more_than_fail(body: bytes, header: bytes) -> None:
    stamp = b"t=%d,v1=" % NOW + hmac.new(b"x", body, hashlib.sha256).hexdigest().encode()
    for candidate in (header, stamp, stamp + b"," + header):
        with pytest.raises(SignatureError):
            verify(body, candidate, [ONE], NOW)


def test_secrets_of_one_field_are_split_at_commas_and_spaces() -> None:
    assert split_secrets("whsec_a") == (b"whsec_a",)
    assert split_secrets(" whsec_a,whsec_b\n whsec_c ,") == (b"whsec_a", b"whsec_b", b"whsec_c")
