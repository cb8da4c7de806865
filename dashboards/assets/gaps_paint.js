// A choice on the page "gaps" colours the map first; view, URL, sentences, panel and charts follow.
//
// The chain of callbacks from a control to the paint costs several times what the paint itself does, and other
// callbacks of the same view run in between. So view.js asks here before it writes the view: the paint is fetched
// from /data/RUN/paint.json, which answers what the callback would put into the map's store, shown, and written
// into that store. Where that fails or takes long, nothing is shown here and the callback paints.
(function () {
  "use strict";
  const MAP = "gaps";
  const WITHIN_MS = 2000; // then the callback's turn
  const FRAME_WITHIN_MS = 100; // a window that is not seen draws no frames
  let asking = null; // AbortController of the one request that may still paint
  let shown = { key: null, paint: null }; // what was painted here last

  const dataOf = (id) => {
    const found = window.dash_component_api.getLayout(id);
    return found && found.props ? found.props.data : undefined;
  };

  // Whether the map shows a choice since it was painted here.
  function shows(key) {
    const state = window.fairreachMap.states.get(MAP);
    return shown.key === key && Boolean(state) && state.shown.paint === shown.paint;
  }

  // Promise that ends when the map shows the wanted view, or will not here; nothing where nothing must be done.
  // What was asked before never paints any more, however late it comes.
  function first(view) {
    if (asking) asking.abort();
    asking = null;
    const start = dataOf("gaps-first");
    if (!start || view.lang !== start.lang || view.run !== start.run) return null; // the page is drawn anew
    if (view.reach === "1" && view.cell) return null; // minutes from a cell; the engine may not be ready
    const key = window.fairreachGaps.mapKey(view, start);
    if (isShown(key, start)) return null;
    asking = new AbortController();
    return paint(address(view, start), key, asking);
  }

  function isShown(key, start) {
    const state = window.fairreachMap.states.get(MAP);
    if (shown.paint && state && state.shown.paint === shown.paint) return shown.key === key;
    return window.fairreachGaps.shownKey(dataOf("gaps-choice"), start) === key;
  }

  function address(view, start) {
    const query = new URLSearchParams({ lang: start.lang });
    window.fairreachGaps.CHOICE.forEach((name) => query.set(name, view[name] || start[name] || ""));
    return `/data/${encodeURIComponent(start.run)}/paint.json?${query}`;
  }

  async function paint(url, key, mine) {
    const late = window.setTimeout(() => mine.abort(), WITHIN_MS);
    try {
      const answer = await window.fetch(url, { signal: mine.signal });
      if (answer.status !== 200) return;
      const given = await answer.json();
      if (mine !== asking || mine.signal.aborted || !window.fairreachMap.paintNow(MAP, given)) return;
      shown = { key, paint: given };
      await nextFrame();
      if (shown.paint === given) window.dash_clientside.set_props({ type: "map-paint", map: MAP }, { data: given });
    } catch {
      // the callback paints, and tells what is wrong
    } finally {
      window.clearTimeout(late);
    }
  }

  const nextFrame = () =>
    new Promise((done) => {
      window.requestAnimationFrame(() => window.setTimeout(done));
      window.setTimeout(done, FRAME_WITHIN_MS);
    });

  window.fairreachGapsPaint = { shows };
  window.fairreachFirst = Object.assign(window.fairreachFirst || {}, { gaps: first });
})();
