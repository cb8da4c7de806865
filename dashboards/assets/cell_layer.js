// Leaflet layers that draw on a canvas of their own: the cells here, ground and lines in map_ground.js.
//
// A canvas is somewhat larger than the map, is moved with the map while it is dragged, scaled while it zooms,
// and drawn anew when the movement ends.
(function () {
  "use strict";
  const EARTH_M = 2 * Math.PI * 6378137; // width of the world in Web Mercator
  const MARGIN = 0.15; // drawn beyond each edge of the map, as a part of its size
  const CELLS_WITH_EDGES_PX = 24; // narrower cells get no line between them
  const OPACITY = 0.82;
  const MOST_RATIO = 2; // device pixels per CSS pixel; more would not be seen, and cost

  // Leaflet comes with a bundle that may load after this file: classes are made at their first use.
  let made = null;
  function layers(L) {
    if (made) return made;

    const Canvas = L.Layer.extend({
      options: { pane: "overlayPane" },

      onAdd() {
        const canvas = (this._canvas = L.DomUtil.create("canvas", "fr-canvas"));
        canvas.setAttribute("aria-hidden", "true");
        if (this._map.options.zoomAnimation) L.DomUtil.addClass(canvas, "leaflet-zoom-animated");
        this.getPane().appendChild(canvas);
        this.redraw();
      },

      onRemove() {
        this._canvas.remove();
        this._canvas = null;
      },

      getEvents() {
        return {
          moveend: this.redraw,
          resize: this.redraw,
          viewreset: this.redraw,
          zoom: () => this._follow(this._map.getCenter(), this._map.getZoom()),
          zoomanim: (event) => this._follow(event.center, event.zoom),
        };
      },

      // While the zoom changes the canvas shows what it has, scaled and moved. `_latLngToNewLayerPoint` is what
      // Leaflet's own image layer asks; there is no public way to learn where a zoom will end.
      _follow(center, zoom) {
        if (!this._corner) return;
        const place = this._map._latLngToNewLayerPoint(this._corner, zoom, center);
        L.DomUtil.setTransform(this._canvas, place, this._map.getZoomScale(zoom, this._zoom));
      },

      redraw() {
        const map = this._map;
        if (!map || !map._loaded) return;
        const size = map.getSize();
        if (!size.x || !size.y) return;
        const from = map.containerPointToLayerPoint(size.multiplyBy(-MARGIN)).round();
        const wide = size.multiplyBy(1 + 2 * MARGIN).round();
        const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
        this._corner = map.layerPointToLatLng(from);
        this._zoom = map.getZoom();
        this._from = from;
        this._frame = frameOf(map, from, wide, ratio);
        fit(this._canvas, this._frame, wide);
        L.DomUtil.setPosition(this._canvas, from);
        this.draw(this._canvas.getContext("2d"), this._frame);
      },

      // To be written by each layer: draw the part of the plane that `frame` says.
      draw() {},
    });

    // The part of the plane that a canvas shows; see cells.js.
    function frameOf(map, from, wide, ratio) {
      const world = 256 * 2 ** map.getZoom(); // CSS pixels round the world
      const origin = map.getPixelOrigin();
      return {
        left: ((from.x + origin.x) / world - 0.5) * EARTH_M,
        top: (0.5 - (from.y + origin.y) / world) * EARTH_M,
        scale: (world * ratio) / EARTH_M,
        width: Math.round(wide.x * ratio),
        height: Math.round(wide.y * ratio),
        ratio,
      };
    }

    function fit(canvas, frame, wide) {
      canvas.style.width = `${wide.x}px`;
      canvas.style.height = `${wide.y}px`;
      if (canvas.width !== frame.width) canvas.width = frame.width;
      if (canvas.height !== frame.height) canvas.height = frame.height;
    }

    // The cells: `paintWith` gives them their looks, `choose` outlines one, `rowAt` finds one.
    const Cells = Canvas.extend({
      initialize(cells, options) {
        L.setOptions(this, options);
        this._cells = cells;
        this._chosen = -1;
      },

      // entryOf: one byte a cell, the place of its look in `looks`.
      paintWith(entryOf, looks) {
        this._entryOf = entryOf;
        this._looks = looks;
        if (this._map) this._colour();
      },

      // Outline one cell above everything drawn on the map; -1: none.
      choose(row) {
        if (row === this._chosen && this._outline) return;
        this._chosen = row;
        if (this._outline) this._outline.remove();
        this._outline = null;
        if (!this._map || row < 0 || row >= this._cells.n) return;
        const corners = window.fairreachCells.cornersOf(this._cells, row);
        const ring = corners.map(([x, y]) => L.CRS.EPSG3857.unproject(L.point(x, y)));
        // A dark line on a white one is seen on every colour.
        const line = (color, weight) =>
          L.polygon(ring, { color, weight, fill: false, interactive: false, pane: "fr-choice" });
        this._outline = L.layerGroup([line("#ffffff", 6), line("#101010", 3)]).addTo(this._map);
      },

      // Row of the cell at a place; -1 where none lies or outside of what is drawn.
      rowAt(latlng) {
        if (!this._index) return -1;
        const point = this._map.latLngToLayerPoint(latlng).subtract(this._from);
        const { ratio } = this._frame;
        return window.fairreachCells.cellAt(this._index, this._frame, point.x * ratio, point.y * ratio);
      },

      draw() {
        this._index = window.fairreachCells.raster(this._cells, this._frame, this._index);
        this._colour();
      },

      _colour() {
        if (!this._entryOf || !this._frame) return;
        const { width, height, ratio, scale } = this._frame;
        const context = this._canvas.getContext("2d");
        if (!this._image || this._image.width !== width || this._image.height !== height) {
          this._image = context.createImageData(width, height);
        }
        const kit = window.fairreachCells;
        const size = Math.round(kit.TILE * ratio);
        // Patterns stay on the ground while the map is dragged and drawn anew.
        const origin = this._map.getPixelOrigin().add(this._from).multiplyBy(ratio).round();
        const shift = [origin.x, origin.y].map((value) => ((value % size) + size) % size);
        const edges = this._cellWidth() * scale > CELLS_WITH_EDGES_PX * ratio;
        const pixels = new Uint32Array(this._image.data.buffer);
        const ready = kit.palette(this._looks, OPACITY, ratio);
        kit.paint(this._index, this._frame, this._entryOf, ready, pixels, edges, shift);
        this._show();
      },

      // Width of the first cell in metres; all are about as wide.
      _cellWidth() {
        const east = window.fairreachCells.cornersOf(this._cells, 0).map((corner) => corner[0]);
        return Math.max(...east) - Math.min(...east);
      },

      _show() {
        this._canvas.getContext("2d").putImageData(this._image, 0, 0);
        this.fire("painted");
      },
    });

    made = { Canvas, Cells };
    return made;
  }

  window.fairreachLayers = layers;
})();
