// What lies under the pointer, or under the cross in the middle when the map is used by keyboard.
//
// Leaflet moves the map by arrow keys and zooms by + and -; Enter chooses what lies under the cross.
(function () {
  "use strict";

  function element(tag, className, parent) {
    const made = document.createElement(tag);
    made.className = className;
    parent.appendChild(made);
    return made;
  }

  function listen(state) {
    const { map } = state;
    const box = map.getContainer();
    const { setup } = state.stores;
    box.setAttribute("role", "application"); // arrow keys are the map's own, also for screen readers
    box.setAttribute("aria-label", setup.label);
    box.setAttribute("aria-describedby", setup.help_id);
    const label = element("div", "fr-label", box);
    label.setAttribute("aria-hidden", "true"); // said by the live region when the keyboard is used
    const cross = element("div", "fr-cross", box);
    cross.setAttribute("aria-hidden", "true");
    const live = element("div", "visually-hidden", box);
    live.setAttribute("aria-live", "polite");
    Object.assign(state, { label, cross, live });

    map.on("mousemove", (event) => byPointer(state, event));
    map.on("mouseout movestart", () => hide(state));
    map.on("click", (event) => {
      hide(state);
      const feature = window.fairreachMapOverlay.featureOf(state, event);
      window.fairreachMap.click(state, event.latlng, feature);
    });
    map.on("moveend", () => byKeyboard(state));
    box.addEventListener("focus", () => {
      state.byKeys = box.matches(":focus-visible");
      byKeyboard(state);
    });
    box.addEventListener("blur", () => {
      state.byKeys = false;
      byKeyboard(state);
      hide(state);
    });
    box.addEventListener("keydown", (event) => {
      if (event.target !== box) return; // a button of the map
      state.byKeys = true;
      if (event.key === "Enter") {
        event.preventDefault();
        const feature = window.fairreachMapOverlay.featureAtCentre(state);
        window.fairreachMap.click(state, map.getCenter(), feature);
      }
      byKeyboard(state);
    });
    box.addEventListener("pointerdown", () => {
      state.byKeys = false;
      byKeyboard(state);
    });
  }

  function byPointer(state, event) {
    const inside = event.originalEvent.target;
    if (inside.closest && inside.closest(".leaflet-control, .fr-legend")) hide(state);
    else show(state, rowAt(state, event.latlng), event.containerPoint, state.hovered);
  }

  function byKeyboard(state) {
    state.cross.dataset.shown = state.byKeys ? "yes" : "no";
    if (!state.byKeys || !state.map) return;
    const { map } = state;
    const found = window.fairreachMapOverlay.labelAtCentre(state);
    show(state, rowAt(state, map.getCenter()), map.getSize().divideBy(2), found);
    const said = [...state.label.children].map((line) => line.textContent).join(". ");
    state.live.textContent = said || state.stores.setup.words.no_cell;
  }

  const rowAt = (state, latlng) => (state.layer ? state.layer.rowAt(latlng) : -1);

  // Lines of the label: a feature of the overlay if there is one, neighbourhood, value, class.
  function linesOf(state, row, feature) {
    const lines = feature ? [feature] : [];
    if (row < 0 || !state.entryOf) return lines;
    const given = state.stores.paint;
    const name = window.fairreachCells.nameOf(state.cells, row);
    if (name) lines.push(name);
    const value = state.values ? state.values[row] : NaN;
    const look = given.looks[state.entryOf[row]];
    if (Number.isFinite(value) && look && !look.special) lines.push(valueText(state, value));
    if (look) lines.push(look.label);
    return lines;
  }

  function valueText(state, value) {
    const { decimals, unit } = state.stores.paint;
    const { locale } = state.stores.setup;
    const number = new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(value);
    return unit ? `${number}\u00a0${unit}` : number;
  }

  function show(state, row, point, feature) {
    const lines = linesOf(state, row, feature);
    if (!lines.length) {
      hide(state);
      return;
    }
    const { label, map } = state;
    if (label.dataset.row !== `${row} ${feature || ""} ${state.map.getZoom()}` || state.byKeys) {
      label.replaceChildren(
        ...lines.map((line, at) => {
          const made = document.createElement(at ? "span" : "b");
          made.textContent = line;
          return made;
        }),
      );
    }
    label.dataset.row = `${row} ${feature || ""} ${state.map.getZoom()}`;
    label.dataset.shown = "yes";
    const size = map.getSize();
    const left = point.x + 16 + label.offsetWidth > size.x ? point.x - 12 - label.offsetWidth : point.x + 16;
    const top = Math.min(point.y + 14, size.y - label.offsetHeight - 4);
    label.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  function hide(state) {
    if (!state.byKeys) state.label.dataset.shown = "no";
  }

  window.fairreachMapPointer = { listen };
})();
