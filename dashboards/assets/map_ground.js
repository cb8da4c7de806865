// The ground of a map: streets, water, parks and rail below the cells; lines of transit and the names of
// neighbourhoods above them. `ground.bin` is written by dashboards/ground_file.py, whose text describes it.
(function () {
  "use strict";
  const MAGIC = "FRG1";
  const HEADER_BYTES = 32;
  const EARTH_M = 2 * Math.PI * 6378137;

  // Width in CSS pixels at a city's zoom (12); streets grow a little with every step inwards.
  const BELOW = {
    park: { fill: "#e3ebdc" },
    water: { fill: "#cfdfe8" },
    stream: { stroke: "#c3d7e2", width: 2.4 },
    street3: { stroke: "#e4e2dd", width: 0.7, from: 13.25 },
    street2: { stroke: "#d6d4cd", width: 1.1 },
    street1: { stroke: "#c3bfb5", width: 1.9 },
    rail: { stroke: "#b5b0a6", width: 1.2, dash: [6, 3] },
  };
  // Above the cells: main streets as a breath of white that helps to find one's way, then transit.
  const ABOVE = {
    street3: { stroke: "#ffffff", opacity: 0.24, width: 0.8, from: 13.75 },
    street2: { stroke: "#ffffff", opacity: 0.3, width: 0.8, from: 12 },
    street1: { stroke: "#ffffff", opacity: 0.5, width: 1.3 },
    bus: { stroke: "#16181d", opacity: 0.42, width: 0.8, from: 11 },
    fixed: { stroke: "#16181d", opacity: 1, width: 1.5, casing: "#ffffff" },
  };
  const NAME_HEIGHT = 16; // CSS pixels
  const NAME_LETTER = 7;
  const MOST_NAMES = 40;

  function decode(buffer) {
    const head = new DataView(buffer);
    const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
    if (magic !== MAGIC) throw new Error(`ground: ${magic} instead of ${MAGIC}`);
    const textBytes = head.getUint32(4, true);
    const [x0, y0, step] = [8, 16, 24].map((at) => head.getFloat64(at, true));
    const text = new Uint8Array(buffer, HEADER_BYTES, textBytes);
    const about = JSON.parse(new TextDecoder().decode(text));
    const nLines = about.parts.reduce((sum, part) => sum + part.lines, 0);
    const nPoints = about.parts.reduce((sum, part) => sum + part.points, 0);
    const lengths = new Uint32Array(buffer, HEADER_BYTES + textBytes, nLines);
    const packed = new Uint16Array(buffer, HEADER_BYTES + textBytes + 4 * nLines, 2 * nPoints);
    const metres = (from, origin) => {
      const found = new Float64Array(nPoints);
      for (let i = 0, place = 0; i < nPoints; i++) {
        place = (place + packed[from + i]) & 0xffff;
        found[i] = origin + place * step;
      }
      return found;
    };
    return { ...about, lengths, x: metres(0, x0), y: metres(nPoints, y0) };
  }

  // Draw the kinds of `looks` in their order; `ground.parts` may hold them in any.
  function draw(context, frame, ground, looks, zoom) {
    context.clearRect(0, 0, frame.width, frame.height);
    context.lineJoin = context.lineCap = "round";
    const places = startsOf(ground);
    // What lies over the cells is fainter where all of the city is seen at once.
    const faint = looks === ABOVE ? Math.min(1, Math.max(0.5, 0.5 + (zoom - 12) / 4)) : 1;
    Object.entries(looks).forEach(([kind, look]) => {
      const at = ground.parts.findIndex((part) => part.kind === kind);
      if (at < 0 || zoom < (look.from || 0)) return;
      trace(context, frame, ground, places[at], ground.parts[at].lines);
      context.globalAlpha = (look.opacity || 1) * faint;
      if (look.fill) {
        context.fillStyle = look.fill;
        context.fill("evenodd");
        return;
      }
      const grown = look.width * frame.ratio * Math.min(4, Math.max(0.8, 1.32 ** (zoom - 12)));
      // Lines of a pixel or less are blended one by one in browsers, so that many of them come out black.
      const width = Math.max(1.05, grown);
      context.setLineDash((look.dash || []).map((part) => part * frame.ratio));
      if (look.casing) stroke(context, look.casing, width + 2.4 * frame.ratio);
      stroke(context, look.stroke, width);
      context.setLineDash([]);
    });
    context.globalAlpha = 1;
  }

  function stroke(context, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  // First line and first point of every part.
  function startsOf(ground) {
    let [line, point] = [0, 0];
    return ground.parts.map((part) => {
      const start = { line, point };
      line += part.lines;
      point += part.points;
      return start;
    });
  }

  // One path of all lines of a part that touch the frame.
  function trace(context, frame, ground, start, nLines) {
    const { left, top, scale, width, height } = frame;
    context.beginPath();
    let point = start.point;
    for (let line = start.line; line < start.line + nLines; line++) {
      const end = point + ground.lengths[line];
      let [west, east, north, south] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let i = point; i < end; i++) {
        const x = (ground.x[i] - left) * scale;
        const y = (top - ground.y[i]) * scale;
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < north) north = y;
        if (y > south) south = y;
      }
      if (east >= 0 && west <= width && south >= 0 && north <= height) {
        for (let i = point; i < end; i++) {
          const x = (ground.x[i] - left) * scale;
          const y = (top - ground.y[i]) * scale;
          if (i === point) context.moveTo(x, y);
          else context.lineTo(x, y);
        }
      }
      point = end;
    }
  }

  const latlng = ([x, y]) =>
    window.L.latLng((Math.atan(Math.exp((y / EARTH_M) * 2 * Math.PI)) * 360) / Math.PI - 90, (x / EARTH_M) * 360);

  // Names in the order given, each only where none before it is too near; anew after every zoom.
  function placeNames(state, ground) {
    const { L } = window;
    const { map } = state;
    if (state.names) state.names.remove();
    state.names = L.layerGroup().addTo(map);
    const taken = [];
    const size = map.getSize();
    ground.names.forEach(([name, x, y]) => {
      const place = latlng([x, y]);
      const point = map.latLngToContainerPoint(place);
      const half = (name.length * NAME_LETTER) / 2;
      if (taken.length >= MOST_NAMES || point.x < half || point.y < NAME_HEIGHT) return;
      if (point.x > size.x - half || point.y > size.y - NAME_HEIGHT) return;
      const clash = taken.some((other) =>
        Math.abs(other.x - point.x) < half + other.half + 6 && Math.abs(other.y - point.y) < NAME_HEIGHT + 6);
      if (clash) return;
      taken.push({ x: point.x, y: point.y, half });
      state.names.addLayer(window.fairreachMapOverlay.text(name, place, "fr-name"));
    });
  }

  // Draw a ground; returns where its streets come from, empty without any.
  function show(state, buffer) {
    const { map } = state;
    const ground = decode(buffer);
    const { Canvas } = window.fairreachLayers(window.L);
    const layerOf = (pane, looks) => {
      const layer = new Canvas({ pane });
      layer.draw = (context, frame) => draw(context, frame, ground, looks, map.getZoom());
      return layer.addTo(map);
    };
    layerOf("fr-ground", BELOW);
    layerOf("fr-lines", ABOVE);
    const names = () => placeNames(state, ground);
    map.on("moveend", names);
    names();
    return ground.source;
  }

  window.fairreachMapGround = { decode, show };
})();
