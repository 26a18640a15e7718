"""Who a mail is from: one mailbox that every program reads alike, or nobody.

The mail service says whether a domain stands for a mail, and finds that domain in the header itself. A header
that it could read in another way than we do would let anybody write as the player.
"""

import pytest

from redress.mailroom import read
from redress.mailroom.incoming import LONGEST_NAME
from tests.support.mails import made

PLAYER = "player@example.com"
ATTACKER = "attacker@attacker.example.test"


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        (PLAYER, PLAYER, ""),
        ("<Player@EXAMPLE.com>", "Player@example.com", ""),
        ("Player Example <player@example.com>", PLAYER, "Player Example"),
        ("P. O'Player-Example <player@example.com>", PLAYER, "P. O'Player-Example"),
        ('"Example, Player" <player@example.com>', PLAYER, "Example, Player"),
        (r'"Player \"P\" Example" <player@example.com>', PLAYER, 'Player "P" Example'),
        ("player@example.com (Player Example)", PLAYER, "Player Example"),
        ("Player Example <player@example.com> (at home)", PLAYER, "Player Example"),
        ("=?utf-8?Q?Player_Ex=C3=A4mple?= <player@example.com>", PLAYER, "Player Exämple"),
        ("=?utf-8?Q?Player?=\n =?utf-8?Q?_Ex=C3=A4mple?= <player@example.com>", PLAYER, "Player Exämple"),
        ("=?utf-8?Q?Example,_Player?= <player@example.com>", PLAYER, "Example, Player"),
        ('"=?utf-8?Q?Player_Example?=" <player@example.com>', PLAYER, "Player Example"),
        ("Gr\udcfcn Player <player@example.com>", PLAYER, "Grün Player"),
        ("player@example.com <player@example.com>", PLAYER, ""),
        ('"player@example.com" <player@example.com>', PLAYER, ""),
        ("грач@example.com", "грач@example.com", ""),
        ("Player <player@münchen.example.com>", "player@xn--mnchen-3ya.example.com", "Player"),
        ("Player <player@xn--mnchen-3ya.example.com>", "player@xn--mnchen-3ya.example.com", "Player"),
    ],
)
def test_a_sender_is_one_bare_address_and_a_name(written: str, address: str, name: str) -> None:
    incoming = read(made(sender=written))
    assert (incoming.sender, incoming.sender_name) == (address, name)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Player Example",
        "player@",
        "@example.com",
        "player@example",
        "player@-example.com",
        "player@example..com",
        ".player@example.com",
        "player.@example.com",
        "pla..yer@example.com",
        "player@example.com.",
        "player@[192.0.2.1]",
        "player@xn--" + "a" * 80 + ".com",
        "player@" + "ü" * 70 + ".com",
        "a" * 65 + "@example.com",
        "undisclosed-recipients:;",
        "((((" * 2_000 + PLAYER,
        '"' + "\\" * 5_000,
        "<" * 4_000 + PLAYER + ">" * 3_000,
    ],
)
def test_what_is_no_address_gives_no_sender(written: str) -> None:
    assert read(made(sender=written)).sender == ""


@pytest.mark.parametrize(
    "written",
    [
        # angles
        f"Player <{PLAYER}>@attacker.example.test",
        f"<{PLAYER}> <{ATTACKER}>",
        f"<{ATTACKER}> Player <{PLAYER}>",
        f"<{PLAYER}<{ATTACKER}>>",
        f"<<{PLAYER}>>",
        f"<{PLAYER}",
        f"{PLAYER}>",
        f"< {PLAYER} >",
        f"{ATTACKER} <{PLAYER}>",
        f"<@attacker.example.test:{PLAYER}>",
        # several
        f"{PLAYER}, {ATTACKER}",
        f"{PLAYER};{ATTACKER}",
        f"{PLAYER} {ATTACKER}",
        f"Players: {PLAYER}, {ATTACKER};",
        f"Players: {PLAYER};",
        f"{PLAYER}," + " " * 9_000 + ATTACKER,
        # what follows
        f"{PLAYER} x",
        f"<{PLAYER}> x",
        f"{PLAYER}@attacker.example.test",
        f"{PLAYER},",
        # comments
        f"({ATTACKER}) {PLAYER}",
        f"{PLAYER} ({ATTACKER})",
        f"{PLAYER} (<{ATTACKER}>)",
        f"{PLAYER} (a (b) c)",
        f"{PLAYER} (a \\) b)",
        "player(x)@example.com",
        "player@(attacker.example.test)example.com",
        "<player@example.com(.attacker.example.test)>",
        "player@example.com (no end",
        # quotation marks
        '"player@example.com"@attacker.example.test',
        '"player"@example.com',
        f'"{ATTACKER}, " <{PLAYER}>',
        f'"Player <{ATTACKER}>" <{PLAYER}>',
        f'"Player <{ATTACKER}> <{PLAYER}>',
        f'"a\\" {ATTACKER}, "b" <{PLAYER}>',
        f'"a\\=?utf-8?q?x?=" {ATTACKER}, "\\" <{PLAYER}>',
        f'=?utf-8?q?"?= {ATTACKER}, "" <{PLAYER}>',
        f'=?utf-8?q?(?= "), {ATTACKER}, (" <{PLAYER}>',
        # encoded words
        "=?utf-8?q?player=40example.com?=",
        "=?utf-8?b?cGxheWVyQGV4YW1wbGUuY29t?=",
        "<=?utf-8?q?player=40example.com?=>",
        "=?utf-8?q?player?=@example.com",
        "player@=?utf-8?q?example.com?=",
        "=?utf-8?q?=3Cplayer=40example.com=3E?=",
        f"=?utf-8?q?Player_=3Cattacker=40attacker.example.test=3E?= <{PLAYER}>",
        f"=?utf-8?q?attacker=40attacker.example.test=2C?= <{PLAYER}>",
        # what C and a reader stop at, or do not see
        f"{PLAYER}\x00@attacker.example.test",
        f"{PLAYER}\x00",
        f"Player\x00 Example <{PLAYER}>",
        f"Player\x08 Example <{PLAYER}>",
        f"{PLAYER}\u202e",
        "pla\u200byer@example.com",
        "player@exam\u00adple.com",
        # signs that look like others
        "player＠example.com",
        "player﹫example.com",
        "player＠example.com@attacker.example.test",
        "ｐlayer@example.com",
        "player@ｅxample.com",
        "player@example。com",
        "player@example．com",
        "player@exam\u2024ple.com",
        "＜player@example.com＞",
        # one domain by the one standard, and another by the other
        "player@straße.example.com",
        "player@βόλος.example.com",
        "player@a\u200db.example.com",
        "player@xn--mnchen-3ya.exämple.com",
    ],
)
def test_what_can_be_read_in_two_ways_gives_no_sender(written: str) -> None:
    assert read(made(sender=written)).sender == ""


@pytest.mark.parametrize(
    "written",
    [
        f"=?utf-8?q?Player_=3Cplayer=40example.com=3E?= <{ATTACKER}>",
        f'"{PLAYER}" <{ATTACKER}>',
        f'"Player <{PLAYER}>" <{ATTACKER}>',
        f"Player Example <{ATTACKER}> (player at example.com)",
        "Player <player@еxample.com>",  # its first letter is Cyrillic
        "Player <player@example.com.attacker.example.test>",
    ],
)
def test_a_name_or_a_look_alike_is_never_the_players_address(written: str) -> None:
    assert read(made(sender=written)).sender != PLAYER


@pytest.mark.parametrize(
    "sender", [[PLAYER, ATTACKER], [ATTACKER, PLAYER], [PLAYER, f"Player <{PLAYER}>"], ["", PLAYER]]
)
def test_two_headers_that_say_who_it_is_from_are_nobodys(sender: list[str]) -> None:
    assert read(made(sender=sender)).sender == ""


@pytest.mark.parametrize(
    "head",
    [
        "From: {player}\r\n \r\nFrom: {attacker}\r\n\r\n",  # a line of a space ends a header, or does not
        "X: y\rFrom: {player}\r\rZ: z\r\nFrom: {attacker}\r\n\r\n",
        "X: y\r\nZ: z\rFrom: {player}\r\n\r\n",
        "X: y\r\nZ: z\nFrom: {player}\n\nBody\r\nFrom: {attacker}\r\n\r\n",
        "From: {player}\r\nno header\r\nFrom: {attacker}\r\n\r\n",
        "From: {player}\r\nFrom : {attacker}\r\n\r\n",
        "From : {attacker}\r\nFrom: {player}\r\n\r\n",
        "From\t: {attacker}\r\nFrom: {player}\r\n\r\n",
        "From\x00: {attacker}\r\nFrom: {player}\r\n\r\n",
        " From: {attacker}\r\nFrom: {player}\r\n\r\n",
        "From: {player}\r\n" + "X: y\r\n" * 5_000 + "From: {attacker}\r\n\r\n",
        "From: {player}\r\nX: " + "y" * 1_100_000 + "\r\nFrom: {attacker}\r\n\r\n",
    ],
)
def test_headers_that_another_program_may_read_otherwise_say_nobody(head: str) -> None:
    raw = head.format(player=PLAYER, attacker=ATTACKER) + "Pay me."
    assert read(raw.encode()).sender == ""


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_lines_may_end_in_either_way_and_headers_be_folded(end: str) -> None:
    lines = [
        "Return-Path: <player@example.com>",
        "From: Player",
        f"\tExample <{PLAYER}>",
        "X-Y: z",
        "",
        "Pay.",
    ]
    incoming = read(end.join(lines).encode())
    assert (incoming.sender, incoming.sender_name, incoming.text) == (PLAYER, "Player Example", "Pay.")


def test_a_mail_of_headers_alone_has_a_sender() -> None:
    assert read(f"From: {PLAYER}\r\nSubject: Pay me.\r\n".encode()).sender == PLAYER


@pytest.mark.parametrize(
    "name",
    [
        "Player\n Example",
        "=?utf-8?Q?Player=0D=0AExample?=",
        "=?utf-8?B?UGxheWVyDQpFeGFtcGxl?=",
        "=?utf-8?Q?Player=E2=80=A8Example?=",
        "=?utf-8?Q?Player=C2=85=0BExample?=",
        "Player\u2028Example",
        '"Player\u2029Example"',
        "=?utf-8?Q?=E2=80=AEPlayer_Example=E2=80=AC?=",
        "\u2066Player\u2069 \u202eExample\u200f",
        "Pla\u200byer\u00ad Exam\u2060ple\ufeff",
        "=?utf-8?Q?Player=00_Exa=1Bmple?=",
    ],
)
def test_a_name_is_one_line_that_reads_as_it_is_written(name: str) -> None:
    incoming = read(made(sender=f"{name} <{PLAYER}>"))
    assert (incoming.sender, incoming.sender_name) == (PLAYER, "Player Example")


def test_a_long_name_is_cut() -> None:
    name = read(made(sender=f"{'long ' * 500} <{PLAYER}>")).sender_name
    assert name == ("long " * 500)[:LONGEST_NAME].rstrip()
