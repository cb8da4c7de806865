// Arithmetic of the map's cells: no page, no map library, so that any site can use it and a test can run it.
//
// Why an index raster. A map of 50,000 hexagons drawn one path at a time takes seconds whenever a colour
// changes. Here every pixel of the canvas first gets the number of the cell that lies under it (0: none).
// That raster is made anew only when the view moves; from it
//   - a new colouring is one look-up per pixel, whatever the number of cells,
//   - the cell under the pointer is one array read,
//   - neighbours never leave a seam: a pixel belongs to exactly one cell.
// Cost depends on pixels, not on cells. The price: edges are not smoothed.
//
// Positions are metres of Web Mercator (x east, y north). A frame says which part of the plane the pixels
// show: { left, top, scale, width, height }: `left`, `top` in metres, `scale` in pixels per metre.
(function () {
  "use strict";
  const MAGIC = "FRC1";
  const NO_NAME = 65535;
  const HEADER_BYTES = 40;
  const TILE = 8; // size of a pattern's tile, in CSS pixels

  // ---- reading -------------------------------------------------------------------------------------------

  // Geometry written by dashboards/cell_geometry.py, whose text describes the format; all numbers are
  // little-endian, as on every machine a browser runs on today.
  function decode(buffer) {
    const head = new DataView(buffer);
    const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
    if (magic !== MAGIC) throw new Error(`cells: ${magic} instead of ${MAGIC}`);
    const [n, corners, nameBytes] = [4, 8, 12].map((at) => head.getUint32(at, true));
    const [x0, y0, step] = [16, 24, 32].map((at) => head.getFloat64(at, true));
    const planes = new Uint16Array(buffer, HEADER_BYTES, n * (2 * corners + 1));
    const x = corner(planes, 0, n, corners, x0, step);
    const y = corner(planes, 1, n, corners, y0, step);
    const nameOf = planes.subarray(2 * corners * n);
    const text = new Uint8Array(buffer, HEADER_BYTES + 2 * planes.length, nameBytes);
    const names = JSON.parse(new TextDecoder().decode(text));
    return { n, corners, x, y, nameOf, names, bounds: boundsOf(x, y) };
  }

  // One coordinate of every corner: plane 0 holds steps from cell to cell of the first corner, the planes
  // after it steps from the first corner to the others; all modulo 65536, so nothing can overflow.
  function corner(planes, axis, n, corners, origin, step) {
    const metres = new Float64Array(n * corners);
    let first = 0;
    for (let cell = 0; cell < n; cell++) {
      first = (first + planes[axis * n + cell]) & 0xffff;
      metres[cell * corners] = origin + first * step;
      for (let k = 1; k < corners; k++) {
        const place = (first + planes[(2 * k + axis) * n + cell]) & 0xffff;
        metres[cell * corners + k] = origin + place * step;
      }
    }
    return metres;
  }

  function boundsOf(x, y) {
    const bounds = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      if (x[i] < bounds[0]) bounds[0] = x[i];
      if (y[i] < bounds[1]) bounds[1] = y[i];
      if (x[i] > bounds[2]) bounds[2] = x[i];
      if (y[i] > bounds[3]) bounds[3] = y[i];
    }
    return bounds;
  }

  // Name of the neighbourhood of a cell, empty where there is none.
  const nameOf = (cells, row) => (cells.nameOf[row] === NO_NAME ? "" : cells.names[cells.nameOf[row]]);

  // Corners of a cell as [[x, y], ...].
  function cornersOf(cells, row) {
    const found = [];
    for (let k = 0; k < cells.corners; k++) {
      found.push([cells.x[row * cells.corners + k], cells.y[row * cells.corners + k]]);
    }
    return found;
  }

  function bytes(base64) {
    const text = window.atob(base64 || "");
    const found = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) found[i] = text.charCodeAt(i);
    return found;
  }
  const floats = (base64) => new Float32Array(bytes(base64).buffer);

  // ---- index raster --------------------------------------------------------------------------------------

  // Number of the cell + 1 at the centre of every pixel of a frame, row by row from the top; 0 where no cell
  // lies. `index` may be an array to use again. A pixel whose centre lies on an edge belongs to one side
  // only (the rule is half-open: from the left edge, up to the right one).
  function raster(cells, frame, index) {
    const { width, height, scale, left, top } = frame;
    const size = width * height;
    const out = index && index.length === size ? index.fill(0) : new Uint32Array(size);
    const m = cells.corners;
    const px = new Float64Array(m);
    const py = new Float64Array(m);
    for (let cell = 0; cell < cells.n; cell++) {
      let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let k = 0; k < m; k++) {
        px[k] = (cells.x[cell * m + k] - left) * scale;
        py[k] = (top - cells.y[cell * m + k]) * scale;
        if (px[k] < west) west = px[k];
        if (px[k] > east) east = px[k];
        if (py[k] < north) north = py[k];
        if (py[k] > south) south = py[k];
      }
      if (east <= 0 || west >= width || south <= 0 || north >= height) continue;
      fill(out, width, height, px, py, north, south, cell + 1);
    }
    return out;
  }

  // Fill one convex cell, one row of pixels after the other.
  function fill(out, width, height, px, py, north, south, number) {
    const m = px.length;
    const last = Math.min(height - 1, Math.ceil(south - 0.5) - 1);
    for (let row = Math.max(0, Math.ceil(north - 0.5)); row <= last; row++) {
      const centre = row + 0.5;
      let [from, to] = [Infinity, -Infinity];
      for (let k = 0, before = m - 1; k < m; before = k++) {
        if (py[before] <= centre === py[k] <= centre) continue;
        // Both neighbours of an edge reckon from its upper end: their results are equal to the last bit.
        const [a, b] = py[before] < py[k] ? [before, k] : [k, before];
        const x = px[a] + ((centre - py[a]) / (py[b] - py[a])) * (px[b] - px[a]);
        if (x < from) from = x;
        if (x > to) to = x;
      }
      const first = Math.max(0, Math.ceil(from - 0.5));
      const end = Math.min(width, Math.ceil(to - 0.5));
      if (first < end) out.fill(number, row * width + first, row * width + end);
    }
  }

  // Row of the cell at a point of the frame in pixels; -1 where none lies, or outside of the frame.
  function cellAt(index, frame, x, y) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= frame.width || row >= frame.height) return -1;
    return index[row * frame.width + column] - 1;
  }

  // ---- colours -------------------------------------------------------------------------------------------

  // "#rrggbb" and an opacity (0 to 1) as one number in the byte order of a canvas.
  function colour(hex, opacity) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return ((Math.round(255 * opacity) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }

  // A colour mixed with white; `share` is the white's.
  function paler(hex, share) {
    const part = (at) => Math.round(parseInt(hex.slice(at, at + 2), 16) * (1 - share) + 255 * share);
    return "#" + [1, 3, 5].map((at) => part(at).toString(16).padStart(2, "0")).join("");
  }

  // Tile of a pattern, 1 where its ink is; `ratio` is device pixels per CSS pixel.
  function tile(pattern, ratio) {
    const size = Math.round(TILE * ratio);
    const ink = new Uint8Array(size * size);
    const thick = 0.6 * ratio;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [x, y] = [column + 0.5, row + 0.5];
        const up = Math.abs(((x + y) % size) - size / 2) <= thick;
        const down = Math.abs(((x - y + size) % size) - size / 2) <= thick;
        const dot = (cx, cy) => Math.hypot(x - cx * size, y - cy * size) <= 1.25 * ratio;
        const has = { lines: up, crosses: up || down, dots: dot(0.25, 0.25) || dot(0.75, 0.75) }[pattern];
        ink[row * size + column] = has ? 1 : 0;
      }
    }
    return { size, ink };
  }

  // Looks ready for `paint`: colours as numbers, patterns as tiles. `looks` come from map_view.paint_of.
  function palette(looks, opacity, ratio) {
    return looks.map((look) => ({
      fill: colour(look.colour, opacity),
      edge: colour(paler(look.colour, look.pattern ? 0 : 0.35), opacity),
      ink: look.pattern ? colour(look.ink, opacity) : 0,
      tile: look.pattern ? tile(look.pattern, ratio) : null,
    }));
  }

  // Colour of every pixel from its cell's look. `entryOf` (one byte a cell) is the place in `ready`; a place
  // that `ready` does not have is not drawn. `edges` draws a paler line between cells; `shift` moves the
  // patterns so that they stay where they are on the ground.
  function paint(index, frame, entryOf, ready, pixels, edges, shift) {
    const { width, height } = frame;
    const [shiftX, shiftY] = shift || [0, 0];
    // By number of the cell: its colour, and whether that is all (no pattern, or not drawn).
    const fills = new Uint32Array(entryOf.length + 1);
    const plain = new Uint8Array(entryOf.length + 1).fill(1);
    for (let cell = 0; cell < entryOf.length; cell++) {
      const look = ready[entryOf[cell]];
      fills[cell + 1] = look ? look.fill : 0;
      plain[cell + 1] = look && look.tile ? 0 : 1;
    }
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) {
        const number = index[i];
        if (plain[number]) pixels[i] = fills[number];
        else {
          const { tile: { size, ink }, ink: inked } = ready[entryOf[number - 1]];
          const isInk = ink[((row + shiftY) % size) * size + ((column + shiftX) % size)];
          pixels[i] = isInk ? inked : fills[number];
        }
      }
    }
    if (edges) drawEdges(index, frame, entryOf, ready, pixels);
  }

  // Draw over the pixels whose left or upper neighbour is another cell's.
  function drawEdges(index, frame, entryOf, ready, pixels) {
    const { width, height } = frame;
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) {
        const number = index[i];
        if (!number) continue;
        if (!((column && index[i - 1] !== number) || (row && index[i - width] !== number))) continue;
        const look = ready[entryOf[number - 1]];
        if (look) pixels[i] = look.tile ? look.ink : look.edge;
      }
    }
  }

  window.fairreachCells = {
    decode, nameOf, cornersOf, bytes, floats, raster, cellAt, colour, paler, tile, palette, paint, TILE,
  };
})();
