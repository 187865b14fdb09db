"""Batches as staff and programs use them: a real server, its own worker, a real browser."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from estimator.web import Settings, create_app
from tests.sheets.grids.bad_files import BAD
from tests.web.browsing import WIDE, can_be_used

ROWS = "patient_ref,clinic_id,plan_id,months,note\n" + "".join(
    f"{number:04},boston-sample,bcbsma-archetype-ppo,{12 if number % 50 else 'x'},=1+1\n"
    for number in range(200)
)
PATIENCE = 240


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `estimator serve` on an empty database."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ESTIMATOR_DATABASE_URL": f"sqlite:///{folder}/it.sqlite3"}
    command = [sys.executable, "-m", "estimator", "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    wait_for(lambda: answers(address))
    yield address
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/readyz", timeout=PATIENCE).ok
    except requests.RequestException:
        return False


def wait_for(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.2)


def send(address: str, text: str | bytes = ROWS, name: str = "patients.csv", **headers: str) -> Any:
    files = {"file": (name, text)}
    url = f"{address}/api/v1/batches"
    return requests.post(url, files=files, headers=headers, timeout=PATIENCE)


def finished(address: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def ended() -> bool:
        found.update(requests.get(f"{address}/api/v1/batches/{name}", timeout=PATIENCE).json())
        return found["state"] in ("done", "failed", "cancelled")

    wait_for(ended)
    return found


def test_a_program_sends_a_file_and_takes_its_results(served: str) -> None:
    accepted = send(served, **{"Idempotency-Key": "one"})
    again = send(served, **{"Idempotency-Key": "one"})
    other = send(served, ROWS + "x,,,,\n", **{"Idempotency-Key": "one"})

    name = accepted.json()["batch"]
    done = finished(served, name)
    results = requests.get(f"{served}/api/v1/batches/{name}/results.csv", timeout=PATIENCE)

    assert accepted.status_code == 202
    assert accepted.headers["Location"] == f"/api/v1/batches/{name}"
    assert again.json()["batch"] == name
    assert other.status_code == 409
    assert (done["state"], done["rows"], done["errors"]) == ("done", 200, 4)
    assert results.headers["Content-Disposition"].startswith("attachment")
    assert len(results.text.splitlines()) == 201
    assert "'=1+1" in results.text


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_one_finding_at_once(served: str, what: str) -> None:
    content, ending, code = BAD[what]

    refused = send(served, content, f"patients{ending}")

    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [each["code"] for each in refused.json()["findings"]] == [code]
    assert answers(served)


def test_without_a_secret_postgresql_says_what_to_set(postgres_url: str) -> None:
    app = create_app(Settings(database_url=postgres_url))
    client = app.test_client()

    asked = client.post("/api/v1/batches", data={"file": (BytesIO(ROWS.encode()), "patients.csv")})
    page = client.post(
        "/batches",
        data={"file": (BytesIO(ROWS.encode()), "patients.csv")},
        headers={"Origin": "http://localhost"},
    )

    assert (asked.status_code, page.status_code) == (503, 503)
    assert asked.json
    assert "Set ESTIMATOR_SECRET_KEY" in asked.json["detail"]
    assert "Set ESTIMATOR_SECRET_KEY" in page.text
    for source in app.extensions["estimator"].values():
        source.database().close()


def test_a_file_of_another_kind_is_one_finding(served: str) -> None:
    refused = send(served, "patient_ref\na\n", "a.pdf")

    assert [each["code"] for each in refused.json()["findings"]] == ["not-a-batch-file"]


def test_a_file_that_is_too_large_is_one_finding(served: str) -> None:
    answer = said_to(served, 300 * 1024**2)

    assert answer.startswith("HTTP/1.1 422")
    assert "The file is over 256 MB." in answer
    assert "Split it into several files." in answer


def said_to(address: str, length: int) -> str:
    """What a request is answered that says it is so long, before its file is sent."""
    with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), 30) as connection:
        connection.sendall(
            b"POST /api/v1/batches HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n" % length
        )
        return connection.makefile("rb").read().decode()


def test_what_is_not_there_and_what_is_no_file_are_problems(served: str) -> None:
    assert requests.get(f"{served}/api/v1/batches/none", timeout=PATIENCE).status_code == 404
    assert requests.get(f"{served}/batches/none", timeout=PATIENCE).status_code == 404
    posted = requests.post(f"{served}/api/v1/batches", json={}, timeout=PATIENCE)
    assert posted.status_code == 415
    name = send(served).json()["batch"]
    finished(served, name)
    cancelled = requests.post(f"{served}/api/v1/batches/{name}/cancel", timeout=PATIENCE)
    assert cancelled.status_code == 409


def opened(browser: Browser, address: str, **options: Any) -> Page:
    context = browser.new_context(viewport={"width": WIDE, "height": 800}, **options)
    page = context.new_page()
    page.goto(address)
    return page


def choose(page: Page, folder: Path, text: str = ROWS) -> None:
    path = folder / "patients.csv"
    path.write_text(text)
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="Send").click()


@pytest.mark.parametrize("script", [True, False])
def test_staff_send_a_file_watch_it_and_take_the_results(
    browser: Browser, served: str, tmp_path: Path, script: bool
) -> None:
    page = opened(browser, f"{served}/batches", java_script_enabled=script)
    if script:
        can_be_used(page)
    choose(page, tmp_path)

    expect(page.locator("#state")).to_have_text("Done", timeout=PATIENCE * 1000)
    expect(page.get_by_text("200 of 200")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Workbook (.xlsx)").click()
    assert download.value.suggested_filename == "patients-estimates.xlsx"
    if script:
        can_be_used(page)
    page.context.close()


def test_a_file_with_a_problem_says_so_on_the_page(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    page = opened(browser, f"{served}/batches")
    choose(page, tmp_path, "patient_ref\n")

    expect(page.locator("#outcome")).to_be_focused()
    expect(page.locator("#outcome")).to_contain_text("no patients")
    can_be_used(page)
    page.context.close()


def test_the_page_of_a_batch_that_is_removed_meanwhile_says_so(
    browser: Browser, served: str
) -> None:
    header, *rows = ROWS.splitlines()
    name = send(served, "\n".join([header, *rows * 200])).json()["batch"]
    page = opened(browser, f"{served}/batches/{name}")
    expect(page.locator("#state")).not_to_have_text("Done")

    requests.post(f"{served}/batches/{name}/delete", headers={"Origin": served}, timeout=10)

    expect(page.locator("#state")).to_have_count(0, timeout=PATIENCE * 1000)
    expect(page.get_by_text("There is no page at this address")).to_be_visible()
    page.context.close()


def test_which_column_it_is_is_asked_where_it_is_not_known(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    page = opened(browser, f"{served}/batches")
    choose(page, tmp_path, ROWS.replace("patient_ref", "chart number"))

    expect(page.get_by_label("patient_ref (required)")).to_be_visible(timeout=PATIENCE * 1000)
    can_be_used(page)
    page.get_by_label("patient_ref (required)").select_option("chart number")
    page.get_by_role("button", name="Go on").click()

    expect(page.locator("#state")).to_have_text("Done", timeout=PATIENCE * 1000)
    page.context.close()


def test_the_answer_is_mended_and_sent_again_for_its_rows_alone(
    browser: Browser, served: str, tmp_path: Path
) -> None:
    page = opened(browser, f"{served}/batches")
    choose(page, tmp_path)
    expect(page.locator("#state")).to_have_text("Done", timeout=PATIENCE * 1000)
    expect(page.get_by_role("heading", name="Rows to mend")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Text (.csv)").click()
    answer = download.value.path().read_text()

    page.get_by_role("link", name="Send the corrected rows").click()
    can_be_used(page)
    choose(page, tmp_path, answer.replace(",x,", ",12,"))

    expect(page.locator("#state")).to_have_text("Done", timeout=PATIENCE * 1000)
    expect(page.get_by_text("4 of 4")).to_be_visible()
    expect(page.get_by_text("are an earlier answer")).to_be_visible()
    expect(page.get_by_role("heading", name="Rows to mend")).to_have_count(0)
    page.context.close()
