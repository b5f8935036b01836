"""What stands in DNS, asked of a name server that the test runs: no network."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
from dns import flags, message, rcode, rdatatype, resolver, rrset

from portal.gateways.dns import SystemResolver, Unanswered

ZONE = {
    ("_portal-verification.talk.acme.example.", "TXT"): ['"v=spf1 -all"', '"portal-" "verification=a1b2c3"'],
    ("talk.acme.example.", "CNAME"): ["edge.acme.example."],
    ("edge.acme.example.", "CNAME"): ["Portal.Example."],
    ("portal.example.", "A"): ["192.0.2.7"],
    ("portal.example.", "AAAA"): ["2001:db8::7"],
    ("acme.example.", "A"): ["192.0.2.7"],
    ("six.example.", "AAAA"): ["2001:db8::7"],
    ("else.example.", "A"): ["192.0.2.8"],
    ("round.example.", "CNAME"): ["trip.example."],
    ("trip.example.", "CNAME"): ["round.example."],
}


class Server(socketserver.BaseRequestHandler):
    """Answers from the zone as it stands there, without following aliases; `silent.example` gets a failure."""

    def handle(self) -> None:
        asked = message.from_wire(self.request[0])
        question = asked.question[0]
        name, kind = question.name.to_text().lower(), rdatatype.to_text(question.rdtype)
        answer = message.make_response(asked)
        answer.flags |= flags.AA
        found = ZONE.get((name, kind))
        if name.endswith("silent.example."):
            answer.set_rcode(rcode.SERVFAIL)
        elif found:
            answer.answer.append(rrset.from_text_list(name, 60, "IN", kind, found))
        elif not any(known == name for known, _ in ZONE):
            answer.set_rcode(rcode.NXDOMAIN)
        self.request[1].sendto(answer.to_wire(), self.client_address)


@pytest.fixture(autouse=True)
def name_server() -> Iterator[None]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        asked = resolver.Resolver(configure=False)
        asked.nameservers, asked.port = ["127.0.0.1"], server.server_address[1]
        before, resolver.default_resolver = resolver.default_resolver, asked
        yield
        resolver.default_resolver = before
        server.shutdown()
        thread.join()


def test_texts_are_put_together_and_none_is_no_error() -> None:
    found = SystemResolver().texts("_portal-verification.talk.acme.example")
    assert found == {"v=spf1 -all", "portal-verification=a1b2c3"}
    assert SystemResolver().texts("talk.acme.example") == SystemResolver().texts("nowhere.example") == frozenset()


@pytest.mark.parametrize(
    ("host", "leads"),
    [
        ("talk.acme.example", True),
        ("acme.example", True),
        ("six.example", True),
        ("else.example", False),
        ("nowhere.example", False),
        ("round.example", False),
    ],
)
def test_a_host_leads_by_alias_or_by_address(host: str, leads: bool) -> None:
    assert SystemResolver().leads_to(host, "portal.example") is leads


def test_a_name_server_that_fails_is_no_answer() -> None:
    with pytest.raises(Unanswered):
        SystemResolver().texts("silent.example")
    with pytest.raises(Unanswered):
        SystemResolver().leads_to("silent.example", "portal.example")
    with pytest.raises(Unanswered):
        SystemResolver().texts("x" * 70 + ".example")
