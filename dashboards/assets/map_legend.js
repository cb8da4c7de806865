// The legend of a map: an HTML list whose swatches are painted by the same code as the cells.
(function () {
  "use strict";
  const SWATCH = { width: 26, height: 18 }; // CSS pixels

  function line(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function swatch(look) {
    const kit = window.fairreachCells;
    const ratio = 2; // looks the same on every screen
    const canvas = document.createElement("canvas");
    canvas.width = SWATCH.width * ratio;
    canvas.height = SWATCH.height * ratio;
    canvas.className = "fr-swatch";
    canvas.setAttribute("aria-hidden", "true");
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const all = new Uint32Array(canvas.width * canvas.height).fill(1);
    kit.paint(all, canvas, new Uint8Array(1), kit.palette([look], 1, ratio), new Uint32Array(image.data.buffer));
    context.putImageData(image, 0, 0);
    return canvas;
  }

  function entry(look) {
    const item = document.createElement("li");
    const words = line("span", "fr-entry", look.label);
    if (look.detail) words.append(line("span", "fr-detail", look.detail));
    item.append(swatch(look), words);
    return item;
  }

  function show(state, paint) {
    const box = state.block.querySelector(".fr-legend");
    if (!box) return;
    const list = document.createElement("ul");
    list.append(...paint.looks.map(entry));
    const parts = [line("p", "fr-legend-title", paint.legend_title), list];
    if (paint.legend_note) parts.push(line("p", "fr-detail", paint.legend_note));
    box.replaceChildren(...parts);
  }

  window.fairreachMapLegend = { show };
})();
