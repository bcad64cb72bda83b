"""A page of another site, opened in a real browser, that tries what it can on a console of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.demo import Served, served
from tests.support.serving import lines, upcs

pytestmark = pytest.mark.browser

ATTACK = """async ([console, job]) => {
  const said = {}
  const attempt = async (name, does) => {
    try { said[name] = await does() } catch (error) { said[name] = error.name }
  }
  const file = new FormData()
  file.append("file", new Blob(["724383244812\\n"]), "rows.txt")
  const text = new Blob([JSON.stringify({gcs_path: "gs://draft-maker-bucket/exu2.txt"})], {type: "text/plain"})
  const pause = `${console}/api/batch/${job}/pause`, process = `${console}/api/batch/process`
  const post = (url, more) =>
    fetch(url, {method: "POST", credentials: "include", ...more}).then((answer) => answer.type)
  await attempt("blind pause", () => post(pause, {mode: "no-cors"}))
  await attempt("blind upload", () => post(`${console}/api/batch/upload`, {mode: "no-cors", body: file}))
  await attempt("blind start", () => post(process, {mode: "no-cors", body: text}))
  await attempt("start with JSON", () => post(process, {headers: {"Content-Type": "application/json"}, body: "{}"}))
  await attempt("read", () => fetch(`${console}/api/batch/jobs`).then((answer) => answer.text()))
  await attempt("beacon", () => navigator.sendBeacon(process, text))
  await attempt("picture", () => new Promise((done) => {
    const picture = new Image()
    picture.onload = () => done("shown")
    picture.onerror = () => done("refused")
    picture.src = `${console}/favicon.png`
  }))
  await attempt("websocket", () => new Promise((done) => {
    const socket = new WebSocket(`${console.replace("http", "ws")}/_stcore/stream`, ["streamlit"])
    socket.onopen = () => done("open")
    socket.onerror = () => done("refused")
  }))
  for (const kind of ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]) {
    await attempt(`form ${kind}`, () => new Promise((done) => {
      const frame = Object.assign(document.createElement("iframe"), {name: kind, onload: () => done("answered")})
      const form = Object.assign(document.createElement("form"), {
        method: "post", action: pause, target: kind, enctype: kind,
      })
      document.body.append(frame, form)
      form.submit()
    }))
  }
  return said
}"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("console")
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    with served(folder, "console", **own) as running:
        yield running


@pytest.fixture(scope="module")
def evil() -> Iterator[str]:
    """Serve an empty page under a name of somebody else's."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><body>")

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://evil.example:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("site", ["evil.example", "127.0.0.1"])
def test_a_foreign_page_changes_and_reads_nothing(console: Served, evil: str, page: Page, site: str) -> None:
    job_id = console.upload(lines(upcs(2)))
    before, refused = console.stored(), console.log.count("Pages of other sites may not use this console")
    page.goto(evil.replace("evil.example", site))
    said = page.evaluate(ATTACK, [console.url, job_id])
    assert console.stored() == before
    sent = [said[name] for name in ("blind pause", "blind upload", "blind start")]
    assert sent == ["TypeError"] * 3  # they arrived, and the browser keeps from the page that they were answered
    assert console.log.count("Pages of other sites may not use this console") >= refused + len(sent)
    assert (said["read"], said["start with JSON"]) == ("TypeError", "TypeError")
    assert (said["websocket"], said["picture"]) == ("refused", "refused")
    assert console.job(job_id)["status"] == "pending"


def test_a_name_that_is_made_to_lead_here_changes_and_reads_nothing(console: Served, page: Page) -> None:
    job_id = console.upload(lines(upcs(2)))
    before = console.stored()
    answer = page.goto(f"http://evil.example:{urlsplit(console.url).port}/")
    assert answer is not None
    assert (answer.status, "add it to DM_HOSTS" in answer.text()) == (421, True)
    rebound = page.evaluate(
        """async (job) => [
            await fetch(`/api/batch/${job}/pause`, {method: "POST"}).then((answer) => answer.status),
            await fetch("/api/batch/jobs").then((answer) => answer.status),
            await new Promise((done) => {
                const socket = new WebSocket(`ws://${location.host}/_stcore/stream`, ["streamlit"])
                socket.onopen = () => done("open")
                socket.onerror = () => done("refused")
            }),
        ]""",
        job_id,
    )
    assert rebound == [421, 421, "refused"]
    assert console.stored() == before


def test_a_frame_on_a_foreign_page_shows_nothing(console: Served, evil: str, page: Page) -> None:
    page.goto(evil)
    page.set_content(f'<iframe src="{console.url}/new"></iframe>')
    (_, frame) = page.frames
    frame.wait_for_load_state()
    assert frame.get_by_text("New batch").count() == 0


def test_our_own_page_may_do_what_a_foreign_one_may_not(console: Served, context: BrowserContext) -> None:
    job_id, page = console.upload(lines(upcs(2))), context.new_page()
    batches = console.get("/api/batch/jobs")["total"]
    page.goto(console.url)
    said = page.evaluate(ATTACK, [console.url, job_id])
    assert (said["blind pause"], said["websocket"], said["picture"]) == ("basic", "open", "shown")
    assert console.job(job_id)["status"] == "paused"
    assert console.get("/api/batch/jobs")["total"] == batches + 1  # the upload
