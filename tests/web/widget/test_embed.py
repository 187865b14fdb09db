"""The widget on sites that are not ours, in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from estimator.web.widget import files
from tests.web.browsing import AXE, RULES, violations
from tests.web.widget.conftest import OTHER_SITE, Site
from tests.web.widget.journey import (
    STATES,
    element,
    frame_of,
    go,
    in_reach,
    ready,
    to_about,
    to_answer,
    to_error,
    to_stand,
)

INNER = """() => {
    const root = document.documentElement;
    return [root.scrollHeight, innerHeight, root.scrollWidth, innerWidth];
}"""
PATIENCE = 10
WIDTHS = (280, 320, 360, 414, 480, 540, 600, 720, 840, 960, 1080, 1200)


@contextmanager
def visited(browser: Browser, url: str, *, quiet: bool = True, **options: Any) -> Iterator[Page]:
    """Open a page as somebody new; what the console says is a fault unless it is expected."""
    context = browser.new_context(**options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    yield page
    assert context.cookies() == []
    assert not quiet or said == []
    context.close()


def size(page: Page, number: int = 0) -> tuple[float, ...]:
    """Return height and room of a frame's page, then its width and room."""
    return tuple(frame_of(page, number).locator("html").evaluate(INNER))


def settled(page: Page, number: int = 0) -> tuple[float, ...]:
    """Return the sizes once the frame is as wide as its place and its height has been told.

    What does not fit in time is returned as it is.
    """
    ready(page, number)
    place = page.locator("ketamine-cost-estimator >> iframe").nth(number)
    until = time.monotonic() + PATIENCE
    while True:
        height, room, width, across = now = size(page, number)
        fits = height <= room and width <= across
        if fits and across == place.evaluate("each => each.clientWidth"):
            return now
        if time.monotonic() > until:
            return now
        page.wait_for_timeout(25)


@pytest.mark.parametrize("state", STATES)
def test_no_width_and_no_state_has_an_inner_scrollbar(
    browser: Browser, costs: str, site: Site, state: str
) -> None:
    with visited(browser, site.page(element(costs, lang="es"))) as page:
        STATES[state](frame_of(page))
        for width in WIDTHS:
            page.set_viewport_size({"width": width + 16, "height": 700})
            height, room, across, wide = settled(page)
            assert height <= room, (width, height, room)
            assert across <= wide, (width, across, wide)


def test_five_on_one_page_do_not_meet(browser: Browser, costs: str, site: Site) -> None:
    kinds = [("main", "en"), ("branch", "es"), ("main", "es"), ("branch", "en"), ("main", "en")]
    html = "".join(element(costs, clinic, lang=lang) for clinic, lang in kinds)
    with visited(browser, site.page(html), viewport={"width": 900, "height": 5000}) as page:
        to_about(frame_of(page, 2))
        go(frame_of(page, 2))

        expect(frame_of(page, 2).locator("h1")).to_have_text("Su cálculo")
        for number, (_, lang) in enumerate(kinds):
            expect(frame_of(page, number).locator("html")).to_have_attribute("lang", lang)
            if number != 2:
                expect(frame_of(page, number).locator("[name=step]")).to_have_value("insurance")
        heights = [settled(page, number)[1] for number in range(5)]
        assert heights[2] > heights[0]
        assert heights[0] == heights[4]


HOSTILE = """<style>
* { all: unset !important; color: red !important; font: 70px fantasy !important }
iframe { width: 9px !important; height: 9px !important; display: none !important }
ketamine-cost-estimator iframe, ketamine-cost-estimator > * { visibility: hidden !important }
div { float: left !important } a { pointer-events: none !important }
</style><div>A site</div>"""


def test_a_hostile_style_sheet_cannot_reach_in(browser: Browser, costs: str, site: Site) -> None:
    with visited(browser, site.page(HOSTILE + element(costs))) as page:
        frame = frame_of(page)
        ready(page)
        color = frame.locator("h1").evaluate("each => getComputedStyle(each).color")
        wide, high = (
            (page.locator("ketamine-cost-estimator >> iframe").bounding_box() or {}).get(
                "width", 0
            ),
            settled(page)[1],
        )

        assert color != "rgb(255, 0, 0)"
        assert wide > 1000
        assert high > 300


def test_nothing_outside_the_element_changes(browser: Browser, costs: str, site: Site) -> None:
    html = '<main id="host"><p>Words of the site</p></main>' + element(costs)
    seen = """() => [
        document.head.innerHTML, document.getElementById("host").outerHTML,
        document.body.className + document.documentElement.className,
        document.body.getAttribute("style"), document.querySelectorAll("body > *").length,
        Object.keys(window).filter(name => /kce|ketamine|estimator/i.test(name)).join()]"""
    with visited(browser, site.page(html.replace("async ", 'data-held="" '))) as page:
        expect(frame_of(page).locator("h1")).to_be_visible()
        after = page.evaluate(seen)

    assert after[0] == '<title>A site</title><link rel="icon" href="data:,">'
    assert after[1:] == ['<main id="host"><p>Words of the site</p></main>', "", None, 3, ""]


FORGED = [
    {"kce": 1, "id": "i1", "type": "height", "height": 9999},
    {"kce": 1, "id": "i2", "type": "height", "height": 9999},
    {"kce": 2, "id": "i1", "type": "height", "height": 9999},
    {"kce": "1", "id": "i1", "type": "height", "height": 9999},
    {"kce": 1, "id": "i1", "type": "height", "height": "9999"},
    {"kce": 1, "id": "i1", "type": "height", "height": None},
    {"kce": 1, "id": "i1", "type": "height"},
    {"kce": 1, "id": "i1", "type": "ready"},
    {"kce": 1, "id": "i1", "type": "link", "href": "https://example.org"},
    {"message": "height", "value": 9999, "secret": "abcdefghij"},
    {"message": "link", "value": "https://example.org", "secret": "abcdefghij"},
    *("kce", 1, None, True, [], {}, [1], "height:9999"),
    *({"kce": 1, "id": each, "type": "height", "height": 9999} for each in ("", 0, None, "i", [])),
    *({"kce": 1, "type": each, "height": 9999} for each in ("", 1, None, "HEIGHT", "resize", {})),
]


def test_forged_messages_are_ignored(browser: Browser, costs: str, site: Site) -> None:
    assert len(FORGED) >= 30
    forge = """([forged, from]) => {
        const other = document.createElement("iframe");
        document.body.append(other);
        for (const each of forged) {
            from === "page" ? postMessage(each, "*") : other.contentWindow.eval(
                `parent.postMessage(${JSON.stringify(each === undefined ? null : each)}, "*")`);
        }
    }"""
    count = """<script>
        window.readies = 0;
        addEventListener("kce:ready", () => { window.readies += 1 });
    </script>"""
    with visited(browser, site.page(count + element(costs))) as page:
        page.wait_for_function("window.readies === 1")
        before = settled(page)
        for sender in ("page", "another frame"):
            page.evaluate(forge, [FORGED, sender])
            page.wait_for_timeout(150)

        assert size(page) == before
        assert page.evaluate("window.readies") == 1
        assert page.url.startswith("http://clinic.localhost")


def test_a_height_from_the_frame_itself_is_kept_within_bounds(
    browser: Browser, costs: str, site: Site
) -> None:
    with visited(browser, site.page(element(costs))) as page:
        ready(page)
        for told, kept in ((1, "200px"), (10**9, "20000px"), (512.2, "513px")):
            frame_of(page).locator("body").evaluate(
                "(_, height) => parent.postMessage({kce: 1, id: location.hash.slice(5), "
                "type: 'height', height}, '*')",
                told,
            )
            style = page.locator("ketamine-cost-estimator >> iframe")
            expect(style).to_have_css("height", kept)


def test_a_site_that_is_not_listed_is_refused(browser: Browser, costs: str, site: Site) -> None:
    url = site.page(element(costs), host=OTHER_SITE)
    with visited(browser, url, quiet=False) as page:
        page.wait_for_timeout(400)

        assert all("/embed/frame/" not in frame.url for frame in page.frames)
        assert frame_of(page).get_by_text("Your insurance").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("state", ["first", "answer"])
def test_everybody_can_use_it_inside_a_site(
    browser: Browser, costs: str, site: Site, state: str, theme: str
) -> None:
    url = site.page(element(costs, lang="es", theme=theme))
    with visited(browser, url, quiet=False) as page:  # the checker's own styles are blocked here
        ready(page)
        STATES[state](frame_of(page))
        expect(frame_of(page).locator("html")).to_have_attribute("data-theme", theme)
        frame = next(each for each in page.frames if "/embed/frame/" in each.url)
        frame.evaluate(AXE.read_text("utf-8"))
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            settled(page)
            assert violations(frame, RULES) == []


def test_a_site_with_a_strict_policy_needs_two_lines(
    browser: Browser, costs: str, site: Site
) -> None:
    rules = ("default-src 'none'", "img-src data:", "require-trusted-types-for 'script'")
    policy = "; ".join((*rules, f"script-src {costs}", f"frame-src {costs}"))
    url = site.page(element(costs), Content_Security_Policy=policy)
    with visited(browser, url) as page:
        to_answer(frame_of(page))
        height, room, *_ = settled(page)
        assert height <= room


def test_a_pinned_loader_runs_under_its_published_hash(
    browser: Browser, costs: str, site: Site
) -> None:
    listed = requests.get(f"{costs}/embed/versions.json", timeout=60).json()
    newest = listed["versions"][listed["newest"]]
    script = (
        f'<script async src="{newest["url"]}" integrity="{newest["integrity"]}" '
        'crossorigin="anonymous"></script>'
    )
    html = re.sub(r"<script.*?</script>", script, element(costs))
    with visited(browser, site.page(html)) as page:
        expect(frame_of(page).locator("h1")).to_be_visible()

    wrong = html.replace(newest["integrity"][7:11], "AAAA")
    with visited(browser, site.page(wrong), quiet=False) as page:
        expect(page.get_by_role("link", name="Costs")).to_be_visible()


@pytest.mark.parametrize("version", files.LOADERS)
def test_a_published_loader_never_changes_and_stays_small(version: str) -> None:
    data = files.loader(f"v{version}")

    assert data is not None
    assert files.integrity(data) == files.LOADERS[version]
    assert len(files.packed(data)) <= 1_536


def test_the_first_view_is_four_requests_and_light(
    browser: Browser, costs: str, site: Site
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.page(element(costs)))
    expect(frame_of(page).locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    context.close()

    ours = [url.partition("#")[0] for url in asked if url.startswith(costs)]
    packed = {"Accept-Encoding": "gzip"}
    sizes = [
        len(requests.get(url, headers=packed, stream=True, timeout=60).raw.read()) for url in ours
    ]
    assert len(ours) <= 4
    assert sum(sizes) <= 25_000
    assert all(url.startswith((costs, "http://clinic.localhost")) for url in asked)


def test_nothing_below_the_element_jumps(browser: Browser, costs: str, site: Site) -> None:
    shift = """() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => { for (const each of list.getEntries()) sum += each.value })
            .observe({type: "layout-shift", buffered: true});
        setTimeout(() => done(sum), 300);
    })"""
    below = "<p>Words below</p>" * 20
    for width in (320, 390, 768, 1280):
        html = element(costs, style="display:block;min-height:45rem") + below
        shape = {"width": width, "height": 800}
        with visited(browser, site.page(html), viewport=shape) as page:
            ready(page)
            assert page.evaluate(shift) <= 0.02, width


WATCH = """<script>window.heard = [];
    for (const name of ["kce:ready", "kce:answer", "kce:step", "change", "input", "message"])
        addEventListener(name, event => heard.push(
            [name, event.detail || null, event.data || null]), true);
    </script>"""
COUNT = "() => { try { return localStorage.length } catch { return 'none' } }"


def type_everything(frame: Any) -> None:
    to_stand(frame)
    frame.locator("[name^=met_]").first.fill("431.17")
    go(frame)
    frame.locator("#age").fill("47")
    frame.locator("#annual_income").fill("28391")
    go(frame)
    expect(frame.locator("[name=step]")).to_have_value("answer")


def test_what_somebody_types_stays_out_of_addresses_events_and_storage(
    browser: Browser, costs: str, site: Site
) -> None:
    asked: list[tuple[str, dict[str, str]]] = []
    with visited(browser, site.page(WATCH + element(costs))) as page:
        page.on("request", lambda request: asked.append((request.url, request.headers)))
        type_everything(frame_of(page))
        heard = json.dumps(page.evaluate("window.heard"))
        kept = frame_of(page).locator("body").evaluate(COUNT)
        hosts = page.evaluate("localStorage.length + sessionStorage.length")

    typed = ("431", "28391", "gold", "47.")
    assert not [url for url, _ in asked for word in typed if word in url]
    assert not [word for word in ("431.17", "28391", "gold", "$", "ketamine") if word in heard]
    told = {tuple(each[2] or {}) for each in json.loads(heard)}
    assert told <= {(), ("kce", "id", "type", "height"), ("kce", "id", "type")}
    assert (kept, hosts) == ("none", 0)
    ours = [headers for url, headers in asked if url.startswith(costs)]
    assert len(ours) >= 4
    assert not [each for each in ours if each.get("referer") or each.get("cookie")]
    assert sum("/embed/plans/" in url for url, _ in asked) == 1


def test_an_error_is_shown_and_focused_in_the_frame(
    browser: Browser, costs: str, site: Site
) -> None:
    with visited(browser, site.page(element(costs))) as page:
        to_error(frame_of(page))

        expect(frame_of(page).locator(".errors")).to_be_focused()
        in_reach(frame_of(page).locator(".errors a"), frame_of(page)).click()
        expect(frame_of(page).locator("#age")).to_be_focused()


PRESSED = """[
    document.getElementById("kce").hasAttribute("aria-busy"),
    document.querySelector("[name=step]").value]"""


def test_a_double_press_goes_one_step(browser: Browser, costs: str) -> None:
    with visited(browser, f"{costs}/cost/main", viewport={"width": 390, "height": 700}) as page:
        to_stand(page)
        button = in_reach(page.locator("button.main"), page)
        box = button.bounding_box()
        assert box is not None
        button.click()
        expect(page.locator("[name=step]")).to_have_value("about")
        below = page.locator("button.main")
        to_same_place = "(each, top) => scrollBy(0, each.getBoundingClientRect().top - top)"
        below.evaluate(to_same_place, box["y"])
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down(click_count=2)
        page.mouse.up(click_count=2)
        assert page.evaluate(f"({PRESSED}).join()") == "false,about"

        below.click()
        expect(page.locator("[name=step]")).to_have_value("answer")


def test_pressing_again_while_it_waits_asks_once(browser: Browser, costs: str) -> None:
    held: list[Route] = []
    with visited(browser, f"{costs}/cost/main") as page:
        to_stand(page)
        page.route("**/*", lambda route: held.append(route))  # noqa: PLW0108 its driver marks it
        for _ in range(3):
            go(page)
        until = time.monotonic() + PATIENCE
        while not held and time.monotonic() < until:
            page.wait_for_timeout(25)
        assert len(held) == 1
        held[0].continue_()
        expect(page.locator("[name=step]")).to_have_value("about")
        assert len(held) == 1


def test_who_is_quicker_than_the_list_of_plans_goes_on(browser: Browser, costs: str) -> None:
    held: list[Route] = []
    with visited(browser, f"{costs}/cost/main") as page:
        page.route("**/embed/plans/**", lambda route: held.append(route))  # noqa: PLW0108
        page.locator("[name=insurance][value=plan]").check()
        with page.expect_request("**/embed/plans/**"):
            page.locator("#plan").press_sequentially("gold")
        page.keyboard.press("Enter")
        expect(page.locator("[name=step]")).to_have_value("stand")
        with page.expect_response("**/embed/plans/**"):
            held[0].continue_()
        page.wait_for_load_state("networkidle")

        expect(page.locator("[name=step]")).to_have_value("stand")


def test_a_lost_connection_is_told_and_what_was_typed_stays(
    browser: Browser, costs: str, site: Site
) -> None:
    with visited(browser, site.page(element(costs)), quiet=False) as page:
        frame = frame_of(page)
        to_about(frame)
        frame.locator("#age").fill("47")
        page.route("**/embed/frame/**", lambda route: route.abort())
        go(frame)

        expect(frame.locator("#trouble")).to_contain_text("Check your connection")
        expect(frame.locator("#age")).to_have_value("47")


def test_attributes_can_change_and_the_element_can_move(
    browser: Browser, costs: str, site: Site
) -> None:
    with visited(browser, site.page("<div id=to></div>" + element(costs))) as page:
        expect(frame_of(page).locator("h1")).to_have_text("What would treatment cost you?")
        page.evaluate(
            "document.querySelector('ketamine-cost-estimator').setAttribute('lang', 'es')"
        )
        expect(frame_of(page).locator("h1")).to_have_text("¿Cuánto le costaría el tratamiento?")
        page.evaluate(
            "document.getElementById('to').append(document.querySelector('ketamine-cost-estimator'))"
        )
        height, room, *_ = settled(page)
        assert height <= room


def test_the_help_bar_stays_in_view_while_the_page_scrolls(
    browser: Browser, costs: str, site: Site
) -> None:
    shape = {"width": 390, "height": 700}
    with visited(browser, site.page(element(costs)), viewport=shape) as page:
        to_answer(frame_of(page))
        bar = page.locator("ketamine-cost-estimator >> a[href='tel:988']")
        for top in (0, 900, 2000):
            page.evaluate("top => scrollTo(0, top)", top)
            box = bar.bounding_box()
            assert box is not None
            assert 0 <= box["y"] <= 700 - box["height"]
        expect(frame_of(page).locator(".help")).to_be_hidden()
