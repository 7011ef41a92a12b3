import html

from coursekit.palette import boxed, escaped


def test_a_text_is_escaped_as_html_escape_does():
    text = "".join(map(chr, range(0x250))) + "&amp; <b class='x'>\"✓\""
    assert escaped(text) == html.escape(text)


def test_a_box_holds_its_page():
    assert boxed("<b>a</b>", "#123456").count("<b>a</b></div>") == 1
    assert "solid #123456" in boxed("", "#123456")
