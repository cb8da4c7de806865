// Every map of the app: takes Leaflet's map from dl.Map, draws what its stores say, tells what is clicked.
//
// A map is an element with data-map="NAME" round a dl.Map, and stores {type: "map-PART", map: NAME}:
// setup, paint, overlay, mode and select come in, click goes out (contract in dashboards/map_view.py).
// Two things come in any order: Leaflet's map (a hook of L.Map) and the stores (a clientside callback).
(function () {
  "use strict";
  const states = new Map(); // name -> {name, map, setup, paint, overlay, mode, select, ...}
  const files = new Map(); // address -> promise of its bytes; kept while the page lives
  const there = new Map(); // address -> bytes that have come

  const NOT_YET = new ArrayBuffer(0);
  const GROUND_FIRST_MS = 300; // then longer and longer
  const GROUND_TRIES = 60;

  const PARTS = ["setup", "paint", "overlay", "mode", "select"];

  const stateOf = (name) => {
    if (!states.has(name)) states.set(name, { name, stores: {}, shown: {}, clicks: 0 });
    return states.get(name);
  };

  // ---- Leaflet's map ---------------------------------------------------------------------------------------

  function whenLeaflet(then) {
    if (window.L) then(window.L);
    else {
      let held;
      Object.defineProperty(window, "L", {
        configurable: true,
        get: () => held,
        set: (value) => {
          held = value;
          then(value);
        },
      });
    }
  }

  whenLeaflet((L) => {
    L.Map.addInitHook(function () {
      const block = this.getContainer().closest("[data-map]");
      if (block) this.whenReady(() => attach(block.dataset.map, this, block));
    });
  });

  function attach(name, map, block) {
    // Of a page that is drawn anew the new map may come before the old one goes: it gets a state of its own.
    if (states.has(name) && states.get(name).map) states.delete(name);
    const state = Object.assign(stateOf(name), { map, block });
    if (!state.stores.setup) state.stores = storesOf(name);
    // A container that changes its size without the window (a panel opens) must be told to Leaflet.
    const watch = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    watch.observe(map.getContainer());
    map.on("unload", () => {
      watch.disconnect();
      state.map = null;
      if (states.get(name) === state) states.delete(name);
    });
    apply(state);
  }

  // What the stores hold when the map comes. Callbacks bring it too, but only after others that the page begins
  // with; the cells need not wait for those.
  function storesOf(name) {
    const api = window.dash_component_api;
    const found = {};
    PARTS.forEach((part) => {
      const store = api && api.getLayout && api.getLayout({ type: `map-${part}`, map: name });
      if (store && store.props && store.props.data) found[part] = store.props.data;
    });
    return found;
  }

  // ---- stores ----------------------------------------------------------------------------------------------

  // One callback a map: what has changed is found by comparing with what is shown.
  function update(setup, paint, overlay, mode, select, id) {
    const state = stateOf(id.map);
    state.stores = { setup, paint, overlay, mode, select };
    apply(state);
    return window.dash_clientside.no_update;
  }

  // Paint a map at once, whatever its store says; false where it has no cells yet. Whoever does so writes the
  // store afterwards.
  function paintNow(name, given) {
    const state = states.get(name);
    if (!state || !state.map || !state.layer) return false;
    state.stores = { ...state.stores, paint: given };
    apply(state);
    return true;
  }

  function apply(state) {
    const { map, stores, shown } = state;
    if (!map || !stores.setup) return;
    const fresh = (part) => {
      if (stores[part] === undefined || shown[part] === stores[part]) return false;
      shown[part] = stores[part];
      return true;
    };
    if (!shown.setup && fresh("setup")) start(state); // a map keeps its setup
    if (state.layer && fresh("paint") && stores.paint) paint(state);
    if (fresh("overlay")) window.fairreachMapOverlay.show(state, stores.overlay);
    if (fresh("mode")) state.block.dataset.pick = (stores.mode && stores.mode.pick) || "cell";
    if (state.layer && fresh("select")) choose(state, stores.select);
  }

  // The ground is made in the background: until it is there the server answers 202, "not yet".
  async function groundOf(address, still) {
    for (let tries = 0; tries < GROUND_TRIES && still(); tries++) {
      const buffer = await bytesOf(address).catch(() => null);
      if (buffer !== NOT_YET) return buffer;
      files.delete(address);
      await new Promise((then) => window.setTimeout(then, GROUND_FIRST_MS * (1 + tries / 2)));
    }
    return null;
  }

  function bytesOf(address) {
    if (!files.has(address)) {
      const promise = window.fetch(address).then((answer) => {
        if (answer.status === 202) return NOT_YET;
        if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
        return answer.arrayBuffer();
      });
      promise.then((buffer) => there.set(address, buffer), () => files.delete(address)); // may be asked again
      files.set(address, promise);
    }
    return files.get(address);
  }

  // The cells are asked for while the browser still reads the program: the server knows which run the page will
  // show, and leads to the address that the map will ask for.
  function askEarly() {
    const run = new URLSearchParams(window.location.search).get("run") || "";
    const early = window.fetch(`/data/cells.bin?run=${encodeURIComponent(run)}`);
    early.then(async (answer) => {
      if (!answer.ok || answer.status === 204) return;
      const buffer = await answer.arrayBuffer();
      const { pathname, search } = new URL(answer.url);
      there.set(pathname + search, buffer);
      files.set(pathname + search, Promise.resolve(buffer));
    }).catch(() => {}); // the map asks itself, and tells
  }

  // ---- what stands on every map ----------------------------------------------------------------------------

  function start(state) {
    const { L } = window;
    const { map, stores } = state;
    const { setup } = stores;
    const kit = window.fairreachLayers(L);
    panes(map);
    const words = setup.words;
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
    if (setup.tiles) L.tileLayer(setup.tiles, { pane: "fr-ground", className: "fr-tiles" }).addTo(map);
    const still = () => state.map === map && state.stores.setup.cells === setup.cells;
    const withCells = (buffer) => {
      if (!still()) return;
      state.cells = window.fairreachCells.decode(buffer);
      state.layer = new kit.Cells(state.cells, { pane: "fr-cells" }).addTo(map);
      state.layer.on("painted", () => painted(state));
      apply(state);
    };
    // What is there is drawn at once, before anything else that the page begins with.
    if (there.has(setup.cells)) withCells(there.get(setup.cells));
    else bytesOf(setup.cells).then(withCells).catch(() => { state.block.dataset.failed = "cells"; });
    groundOf(setup.ground, still).then((buffer) => {
      if (!still()) return;
      const source = buffer && buffer.byteLength ? window.fairreachMapGround.show(state, buffer) : "";
      state.block.dataset.ground = source || "none"; // none: map.css shows a note
    });
    window.fairreachMapPointer.listen(state);
    state.kept = viewOf(map); // where the map starts is not a choice of the visitor
    map.on("moveend", () => keepView(state));
  }

  // From below; Leaflet's own pane of the overlay has 400.
  function panes(map) {
    const order = { "fr-ground": 150, "fr-cells": 300, "fr-lines": 350, "fr-choice": 380, "fr-names": 620 };
    Object.entries(order).forEach(([name, zIndex]) => {
      const pane = map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = "none";
    });
  }

  function paint(state) {
    const { paint: given } = state.stores;
    const kit = window.fairreachCells;
    state.entryOf = kit.bytes(given.entry);
    state.values = given.values ? kit.floats(given.values) : null;
    state.layer.paintWith(state.entryOf, given.looks);
    window.fairreachMapLegend.show(state, given);
  }

  // Tests and measurements wait for these; the mark is set when the frame that shows the cells is done.
  function painted(state) {
    state.block.dataset.painted = String(Number(state.block.dataset.painted || 0) + 1);
    window.requestAnimationFrame(() =>
      window.setTimeout(() => window.performance.mark("fairreach-cells-painted")));
  }

  function choose(state, row) {
    state.chosen = Number.isInteger(row) ? row : -1;
    state.layer.choose(state.chosen);
  }

  // ---- what goes out ---------------------------------------------------------------------------------------

  // Tell the app of a click at a place; `feature` is {kind, id} or null.
  function click(state, latlng, feature) {
    const pick = state.block.dataset.pick || "cell";
    if (pick === "feature" && !feature) return;
    const cell = state.layer ? state.layer.rowAt(latlng) : -1;
    if (pick === "cell" && cell >= 0 && !feature) choose(state, cell); // at once; the server's choice follows
    state.clicks += 1;
    const data = { cell, lat: latlng.lat, lon: latlng.lng, feature: feature || null, n: state.clicks };
    window.dash_clientside.set_props({ type: "map-click", map: state.name }, { data });
  }

  // Middle and zoom become a key of the view, and so part of the address of the page.
  function keepView(state) {
    const { setup } = state.stores;
    if (!setup.keep_view) return;
    const data = viewOf(state.map);
    if (data === state.kept) return;
    state.kept = data;
    window.dash_clientside.set_props({ type: "held", key: "map" }, { data });
  }

  function viewOf(map) {
    const { lat, lng } = map.getCenter();
    return `${lat.toFixed(5)},${lng.toFixed(5)},${+map.getZoom().toFixed(2)}`;
  }

  askEarly();
  window.fairreachMap = { click, paintNow, states };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { map: { update } });
})();
