// The map of the page "what if": today's network, what a scenario changes and what is being drawn, as one overlay.
// Kept apart in the browser, so that a click sends a few points and not the whole network again.
(function () {
  "use strict";

  function overlay(network, changes, marked, drawn) {
    const features = [network, changes, marked, drawn].flatMap((part) => (Array.isArray(part) ? part : []));
    return { type: "FeatureCollection", features };
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { what_if: { overlay } });
})();
