"""Where a webhook may lead: every trick of writing an address that only we can reach."""

import pytest

from redress.domain.webhook_address import LONGEST_URL, BadAddress, Place, is_public, parse

PUBLIC = [
    "https://hooks.example.com",
    "https://hooks.example.com/",
    "https://hooks.example.com/redress?of=us&token=a%20b",
    "https://hooks.example.com:8443/redress",
    "HTTPS://Hooks.Example.COM/Redress",
    "https://xn--bcher-kva.example/",
    "https://1.hooks.example.com/",
    "https://93.184.215.14/",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
]
NOT_PUBLIC = {
    "the metadata address": "https://169.254.169.254/latest/meta-data/",
    "the metadata address in IPv6": "https://[fd00:ec2::254]/",
    "the metadata address, mapped": "https://[::ffff:169.254.169.254]/",
    "the metadata address, mapped, in hex": "https://[::ffff:a9fe:a9fe]/",
    "the metadata address, compatible": "https://[::a9fe:a9fe]/",
    "the metadata address behind NAT64": "https://[64:ff9b::a9fe:a9fe]/",
    "the metadata address behind a local NAT64": "https://[64:ff9b:1::a9fe:a9fe]/",
    "the metadata address by 6to4": "https://[2002:a9fe:a9fe::]/",
    "the metadata address by Teredo": "https://[2001:0:a9fe:a9fe::]/",
    "a relay of 6to4": "https://192.88.99.1/",
    "this machine": "https://127.0.0.1/",
    "this machine, another of its addresses": "https://127.8.8.8/",
    "this machine in IPv6": "https://[::1]/",
    "no address": "https://0.0.0.0/",
    "no address in IPv6": "https://[::]/",
    "a decimal address": "https://2130706433/",
    "a decimal address with its root": "https://2130706433./",
    "a hexadecimal address": "https://0x7f000001/",
    "a hexadecimal part": "https://127.0.0.0x1/",
    "a hexadecimal address in parts": "https://0x7f.0x0.0x0.0x1/",
    "an octal address": "https://0177.0.0.1/",
    "a short address": "https://127.1/",
    "a private network": "https://10.0.0.1/",
    "another private network": "https://172.16.0.1/",
    "the third private network": "https://192.168.1.1/",
    "a provider's network": "https://100.64.0.1/",
    "a documented network": "https://192.0.2.1/",
    "a network for measurements": "https://198.18.0.1/",
    "a group": "https://224.0.0.1/",
    "a group in IPv6": "https://[ff0e::1]/",
    "everybody": "https://255.255.255.255/",
    "a reserved network": "https://240.0.0.1/",
    "a local link": "https://[fe80::1]/",
    "a local site": "https://[fec0::1]/",
    "a unique local address": "https://[fc00::1]/",
    "a documented network in IPv6": "https://[2001:db8::1]/",
    "the name of this machine": "https://localhost/",
    "a name below it": "https://hooks.localhost/",
    "a name without a domain": "https://redis/",
    "a name of the local network": "https://printer.local/",
    "a name of the cloud's network": "https://ip-10-0-0-1.eu-west-2.compute.internal/",
    "a name of a home": "https://nas.home.arpa/",
    "a name with its root": "https://hooks.example.com./",
    "an empty label": "https://hooks..example.com/",
    "a label that ends in a hyphen": "https://hooks-.example.com/",
}
BAD_FORM = {
    "no scheme": "hooks.example.com/redress",
    "another scheme": "ftp://hooks.example.com/",
    "a file": "file:///etc/passwd",
    "a user": "https://user@hooks.example.com/",
    "a password": "https://user:password@hooks.example.com/",
    "a user that looks like a host": "https://hooks.example.com@169.254.169.254/",
    "a fragment": "https://hooks.example.com/#part",
    "a backslash": "https://hooks.example.com\\@169.254.169.254/",
    "a blank": "https://hooks.example.com/a b",
    "a line end": "https://hooks.example.com/\r\nHost: other",
    "a line end at the end": "https://hooks.example.com/\n",
    "a tab in the host": "https://hooks.exam\tple.com/",
    "an escape in the host": "https://%31%32%37.0.0.1/",
    "another script": "https://bücher.example/",
    "digits of another script": "https://①②⑦.⓪.⓪.①/",
    "a full stop of another script": "https://127。0。0。1/",
    "digits of another script as port": "https://hooks.example.com:٤٤٣/",
    "no host": "https:///redress",
    "a zone": "https://[fe80::1%25eth0]/",
    "an open bracket": "https://[::1/",
    "too long a port": "https://hooks.example.com:000443/",
    "too much": "https://hooks.example.com/" + "a" * LONGEST_URL,
}


@pytest.mark.parametrize("url", PUBLIC)
def test_a_public_address_is_taken(url: str) -> None:
    assert parse(url, allow_private=False).tls


@pytest.mark.parametrize("case", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(case: str) -> None:
    with pytest.raises(BadAddress) as refused:
        parse(NOT_PUBLIC[case], allow_private=False)
    assert refused.value.rule == "webhook_host"


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("case", BAD_FORM)
def test_what_could_be_read_in_two_ways_is_refused_everywhere(case: str, *, private: bool) -> None:
    with pytest.raises(BadAddress) as refused:
        parse(BAD_FORM[case], allow_private=private)
    assert refused.value.rule == "webhook_url"


def test_only_tls_is_taken() -> None:
    with pytest.raises(BadAddress) as refused:
        parse("http://hooks.example.com/", allow_private=False)
    assert refused.value.rule == "webhook_scheme"


@pytest.mark.parametrize("port", [0, 22, 25, 80, 444, 1023, 65_536, 99_999])
def test_ports_of_other_services_are_refused(port: int) -> None:
    with pytest.raises(BadAddress) as refused:
        parse(f"https://hooks.example.com:{port}/", allow_private=False)
    assert refused.value.rule == "webhook_port"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/a", "http://localhost/", "https://[::1]/"])
def test_the_embedded_platform_may_call_itself(url: str) -> None:
    assert parse(url, allow_private=True)


@pytest.mark.parametrize("port", [0, 65_536])
def test_no_port_is_none_anywhere(port: int) -> None:
    with pytest.raises(BadAddress):
        parse(f"http://localhost:{port}/", allow_private=True)


def test_the_parts_are_what_a_request_needs() -> None:
    place = parse("https://[2606:2800::1]:8443?of=us", allow_private=False)
    assert place == Place(tls=True, host="2606:2800::1", port=8443, target="/?of=us")
    assert place.authority == "[2606:2800::1]:8443"
    assert parse("https://Hooks.example.com:443", allow_private=False).authority == "hooks.example.com"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::5db8:d70e", True),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1%eth0", False),
        ("169.254.170.2", False),
    ],
)
def test_what_a_name_resolves_to_is_judged_in_the_same_way(address: str, *, public: bool) -> None:
    assert is_public(address) is public
