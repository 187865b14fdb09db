"""The widget where somebody pasted its address into WordPress: replayed, filter and script.

What WordPress does is told from its sources (wp-includes/embed.php and js/wp-embed.js): of an
answer by a provider it does not know it keeps a blockquote and a frame with few attributes, puts
the frame into ``sandbox="allow-scripts"`` and listens for its height.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.web.widget.conftest import Site
from tests.web.widget.journey import in_reach, to_answer
from tests.web.widget.test_embed import visited

SECRET = "aB3dE6gH9j"
KEPT = {
    "a": {"href"},
    "blockquote": set(),
    "iframe": {
        *("src", "width", "height", "frameborder", "marginwidth", "marginheight"),
        *("scrolling", "title"),
    },
}
LISTENER = """<script>
addEventListener("message", (event) => {
  const data = event.data;
  if (!data || !(data.secret || data.message || data.value)) return;
  if (/[^a-zA-Z0-9]/.test(data.secret)) return;
  for (const quote of document.querySelectorAll(`blockquote[data-secret="${data.secret}"]`))
    quote.style.display = "none";
  for (const frame of document.querySelectorAll(`iframe[data-secret="${data.secret}"]`)) {
    if (event.source !== frame.contentWindow) continue;
    frame.removeAttribute("style");
    if (data.message === "height") {
      let height = parseInt(data.value, 10);
      if (height > 1000) height = 1000; else if (~~height < 200) height = 200;
      frame.height = height;
    }
    if (data.message === "link" && new URL(data.value).host === new URL(frame.src).host
        && document.activeElement === frame) window.top.location.href = data.value;
  }
});
</script>"""


class Kses(HTMLParser):
    """Keeps the elements and attributes that WordPress keeps."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.kept = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in KEPT:
            told = "".join(f' {k}="{escape(v or "")}"' for k, v in attrs if k in KEPT[tag])
            self.kept += f"<{tag}{told}>"

    def handle_endtag(self, tag: str) -> None:
        if tag in KEPT:
            self.kept += f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self.kept += escape(data)


def filtered(html: str) -> str:
    """Return what WordPress makes of an oEmbed answer's HTML."""
    parts = re.search(r"(<blockquote>.*?</blockquote>)?.*(<iframe.*?></iframe>)", Kses(html).kept)
    assert parts is not None
    html = (parts[1] or "") + parts[2]
    source = re.search(r" src=(['\"])(.*?)\1", html)
    assert source is not None
    secret = f' src="{source[2]}#?secret={SECRET}" data-secret="{SECRET}"'
    html = html.replace(source[0], secret).replace(
        "<blockquote", f'<blockquote data-secret="{SECRET}"'
    )
    html = html.replace("<iframe", '<iframe style="position: absolute; visibility: hidden;"')
    html = html.replace("<blockquote", '<blockquote class="wp-embedded-content"')
    sandbox = 'class="wp-embedded-content" sandbox="allow-scripts" security="restricted"'
    return html.replace("<iframe", f"<iframe {sandbox}")


def discovered(page_url: str) -> dict[str, object]:
    """Return what WordPress finds from an address that somebody pasted."""
    page = requests.get(page_url, timeout=60).text[:150_000]
    link = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)
    assert link is not None
    found = requests.get(link[1].replace("&amp;", "&"), params={"maxwidth": "600"}, timeout=60)
    answer: dict[str, object] = found.json()
    return answer


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_pasted_address_works_all_the_way(
    browser: Browser, costs: str, site: Site, lang: str
) -> None:
    answer = discovered(f"{costs}/cost/main?lang={lang}")
    html = LISTENER + filtered(str(answer["html"]))
    with visited(browser, site.page(html)) as page:
        frame = page.frame_locator("iframe.wp-embedded-content")
        expect(page.locator("iframe")).to_be_visible()
        expect(page.locator("blockquote")).to_be_hidden()
        first = int(page.locator("iframe").get_attribute("height") or 0)
        to_answer(frame)
        expect(page.locator("iframe")).to_have_attribute("height", "1000")

        assert (answer["version"], answer["type"]) == ("1.0", "rich")
        assert 500 <= first <= 1000
        expect(frame.locator("html")).to_have_attribute("lang", lang)
        expect(frame.locator("#print")).to_be_hidden()
        expect(frame.locator(".help")).to_be_in_viewport()
        in_reach(frame.locator("#full-to-print a"), frame).click()
        page.wait_for_url(f"{costs}/cost/main?lang={lang}")


def test_without_scripts_the_link_remains(browser: Browser, costs: str, site: Site) -> None:
    html = filtered(str(discovered(f"{costs}/cost/main")["html"]))
    with visited(browser, site.page(html), java_script_enabled=False) as page:
        expect(page.get_by_role("link")).to_have_attribute("href", f"{costs}/cost/main?lang=en")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("{costs}/cost/main", 200),
        ("{costs}/cost/main?lang=es&utm=1", 200),
        ("{costs}/cost/nowhere", 404),
        ("{costs}/", 404),
        ("{costs}.example.org/cost/main", 404),
        ("https://example.org/cost/main", 404),
        ("javascript:alert(1)", 404),
        ("http://[::1", 404),
        ("", 404),
    ],
)
def test_only_our_own_pages_are_told_about(costs: str, asked: str, status: int) -> None:
    url = asked.replace("{costs}", costs)
    found = requests.get(f"{costs}/oembed", params={"url": url, "format": "json"}, timeout=60)

    assert found.status_code == status
    assert found.headers["Content-Type"].startswith(
        "application/json" if status == 200 else "text/html"
    )


def test_xml_is_not_spoken(costs: str) -> None:
    asked = {"url": f"{costs}/cost/main", "format": "xml"}

    assert requests.get(f"{costs}/oembed", params=asked, timeout=60).status_code == 501
