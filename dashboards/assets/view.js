// The view of the browser: a flat table of texts, kept in the URL, changed by any control of the page.
(function () {
  "use strict";
  const none = () => window.dash_clientside.no_update;
  const equal = (one, other) => {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => one[key] === other[key]);
  };
  const text = (value) => (value === null || value === undefined ? "" : String(value));
  const current = () => window.dash_component_api.getLayout("view").props.data;
  // What a page does at once when a choice changes, before anything else of the page hears of it: a function of
  // the wanted view that returns a promise, or nothing where there is nothing to wait for.
  const first = (window.fairreachFirst = window.fairreachFirst || {});
  let unwritten = {}; // choices of visitors that the view does not have yet
  let newest = 0;

  // Table of a URL; keys that it does not name stay as they are.
  function fromUrl(path, search, view) {
    const page = text(path).replace(/^\/+/, "").split("/")[0];
    const next = { ...(view || {}), ...Object.fromEntries(new URLSearchParams(text(search))) };
    if (page) next.page = page;
    return equal(next, view || {}) ? none() : next;
  }

  // A control that changed writes its key; an empty value takes the key away. Of quick changes, one after the
  // other, the last call writes all.
  function fromControls(values, data, controls, stores, view) {
    const changed = new Set(window.dash_clientside.callback_context.triggered.map((each) => each.prop_id));
    const write = (id, value, property) => {
      const name = Object.keys(id).sort().map((key) => `"${key}":"${id[key]}"`).join(",");
      if (!changed.has(`{${name}}.${property}`)) return;
      unwritten[id.key] = text(value);
    };
    controls.forEach((id, i) => write(id, values[i], "value"));
    stores.forEach((id, i) => write(id, data[i], "data"));
    const mine = (newest += 1);
    const wanted = withChanges(view);
    const ready = first[wanted.page] && first[wanted.page](wanted);
    if (!ready) return written(view);
    return ready.then(() => (mine === newest ? written(current()) : none()), () => written(current()));
  }

  function withChanges(view) {
    const all = Object.entries({ ...(view || {}), ...unwritten });
    return Object.fromEntries(all.filter(([key, value]) => !(key in unwritten) || value !== ""));
  }

  function written(view) {
    const next = withChanges(view);
    unwritten = {};
    return equal(next, view || {}) ? none() : next;
  }

  // Path and query that restore the view; the browser's history gets a step for every other page.
  function toUrl(view, frame) {
    const { page, ...rest } = view;
    const query = new URLSearchParams(Object.entries(rest).sort()).toString();
    const url = `/${page}${query ? "?" + query : ""}`;
    if (url !== window.location.pathname + window.location.search) window.history.replaceState(window.history.state, "", url);
    document.documentElement.lang = view.lang || "en";
    const name = [view.page, view.lang, view.run].join("|");
    return name === frame ? none() : name;
  }

  // Another page, language or city has been drawn: the window gets its title, and the focus goes on from where it
  // was, so that nobody who uses the keyboard begins again at the top.
  let shown = null;
  function arrived(frame, title) {
    document.title = title;
    const [page, language, run] = text(frame).split("|");
    const before = shown;
    shown = [page, language, run];
    if (before === null) return;
    const control = (key) => document.getElementById(`{"key":"${key}","type":"control"}`);
    const target =
      before[0] !== page ? heading() : before[1] !== language ? control("lang").querySelector("input:checked") : control("run");
    if (target && target.focus) target.focus();
  }

  function heading() {
    const found = document.querySelector("main h1");
    if (found) found.tabIndex = -1;
    return found;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { view: { fromUrl, fromControls, toUrl, arrived } });
})();
