// The map of the static site: pan, zoom, colours, and what a cell reaches. Uses cells.js, and nothing else.
(function () {
  "use strict";
  const C = window.fairreachCells;
  const words = JSON.parse(document.getElementById("words").textContent);
  const at = (id) => document.getElementById(id);
  const SPECIAL = {
    none: { colour: "#1a1a1a", pattern: "dots", ink: "#ffffff" },
    no_data: { colour: "#ffffff", pattern: "lines", ink: "#6b6b6b" },
    not_linked: { colour: "#ffffff", pattern: "crosses", ink: "#6b6b6b" },
    nobody: { colour: "#ececec", pattern: "", ink: "" },
  };
  const ORDER = ["none", "no_data", "not_linked", "nobody"];

  // ---- data ----------------------------------------------------------------------------------------------

  async function unpacked(base64) {
    const stream = new Blob([C.bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer();
  }

  async function read() {
    const buffer = await unpacked(at("data").textContent.trim());
    const length = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const array = (name) => {
      if (!head.arrays[name]) return null;
      const [type, first, size] = head.arrays[name];
      const start = 4 + length + first;
      const part = buffer.slice(start, start + size * (type === "f4" ? 4 : 1));
      return type === "f4" ? new Float32Array(part) : new Uint8Array(part);
    };
    return { head, array, cells: C.decode(array("geometry").buffer) };
  }

  const number = (value, digits) =>
    new Intl.NumberFormat(words.language, { maximumFractionDigits: digits }).format(value);
  const amount = (value) => number(value, value >= 10 ? 0 : value >= 1 ? 1 : 2);
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Place of each cell among the looks of a layer: its classes, then what is no class. The first that holds:
  // nobody lives there, not linked to the streets, no data, none reached, a class.
  function classes(layer) {
    const { values, breaks, residents, linked } = layer;
    const k = breaks.length + 1;
    return Uint8Array.from(values, (value, cell) => {
      if (residents[cell] === 0) return k + 3;
      if (!linked[cell]) return k + 2;
      if (Number.isNaN(value) || Number.isNaN(residents[cell])) return k + 1;
      if (value === 0) return k;
      let place = 0;
      while (place < breaks.length && value >= breaks[place]) place++;
      return place;
    });
  }

  function looks(breaks) {
    const colours = words.colours[breaks.length] || words.colours[words.colours.length - 1];
    const ranges = colours.map((colour, k) => {
      const [low, high] = [breaks[k - 1], breaks[k]].map((value) => (value === undefined ? "" : amount(value)));
      const label = filled(low === "" ? words.under : high === "" ? words.from : words.range, { low, high });
      return { colour, pattern: "", ink: "", label: breaks.length ? label : "> 0" };
    });
    return [...ranges, ...ORDER.map((key) => ({ ...SPECIAL[key], label: words.special[key] }))];
  }

  // ---- map -----------------------------------------------------------------------------------------------

  class CellMap {
    constructor(canvas, cells, names, chosen) {
      Object.assign(this, { canvas, cells, names, chosen, selected: -1, pending: false });
      this.image = document.createElement("canvas");
      new ResizeObserver(() => this.resized()).observe(canvas);
      this.listen();
    }

    resized() {
      this.ratio = Math.min(2, window.devicePixelRatio || 1);
      const width = Math.max(1, Math.round(this.canvas.clientWidth * this.ratio));
      const height = Math.max(1, Math.round(this.canvas.clientHeight * this.ratio));
      const [west, south, east, north] = this.cells.bounds;
      if (!this.centre) {
        this.centre = [(west + east) / 2, (south + north) / 2];
        this.scale = 0.94 * Math.min(width / (east - west), height / (north - south));
        this.least = this.scale / 2;
      }
      Object.assign(this.canvas, { width, height });
      Object.assign(this.image, { width, height });
      this.redraw();
    }

    frame() {
      const { width, height } = this.canvas;
      const { scale } = this;
      return { left: this.centre[0] - width / 2 / scale, top: this.centre[1] + height / 2 / scale, scale, width, height };
    }

    coloured(entries, shown) {
      Object.assign(this, { entries, shown });
      this.redraw();
    }

    redraw() {
      if (this.pending) return;
      this.pending = true;
      requestAnimationFrame(() => {
        this.pending = false;
        this.draw();
      });
    }

    draw() {
      if (!this.entries || !this.centre) return;
      const frame = this.frame();
      this.index = C.raster(this.cells, frame, this.index);
      const context = this.image.getContext("2d");
      const picture = context.createImageData(frame.width, frame.height);
      const pixels = new Uint32Array(picture.data.buffer);
      C.paint(this.index, frame, this.entries, C.palette(this.shown, 1, this.ratio), pixels, this.scale > 0.02 * this.ratio);
      context.putImageData(picture, 0, 0);
      const target = this.canvas.getContext("2d");
      target.clearRect(0, 0, frame.width, frame.height);
      target.drawImage(this.image, 0, 0);
      this.label(target, frame);
      if (this.selected >= 0) this.outline(target, frame);
      if (document.activeElement === this.canvas) this.cross(target, frame);
    }

    // Names of neighbourhoods, dark on a white edge.
    label(target, frame) {
      const size = 13 * this.ratio;
      Object.assign(target, { font: `600 ${size}px system-ui, sans-serif`, textAlign: "center", lineJoin: "round" });
      Object.assign(target, { lineWidth: 4 * this.ratio, strokeStyle: "#ffffff", fillStyle: "#1a1a1a" });
      for (const [name, x, y] of this.names) {
        const place = [(x - frame.left) * frame.scale, (frame.top - y) * frame.scale];
        target.strokeText(name, ...place);
        target.fillText(name, ...place);
      }
    }

    outline(target, frame) {
      target.beginPath();
      C.cornersOf(this.cells, this.selected).forEach(([x, y]) =>
        target.lineTo((x - frame.left) * frame.scale, (frame.top - y) * frame.scale));
      target.closePath();
      for (const [width, colour] of [[6, "#ffffff"], [3, "#000000"]]) {
        Object.assign(target, { lineWidth: width * this.ratio, strokeStyle: colour });
        target.stroke();
      }
    }

    cross(target, { width, height }) {
      const arm = 9 * this.ratio;
      target.beginPath();
      target.moveTo(width / 2 - arm, height / 2);
      target.lineTo(width / 2 + arm, height / 2);
      target.moveTo(width / 2, height / 2 - arm);
      target.lineTo(width / 2, height / 2 + arm);
      Object.assign(target, { lineWidth: 2 * this.ratio, strokeStyle: "#000000" });
      target.stroke();
    }

    zoom(factor, x, y) {
      const { width, height } = this.canvas;
      const [dx, dy] = [(x ?? width / 2) - width / 2, (y ?? height / 2) - height / 2];
      const next = Math.min(Math.max(this.scale * factor, this.least), 100 * this.least);
      this.centre[0] += dx / this.scale - dx / next;
      this.centre[1] -= dy / this.scale - dy / next;
      this.scale = next;
      this.redraw();
    }

    move(dx, dy) {
      this.centre[0] -= dx / this.scale;
      this.centre[1] += dy / this.scale;
      this.redraw();
    }

    choose(cell) {
      this.selected = cell;
      this.redraw();
      if (cell >= 0) this.chosen(cell);
    }

    listen() {
      const { canvas } = this;
      const place = (event) => {
        const box = canvas.getBoundingClientRect();
        return [(event.clientX - box.left) * this.ratio, (event.clientY - box.top) * this.ratio];
      };
      let down = null;
      canvas.addEventListener("pointerdown", (event) => {
        down = { at: place(event), first: place(event) };
        canvas.setPointerCapture(event.pointerId);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (!down) return;
        const [x, y] = place(event);
        this.move(x - down.at[0], y - down.at[1]);
        down.at = [x, y];
      });
      canvas.addEventListener("pointerup", (event) => {
        const [x, y] = place(event);
        if (down && Math.hypot(x - down.first[0], y - down.first[1]) < 5 * this.ratio) {
          this.choose(C.cellAt(this.index, this.frame(), x, y));
        }
        down = null;
      });
      canvas.addEventListener("pointercancel", () => (down = null));
      canvas.addEventListener("wheel", (event) => {
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 400), ...place(event));
      }, { passive: false });
      canvas.addEventListener("focus", () => this.redraw());
      canvas.addEventListener("blur", () => this.redraw());
      canvas.addEventListener("keydown", (event) => this.key(event));
    }

    key(event) {
      const step = 60 * this.ratio;
      const does = {
        ArrowLeft: () => this.move(step, 0),
        ArrowRight: () => this.move(-step, 0),
        ArrowUp: () => this.move(0, step),
        ArrowDown: () => this.move(0, -step),
        "+": () => this.zoom(1.4),
        "-": () => this.zoom(1 / 1.4),
        Enter: () => this.choose(C.cellAt(this.index, this.frame(), this.canvas.width / 2, this.canvas.height / 2)),
      }[event.key];
      if (!does) return;
      event.preventDefault();
      does();
    }
  }

  // ---- page ----------------------------------------------------------------------------------------------

  function element(name, text, more) {
    const made = Object.assign(document.createElement(name), more || {});
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function options(select, entries) {
    select.replaceChildren(...entries.map(([value, text]) => element("option", text, { value })));
  }

  // A swatch drawn by the same arithmetic as the map.
  function swatch(look) {
    const canvas = element("canvas", undefined, { width: 34, height: 22 });
    const picture = canvas.getContext("2d").createImageData(34, 22);
    const frame = { width: 34, height: 22, scale: 1, left: 0, top: 0 };
    const index = new Uint32Array(34 * 22).fill(1);
    C.paint(index, frame, new Uint8Array(1), C.palette([look], 1, 1), new Uint32Array(picture.data.buffer), false);
    canvas.getContext("2d").putImageData(picture, 0, 0);
    canvas.style.border = "1px solid #6b6b6b";
    return canvas;
  }

  async function start() {
    const { head, array, cells } = await read();
    const common = { residents: array("residents"), linked: array("linked") };
    const decile = array("decile");
    const unique = (place) => [...new Set(head.layers.map((layer) => layer[place]))];
    options(at("service"), unique(0).map((name) => [name, words.services[name]]));
    options(at("cutoff"), unique(1).sort((a, b) => a - b).map((minutes) => [minutes, `${minutes} min`]));
    options(at("period"), unique(2).map((name) => [name, words.periods[name]]));
    [at("service").value, at("cutoff").value, at("period").value] = head.layers[0].map(String);

    const chosen = () => [at("service").value, Number(at("cutoff").value), at("period").value];
    const placeOf = ([service, cutoff, period]) =>
      head.layers.findIndex((layer) => layer[0] === service && layer[1] === cutoff && layer[2] === period);
    const map = new CellMap(at("map"), cells, head.names, tell);
    let last = -1;

    function people(cell) {
      const count = common.residents[cell];
      if (count < 0) return filled(words.few, { n: words.few_below });
      return Number.isNaN(count) ? words.special.no_data : number(count, 0);
    }

    function told(value) {
      return Number.isNaN(value) ? words.special.no_data : Number.isFinite(value) ? amount(value) : words.nothing;
    }

    function tell(cell) {
      last = cell;
      const [, cutoff, period] = chosen();
      const title = C.nameOf(cells, cell) || words.cell;
      const list = element("dl");
      const add = (name, value) => list.append(element("dt", name), element("dd", value));
      add(words.cell, head.ids[cell]);
      add(words.people, people(cell));
      if (decile[cell]) add(words.decile, String(decile[cell]));
      for (const service of unique(0)) {
        const place = placeOf([service, cutoff, period]);
        const nearest = array(`nearest|${service}|${period}`);
        if (place < 0) continue;
        const value = array(`layer${place}`)[cell];
        const linked = common.linked[cell];
        add(`${words.services[service]} · ${words.reached} < ${cutoff} min`, linked ? told(value) : words.special.not_linked);
        if (linked && nearest) add(`${words.services[service]} · ${words.nearest}`, told(nearest[cell]));
      }
      at("cell").replaceChildren(element("h3", title), list);
    }

    function table() {
      const place = placeOf(chosen());
      const values = array(`layer${place}`);
      const rows = [...values.keys()].sort((a, b) => (values[a] || 0) - (values[b] || 0));
      const made = element("table");
      const row = element("tr");
      for (const name of [words.cell, words.people, words.decile, `${words.services[chosen()[0]]} · ${words.reached}`]) {
        row.append(element("th", name, { scope: "col" }));
      }
      const body = element("tbody");
      for (const cell of rows) {
        const line = element("tr");
        const button = element("button", `${C.nameOf(cells, cell)} ${head.ids[cell]}`.trim(), { type: "button" });
        button.addEventListener("click", () => map.choose(cell));
        const first = element("th", undefined, { scope: "row" });
        first.append(button);
        line.append(first, element("td", people(cell)), element("td", decile[cell] ? String(decile[cell]) : ""),
          element("td", common.linked[cell] ? told(values[cell]) : words.special.not_linked));
        body.append(line);
      }
      const top = element("thead");
      top.append(row);
      made.append(element("caption", at("cells").querySelector("summary").textContent), top, body);
      at("cells-table").replaceChildren(made);
    }

    function show() {
      const place = placeOf(chosen());
      if (place < 0) return;
      const breaks = head.breaks[place];
      const entries = classes({ ...common, values: array(`layer${place}`), breaks });
      const shown = looks(breaks);
      map.coloured(entries, shown);
      const used = new Set(entries);
      at("legend").replaceChildren(...shown.map((look, k) => {
        if (!used.has(k)) return "";
        const item = element("li");
        item.append(swatch(look), element("span", look.label));
        return item;
      }).filter((item) => item !== ""));
      if (last >= 0) tell(last);
      if (at("cells").open) table();
    }

    for (const id of ["service", "cutoff", "period"]) at(id).addEventListener("change", show);
    at("cells").addEventListener("toggle", () => at("cells").open && table());
    at("zoom-in").addEventListener("click", () => map.zoom(1.4));
    at("zoom-out").addEventListener("click", () => map.zoom(1 / 1.4));
    show();
  }

  start();
})();
