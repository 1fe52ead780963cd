"""A seeded product under traces: what instrumentations of real services write, and what goes wrong there.

Gateways in front of SDKs tell one call twice, agents roll their calls up, calls fail before or after they are
billed, roots are delivered apart from their children, samplers differ by service. ``otlp_cases.expected``
reads the same spans literally.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.sync.otlp_cases import DAY, START, Json, attributes

Item = tuple[str, Json, Json]
"""(service, resource attributes, span)"""
PRODUCTS = ("/v1/chat", "/v1/search/{id}", "/internal/health")
CUSTOMERS = ("acme", "globex", "initech")
SAMPLING = {"web": ("", "ot=th:0"), "api": ("ot=th:8", "ot=p:1;th:c"), "llm": ("ot=th:5", "ot=p:3", "x=1")}
MODELS = (("openai", "m-large"), ("anthropic", "m-small"), ("aws.bedrock", "m-embed"))


@dataclass
class World:
    """The spans of some traces, and the traces whose customer only their id tells."""

    seed: int
    traces: int = 14
    items: list[Item] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - a seeded case
        for number in range(self.traces):
            self._request(f"{self.rng.getrandbits(124) + 1:032x}", number)

    def _request(self, trace: str, number: int) -> None:
        """One request through the services; a batch consumer now and then."""
        rng = self.rng
        begin = START + (number % 2) * DAY + rng.choice((rng.randrange(DAY // 2), DAY - 10**9))
        words: Json = {"http.route": rng.choice(PRODUCTS), "http.request.method": "POST"}
        if rng.random() < 0.5:
            words[rng.choice(("customer.id", "app.customer_id"))] = rng.choice(CUSTOMERS)
        elif rng.random() < 0.5:
            self.links[trace] = "vip"
        root = self._span(trace, "web", "", begin, 4 * 10**9, words, kind=rng.choice((2, 2, 5)))
        parent = root
        for _ in range(rng.randrange(1, 4)):
            more: Json = {"app.feature": "labs"} if rng.random() < 0.2 else {}
            if rng.random() < 0.15:
                more["tenant.id"] = rng.choice(CUSTOMERS)
            parent = self._span(trace, "api", rng.choice((root, parent)), begin, 3 * 10**9, more, kind=2)
            for kind in rng.sample(("call", "twice", "agent", "failed", "billed failure", "tool"), 2):
                self._work(trace, parent, begin, kind)

    def _work(self, trace: str, parent: str, begin: int, kind: str) -> None:
        """What a service does with models below a span."""
        rng = self.rng
        if kind == "tool":
            self._span(trace, "api", parent, begin, 10**8, {"gen_ai.operation.name": "execute_tool"})
        elif kind == "agent":
            total = {"gen_ai.operation.name": "invoke_agent", **self._usage(rng.random() < 0.5)}
            agent = self._span(trace, "llm", parent, begin, 2 * 10**9, total)
            inner = self._span(trace, "llm", agent, begin, 10**9, total) if rng.random() < 0.3 else agent
            for _ in range(rng.randrange(3)):  # without any the agent itself is the call
                self._work(trace, inner, begin, "call")
        elif kind == "twice":
            told = self._call()
            outer = self._span(trace, "llm", parent, begin, 2 * 10**9, told)
            above = outer if rng.random() < 0.5 else parent  # beside it, where the gateway lost the context
            self._span(trace, "api", above, begin, 10**9, told)
        else:
            words = self._call()
            if kind != "call":
                words["error.type"] = "timeout"
            if kind == "failed":
                words = {key: value for key, value in words.items() if ".usage." not in key}
            self._span(trace, "llm", parent, begin, 10**9, words, failed=kind != "call")

    def _call(self) -> Json:
        rng = self.rng
        provider, model = rng.choice(MODELS)
        name = rng.choice(("chat", "text_completion", "generate_content", "embeddings"))
        old = rng.random() < 0.4
        found: Json = {"gen_ai.operation.name": name, "gen_ai.request.model": model, **self._usage(old)}
        found["gen_ai.system" if old else "gen_ai.provider.name"] = provider
        if rng.random() < 0.8:
            found["gen_ai.response.id"] = f"resp-{rng.getrandbits(30)}"
        return found

    def _usage(self, old: bool) -> Json:
        """Current or deprecated names; now and then an input count without the cached tokens."""
        rng = self.rng
        read, write = rng.randrange(60), rng.randrange(30)
        whole = rng.randrange(read + write) if rng.random() < 0.3 and read + write else read + write + 9
        names = ("prompt_tokens", "completion_tokens") if old else ("input_tokens", "output_tokens")
        found: Json = {f"gen_ai.usage.{names[0]}": whole, f"gen_ai.usage.{names[1]}": rng.randrange(40)}
        parts = ("cache_read{}input_tokens", "cache_creation{}input_tokens")
        for part, count in zip(parts, (read, write), strict=True):
            found[f"gen_ai.usage.{part.format('_' if old else '.')}"] = count
        return found

    def _span(
        self, trace: str, service: str, parent: str, begin: int, most: int, words: Json, *,
        kind: int = 3, failed: bool = False,
    ) -> str:  # fmt: skip
        rng = self.rng
        ident = f"{rng.getrandbits(60) + 1:016x}"
        start = begin + rng.randrange(10**9)
        span: Json = {
            "traceId": trace, "spanId": ident, "name": "x", "kind": kind, "startTimeUnixNano": str(start),
            "endTimeUnixNano": str(start + rng.randrange(most)), "traceState": rng.choice(SAMPLING[service]),
            "status": {"code": 2} if failed else {}, "attributes": attributes(words),
        }  # fmt: skip
        if parent:
            span["parentSpanId"] = parent
        self.items.append((service, {}, span))
        return ident

    # --- deliveries -----------------------------------------------------------------------------

    def delivered(self, parts: int) -> list[list[Item]]:
        """The spans in some deliveries: roots in the last one, every third span once more somewhere."""
        found: list[list[Item]] = [[] for _ in range(parts)]
        for item in self.items:
            self.rng.choice(found[:-1] if "parentSpanId" in item[2] else found[-1:]).append(item)
        for item in self.rng.sample(self.items, len(self.items) // 3):
            self.rng.choice(found).append(item)
        for held in found:
            self.rng.shuffle(held)
        return found

    def days(self) -> Iterator[int]:
        """The UTC days that have spans."""
        yield from sorted({int(span["startTimeUnixNano"]) // DAY for _, _, span in self.items})
