// Buttons that tell how a number was made carry its keys in data-how. One listener serves all of them, so that
// the same number may stand twice on a page and no page sends the state of its other buttons along.
(function () {
  "use strict";
  let asked = 0;

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-how]") : null;
    if (!button) return;
    asked += 1;
    window.dash_clientside.set_props("how-asked", { data: { number: button.dataset.how, n: asked } });
  });

  // Another page, language or run: what the panel tells is no longer about what stands beside it.
  const close = () => false;

  window.dash_clientside = Object.assign({}, window.dash_clientside, { how: { close } });
})();
