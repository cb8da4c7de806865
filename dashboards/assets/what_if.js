// The map of the page "what if": today's network, what a scenario changes and what is being drawn, as one overlay.
// Kept apart in the browser, so that a click sends a few points and not the whole network again.
(function () {
  "use strict";

  function overlay(network, changes, marked, drawn) {
    const features = [network, changes, marked, drawn].flatMap((part) => (Array.isArray(part) ? part : []));
    return { type: "FeatureCollection", features };
  }

  // The hidden input of an upload has no name of its own: it gets that of its button, in any language. The button
  // alone is reached by keyboard; it opens the same window.
  function nameUploads() {
    document.querySelectorAll(".what-if-upload").forEach((upload) => {
      const input = upload.querySelector('input[type="file"]');
      const name = upload.textContent.trim();
      if (input && input.getAttribute("aria-label") !== name) input.setAttribute("aria-label", name);
      if (input && input.tabIndex !== -1) input.tabIndex = -1;
    });
  }
  new MutationObserver(nameUploads).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { what_if: { overlay } });
})();
