"""What the app refuses: each attack is tried, and no answer is ever a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dash
import flask
import pytest
from builders_callbacks import callback_request, server_callbacks
from builders_report import write_run
from flask.testing import FlaskClient

from dashboards import ids, safety
from dashboards.app import create_app
from dashboards.run_data import RunError
from dashboards.safety_messages import answer_problem, notice, tell_problem
from dashboards.view import PAGES
from dashboards.words import languages, words

CALLBACK = "/_dash-update-component"
ASSETS = Path(safety.__file__).with_name("assets")
UP = "../" * 12
HOSTILE: dict[str, Any] = {
    "nothing": None,
    "empty": "",
    "negative": -1,
    "vast": 10**30,
    "fraction": 1e308,
    "true": True,
    "list": [],
    "deep": [[[[[[[["x"]]]]]]]],
    "table": {},
    "table of tables": {"page": {"run": [1]}, "lang": ["fr"], "cell": {"a": 1}, "service": 7},
    "path": UP + "etc/passwd",
    "markup": "<img src=x onerror=alert(1)>",
    "long": "x" * 200_000,
    "half a character": "\ud800",
    "control characters": "\x00\x1b[31m\r\nSet-Cookie: a=b",
    "another run": {"page": "gaps", "lang": "en", "run": "another", "cell": "8928308280fffff"},
    "click": {"cell": 10**9, "lat": "x", "lon": None, "feature": {"kind": [], "id": {}}, "n": -1},
    "scenario": {"name": 3, "modifications": [{"type": "no_such", "file": UP}, 5, None], "key": UP},
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> dash.Dash:
    made = create_app(
        [write_run(tmp_path_factory.mktemp("runs") / "hexville")], allow_hosts=["map.example.org"]
    )
    made.server.testing = False
    return made


@pytest.fixture
def client(app: dash.Dash) -> Iterator[FlaskClient]:
    with closing_client(app) as made:
        yield made


@contextmanager
def closing_client(app: dash.Dash) -> Iterator[FlaskClient]:
    """A client whose answers are read whole, so that no file stays open."""
    made = app.server.test_client()
    ask = made.open
    made.open = lambda *given, **more: ask(*given, buffered=True, **more)  # type: ignore[method-assign]
    yield made


@pytest.fixture(scope="module")
def callbacks(app: dash.Dash) -> list[dict[str, Any]]:
    return server_callbacks(app.server.test_client().get("/_dash-dependencies").get_json())


def view(**more: str) -> dict[str, str]:
    return {"page": "gaps", "lang": "fr", "run": "hexville", **more}


def is_no_traceback(answer: Any) -> bool:
    text = answer.get_data(as_text=True)
    return "Traceback" not in text and not re.search(r'File \\?".*line \d+', text)


# --- headers


@pytest.mark.parametrize(
    "path", ["/", "/rights?lang=fr", "/_dash-layout", "/assets/view.js", "/nowhere/at/all"]
)
def test_every_answer_carries_the_policies(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in safety.HEADERS.items():
        assert headers[name] == value
    assert "Server" not in headers
    assert "X-Powered-By" not in headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not re.search(r"unsafe|\*|http:|data:|blob:", policy["script-src"])
    assert policy["connect-src"] == "'self'"


def test_the_only_inline_script_of_the_page_is_the_one_that_is_hashed(
    app: dash.Dash, client: FlaskClient
) -> None:
    page = re.sub(r"<!--.*?-->", "", client.get("/").get_data(as_text=True), flags=re.DOTALL)
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", page, flags=re.DOTALL)
    run = [text for kind, text in inline if "application/json" not in kind]
    assert run == [app.renderer]
    assert not re.search(r"<[^>]+\son\w+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


def test_tiles_add_their_origin_to_images_alone() -> None:
    policy = safety.content_security_policy([], ["https://tiles.example.org"])
    assert [part for part in policy.split("; ") if "tiles.example.org" in part] == [
        "img-src 'self' data: blob: https://tiles.example.org"
    ]


def test_our_scripts_make_no_code_of_text_and_no_markup_of_data() -> None:
    for file in ASSETS.glob("*.js"):
        source = file.read_text(encoding="utf-8")
        for word in (
            "eval(",
            "new Function",
            "document.write",
            "insertAdjacentHTML",
            "outerHTML",
            "onclick=",
        ):
            assert word not in source, f"{file.name}: {word}"
        assert not re.search(r"innerHTML\s*=\s*[^\"'`\s]", source), f"{file.name}: innerHTML of a value"


def test_no_component_is_allowed_to_run_code_or_markup_of_data() -> None:
    for file in ASSETS.parent.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        for word in (
            "dangerously_allow",
            'clientside_callback(\n        """',
            "dcc.Markdown",
            "debug=True",
            "app.run(",
        ):
            assert word not in source, f"{file.name}: {word}"


def test_debugging_cannot_be_switched_on_from_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FLASK_DEBUG", "DASH_DEBUG", "DASH_UI", "DASH_PROPS_CHECK", "DASH_HOT_RELOAD"):
        monkeypatch.setenv(name, "1")
    made = create_app([write_run(tmp_path / "run")])
    assert not made.server.debug
    config = json.loads(
        re.search(r'id="_dash-config"[^>]*>(.*?)</script>', made.server.test_client().get("/").text)[1]  # type: ignore[index]
    )
    assert not config.get("ui")
    assert not config.get("hot_reload")
    assert not config.get("props_check")


# --- who may ask


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True), ("localhost:8050", True), ("LOCALHOST:8050", True), ("127.0.0.1:8050", True),
        ("[::1]:8050", True), ("192.168.1.7", True), ("map.example.org", True), ("map.example.org:443", True),
        ("map.example.org.", True), ("evil.example", False), ("evil.example:8050", False),
        ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("xmap.example.org", False),
        ("", False), ("127.0.0.1@evil.example", False), ("[::1", True), ("[evil.example]", False),
    ],
)  # fmt: skip
def test_only_our_own_names_are_answered(host: str, is_ours: bool) -> None:
    assert safety.is_own_name(host, frozenset(["map.example.org"])) is is_ours


@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/assets/view.js", "/data/hexville/cells.bin"])
def test_a_forged_host_gets_nothing(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 403
    assert "hexville" not in answer.text.lower()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 400),
        ({"Origin": "https://map.example.org"}, 400),
        ({"Sec-Fetch-Site": "same-origin"}, 400),
        ({}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
    ],
)
def test_another_site_cannot_have_anything_computed(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post(CALLBACK, json={}, headers=headers).status_code == status


@pytest.mark.parametrize(
    "name", ["", " ", "http://map.example.org", "map.example.org/x", "*.example.org", "a b"]
)
def test_a_name_to_allow_must_be_one(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a host"):
        create_app([tmp_path], allow_hosts=[name])


# --- paths


ESCAPES = [
    UP + "etc/passwd",
    "%2e%2e/" * 12 + "etc/passwd",
    "..%2f" * 12 + "etc%2fpasswd",
    "%252e%252e%252f" * 6 + "etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "....//" * 8 + "etc/passwd",
    "%00",
    "/etc/passwd",
]


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_address_leads_out_of_the_app(client: FlaskClient, app: dash.Dash, escape: str) -> None:
    routes = [rule.rule for rule in app.server.url_map.iter_rules() if "GET" in (rule.methods or ())]
    for route in routes:
        path = (
            re.sub(r"<[^>]+>", lambda _: escape, route) if "<" in route else route.rstrip("/") + "/" + escape
        )
        answer = client.get(path)
        assert answer.status_code in (200, 301, 302, 308, 400, 403, 404, 405), (path, answer.status_code)
        assert b"root:" not in answer.data
        assert is_no_traceback(answer), path


@pytest.mark.parametrize(
    "name", [UP + "etc", "hexville/..", "HEXVILLE", "", "manifest.json", "%2e%2e", "a" * 5000]
)
def test_a_run_is_only_ever_known_by_its_name(client: FlaskClient, name: str) -> None:
    answer = client.get("/_dash-layout", headers={"Referer": f"http://localhost/method?run={name}"})
    assert answer.status_code == 200
    assert "safety.failed" not in answer.text
    assert client.get(f"/data/{name}/cells.bin").status_code in (200, 308, 404)


def test_no_address_and_no_answer_names_a_folder_of_the_machine(
    client: FlaskClient, tmp_path_factory: Any
) -> None:
    for page in PAGES:
        answer = client.get("/_dash-layout", headers={"Referer": f"http://localhost/{page}?lang=en"})
        assert str(tmp_path_factory.getbasetemp()) not in answer.text


# --- bodies


def test_a_body_too_large_is_refused_before_it_is_read(client: FlaskClient) -> None:
    answer = client.post(
        CALLBACK,
        data=b"{}",
        content_type="application/json",
        environ_overrides={"CONTENT_LENGTH": str(safety.LARGEST_BODY_BYTES + 1)},
    )
    assert answer.status_code == 413
    assert is_no_traceback(answer)


def test_a_very_long_address_is_refused(client: FlaskClient) -> None:
    assert client.get("/?" + "a" * (safety.LONGEST_ADDRESS + 1)).status_code == 414


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"output": "no.such"}', b'{"output": {"a": 1}, "inputs": 3}',
     b'{"output": "body.children", "outputs": 1, "inputs": [[[]]], "state": "x"}', b"\xff\xfe",
     b"[" * 50_000],
)  # fmt: skip
def test_a_body_that_is_no_callback_is_answered_in_one_line(client: FlaskClient, body: bytes) -> None:
    answer = client.post(CALLBACK, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert len(answer.text) < 100
    assert is_no_traceback(answer)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_a_form_of_another_site_is_no_callback(client: FlaskClient, kind: str) -> None:
    assert client.post(CALLBACK, data=b"{}", content_type=kind).status_code in (400, 415)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_callback_answers_hostile_values_with_an_error(
    client: FlaskClient, callbacks: list[dict[str, Any]], name: str
) -> None:
    hostile = HOSTILE[name]
    assert len(callbacks) > 3
    bad = []
    for callback in callbacks:
        for view_too in (False, True):
            body = callback_request(
                callback,
                lambda of, _: hostile if view_too or of != ids.VIEW else view(),  # noqa: B023
            )
            answer = client.post(CALLBACK, json=body, headers={"Origin": "http://localhost"})
            if answer.status_code >= 400 or not is_no_traceback(answer):
                bad.append((callback["output"], answer.status_code, answer.text[:200]))
    assert not bad


# --- messages


@pytest.mark.parametrize("language", languages())
def test_a_callback_that_fails_is_a_message_in_the_language_of_the_page(
    tmp_path: Path, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = dash.Dash(__name__, server=flask.Flask(__name__), suppress_callback_exceptions=True)  # type: ignore[arg-type]
    app.layout = dash.html.Div()

    @app.callback(dash.Output("out", "children"), dash.Input("in", "value"))
    def fails(value: str) -> str:
        raise ZeroDivisionError("secret of the machine")

    safety.harden(app)
    body = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": 1}],
        "changedPropIds": ["in.value"],
    }
    answer = app.server.test_client().post(
        CALLBACK, json=body, headers={"Referer": f"http://localhost/gaps?lang={language}"}
    )
    assert answer.status_code == 200
    assert words(language)("safety.failed_title") in json.dumps(answer.get_json(), ensure_ascii=False)
    assert "secret" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "out" not in answer.get_json().get("response", {})


def test_a_run_that_is_gone_is_told_in_its_own_words() -> None:
    said = words("fr")
    assert said("run_problem.gone") in str(notice(RunError("gone"), said).to_plotly_json())


def test_what_fails_outside_a_callback_is_one_line_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with flask.Flask(__name__).test_request_context("/data/x"):
        answer = answer_problem(RuntimeError("secret"))
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)
    assert "secret" in caplog.text


def test_the_message_needs_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(dash, "set_props", lambda *given: told.append(given))
    tell_problem(RunError("unknown"))
    assert told[0][0] == ids.NOTICE
