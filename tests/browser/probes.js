// What the tests ask of a page; put into every page before its own scripts, as window.probe.
(() => {
  "use strict";
  document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.violatedDirective} refused ${event.blockedURI} ${event.sample}`)
  );
  const all = (selector) => [...document.querySelectorAll(selector)];
  const start = (element) => element.outerHTML.slice(0, 160);

  // Share of pixels that are not transparent, of the fullest canvas of all maps.
  const painted = () =>
    Math.max(
      0,
      ...all(".leaflet-container canvas").map((canvas) => {
        if (!canvas.width || !canvas.height) return 0;
        const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let i = 3; i < pixels.length; i += 4) if (pixels[i]) count += 1;
        return count / (pixels.length / 4);
      })
    );

  // What has the focus, and whether that can be seen; a radio button or a box to tick may show it on its label.
  const focused = () => {
    const element = document.activeElement;
    const label = element.matches("input[type=radio], input[type=checkbox]") && element.labels[0];
    const seen = [element, label, element.nextElementSibling].filter(Boolean);
    const ringed = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
    const box = (label || element).getBoundingClientRect();
    return {
      id: element.id,
      href: element.getAttribute("href") || "",
      start: start(element),
      ring: (label ? seen : [element]).some((it) => ringed(getComputedStyle(it))),
      shown: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
    };
  };

  // Mark what has the focus; false if it was marked before or is the page itself: the walk is over.
  const step = () => {
    const element = document.activeElement;
    if (!element || element === document.body || element.dataset.walked) return false;
    element.dataset.walked = "1";
    return true;
  };

  // Controls of the content that the Tab key has to reach. Grids and charts have keys of their own, and of some
  // radio buttons one is a stop.
  const controls = () =>
    all("main :is(button, input, select, textarea, a[href], summary)").filter(
      (it) =>
        it.checkVisibility({ visibilityProperty: true }) &&
        !it.disabled &&
        it.tabIndex >= 0 &&
        it.type !== "radio" &&
        !it.closest("[inert], .ag-root-wrapper, .js-plotly-plot")
    );
  const missed = () => controls().filter((it) => !it.dataset.walked).map(start);

  // Boxes wider than the window that no box of their own lets scroll.
  const scrolls = (element) => {
    for (let up = element; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return true;
    return false;
  };
  const tooWide = () =>
    all("body *")
      .filter((it) => it.getBoundingClientRect().right > innerWidth + 1 && it.offsetParent && !scrolls(it))
      .slice(0, 5)
      .map(start);

  const moving = () =>
    document
      .getAnimations()
      .filter((it) => it.playState === "running" && (it.effect.getComputedTiming().duration || 0) > 10)
      .map((it) => start(it.effect.target));

  const headings = () =>
    all("h1,h2,h3,h4,h5,h6")
      .filter((it) => it.offsetParent)
      .map((it) => Number(it.tagName[1]));
  const idsTwice = () => {
    const ids = all("[id]").map((it) => it.id);
    return ids.filter((id, i) => id && ids.indexOf(id) !== i);
  };

  // Names of what the page keeps for visits to come, which is removed.
  const takeKept = () => {
    const names = Object.keys(localStorage);
    localStorage.clear();
    return names;
  };
  window.probe = { painted, focused, step, missed, tooWide, moving, headings, idsTwice, takeKept };
})();
