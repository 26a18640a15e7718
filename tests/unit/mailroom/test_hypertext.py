"""HTML is read as a person would see it, and nothing of it acts."""

import pytest

from redress.mailroom import read
from redress.mailroom.hypertext import MOST_CHARACTERS, defused, to_text
from tests.support.mails import COMPLAINT, made, mail


def test_html_becomes_text_with_its_lists_tables_links_and_quotations() -> None:
    assert read(mail("built/html-only")).whole == (
        f"Withdrawal\n\n{COMPLAINT}\n\n- asked on 1 March\n- asked again on 2 March\n\n"
        "Day | Amount\n1 March | 250 €\n\n"
        "See my account <https://example.com/account?id=1> or https://example.com/help.\n\n"
        "line one\n  line two\n\n> You will be paid today."
    )


@pytest.mark.parametrize(
    "unseen",
    [
        "<script>stolen()</script>",
        "<SCRIPT type='x'>stolen()</SCRIPT >",
        "<style>.stolen{}</style>",
        "<!-- stolen -->",
        "<!--[if mso]><p>stolen</p><![endif]-->",
        "<head><title>stolen</title></head>",
        "<p style='display:none'>stolen</p>",
        "<p style='color:red; DISPLAY : none !important'>stolen</p>",
        "<div style='max-height:0px;overflow:hidden'>stolen</div>",
        "<span style='font-size:0'>stolen</span>",
        "<span style='visibility:hidden'><b>stolen</b> and more stolen</span>",
        "<p hidden>stolen</p>",
        "<svg><text>stolen</text></svg>",
        "<template>stolen</template>",
        "<img src='https://track.example.com/stolen.gif' width=1 height=1>",
        "<a href='javascript:stolen()'></a>",
        "<?stolen ?>",
        "<!stolen>",
        "<![CDATA[stolen]]>",
        "<o:p style='mso-hide:all'>stolen</o:p>",
    ],
)
def test_what_nobody_sees_is_left_out(unseen: str) -> None:
    assert to_text(f"<body><p>One.</p>{unseen}<p>Two.</p></body>").split() == ["One.", "Two."]


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("not paid <b>yet", "not paid yet"),
        ("<p>one<p>two", "one\n\ntwo"),
        ("one<br>two<br/><br>three", "one\ntwo\n\nthree"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("a &lt;b&gt; &amp; &#8364; &nope;", "a <b> & € &nope;"),
        ("<head><style>x</style><body>seen", "seen"),
        ("<textarea>typed</textarea> seen", "typed seen"),
        ("<![if !mso]>seen<![endif]>", "seen"),
        ("<noscript>seen</noscript>", "seen"),
        ("<a href='mailto:help@example.com'>write</a>", "write <help@example.com>"),
        ("<a href='https://example.com/x'>https://example.com/x</a>", "https://example.com/x"),
        ("<a href='javascript:alert(1)'>press</a>", "press"),
        ("<img alt='My account' src=x>", "[My account]"),
        ("<blockquote>one<blockquote>two</blockquote></blockquote>three", "> one\n>\n> > two\n>\nthree"),
        ("</div></p>seen</html></body>", "seen"),
        ("<ul><li>one</li><li>two</ul>", "- one\n- two"),
        ("<table><tr><td></td><td>one</td><td>two</td></tr></table>", "one | two"),
        ("<div hidden>unseen<br>unseen</div>seen", "seen"),
        ("<p title='a > b'>seen</p>", "seen"),
    ],
)
def test_careless_html_is_read_as_a_browser_would_show_it(html: str, seen: str) -> None:
    assert to_text(html).strip() == seen


HOSTILE = (
    "<a ",
    '<a x="',
    "<!--",
    "<![",
    "<!x",
    "<?",
    "</a ",
    "<script>",
    "<style",
    "<textarea><",
    "<![CDATA[",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_after_defusing_every_sign_that_begins_a_tag_has_one_that_ends_it(piece: str) -> None:
    left = defused("seen " + piece * 20_000)
    assert left.startswith("seen ")
    pieces = left.split("<")[1:]
    assert all(">" in one for one in pieces)
    assert not any(one.startswith(("!", "?")) for one in pieces)


@pytest.mark.parametrize("piece", [*HOSTILE, "<b>", "<a href=x>x<br>", "<td>x", "<blockquote><p>x"])
def test_hostile_html_gives_a_text_all_the_same(piece: str) -> None:
    assert read(made(f"<p>Not paid.</p>{piece * 5_000}", content_type="text/html")).text.startswith(
        "Not paid."
    )


def test_html_is_looked_at_up_to_its_limit() -> None:
    assert len(defused("x" * (MOST_CHARACTERS + 1))) == MOST_CHARACTERS


def test_a_style_sheet_as_long_as_the_limit_does_not_hide_the_text() -> None:
    assert to_text(f"<style>{'p{}' * MOST_CHARACTERS}</style><p>seen").strip() == "seen"
