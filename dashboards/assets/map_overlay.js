// Zones, routes, stops, places and drawn things over the cells: GeoJSON whose properties say what each is.
(function () {
  "use strict";
  const LOOKS = {
    zone: { color: "#c2006b", weight: 2.6, fillOpacity: 0 },
    route: { color: "#364fc7", weight: 3, fill: false },
    stop: { color: "#1a1a1a", weight: 1.5, fillColor: "#ffffff", fillOpacity: 1, radius: 4 },
    place: { color: "#ffffff", weight: 2, fillColor: "#c2006b", fillOpacity: 1, radius: 7 },
    drawn: { color: "#364fc7", weight: 4, dashArray: "8 6", fillColor: "#364fc7", fillOpacity: 1, radius: 5, fill: false },
    new: { color: "#364fc7", weight: 5, fill: false, fillColor: "#364fc7", radius: 6 },
    changed: { color: "#a3480a", weight: 4, fill: false, fillColor: "#a3480a", radius: 6 },
    removed: { color: "#1a1a1a", weight: 3, dashArray: "3 7", fill: false, fillColor: "#ffffff", radius: 6 },
  };
  const WITH_CASING = new Set(["zone", "route", "new", "changed", "drawn"]);
  const HEX = /^#[0-9a-f]{6}$/i;
  const NEAR_PX = 12; // a feature so near to the cross counts as under it

  function lookOf(properties) {
    const look = { ...(LOOKS[properties.kind] || LOOKS.drawn) };
    if (HEX.test(properties.colour || "")) {
      look.color = properties.colour;
      if (look.fillColor && properties.kind !== "stop") look.fillColor = properties.colour;
    }
    if (Number(properties.weight) > 0) look.weight = Math.min(20, Number(properties.weight));
    return look;
  }

  function show(state, collection) {
    const { L } = window;
    if (state.overlay) state.overlay.remove();
    state.overlay = null;
    state.hovered = "";
    const features = (collection && collection.features) || [];
    if (!features.length) return;
    const renderer = (state.renderer = state.renderer && state.renderer._map ? state.renderer : L.canvas({ padding: 0.2, tolerance: 5 }));
    const group = (state.overlay = L.layerGroup());
    const lines = features.filter((each) => WITH_CASING.has((each.properties || {}).kind) && !isPoint(each));
    const casing = (feature) => {
      const look = lookOf(feature.properties);
      return { color: "#ffffff", weight: look.weight + 3, opacity: 0.9, fill: false };
    };
    L.geoJSON({ type: "FeatureCollection", features: lines }, { style: casing, interactive: false, renderer }).addTo(group);
    const seen = L.geoJSON(collection, {
      renderer,
      style: (feature) => ({ ...lookOf(feature.properties || {}), renderer }),
      pointToLayer: (feature, latlng) => L.circleMarker(latlng, { ...lookOf(feature.properties || {}), fill: true, fillOpacity: 1, renderer }),
      onEachFeature: (feature, layer) => watch(state, feature.properties || {}, layer),
    }).addTo(group);
    features.filter((each) => (each.properties || {}).kind === "zone" && each.properties.label).forEach((each) => {
      const middle = L.geoJSON(each).getBounds().getCenter();
      group.addLayer(text(each.properties.label, middle, "fr-zone-name"));
    });
    state.seen = seen;
    group.addTo(state.map);
  }

  const isPoint = (feature) => /Point$/.test((feature.geometry || {}).type || "");

  // A layer under the pointer says its name; a click on it is the map's, which asks `featureOf`.
  function watch(state, properties, layer) {
    layer.on("mouseover", () => {
      state.hovered = properties.label || "";
      state.block.dataset.over = properties.clickable === false ? "" : "feature";
    });
    layer.on("mouseout", () => {
      state.hovered = "";
      state.block.dataset.over = "";
    });
    layer.on("click", () => {
      state.clicked = properties.clickable === false ? null : { kind: text32(properties.kind), id: String(properties.id) };
    });
  }
  const text32 = (value) => String(value).slice(0, 32);

  // Feature of a click that the map has just been told of (Leaflet asks the layer first, then the map).
  function featureOf(state) {
    const found = state.clicked || null;
    state.clicked = null;
    return found;
  }

  // The nearest feature to the cross in the middle, if near enough; points before lines.
  function atCentre(state) {
    if (!state.seen || !state.overlay) return null;
    const { map } = state;
    const middle = map.latLngToLayerPoint(map.getCenter());
    let best = null;
    state.seen.eachLayer((layer) => {
      const { properties = {} } = layer.feature;
      if (properties.clickable === false) return;
      const distance = distanceTo(layer, map, middle);
      const rank = distance - (layer.getLatLng ? NEAR_PX : 0);
      if (distance <= NEAR_PX && (!best || rank < best.rank)) best = { rank, properties };
    });
    return best && best.properties;
  }

  function distanceTo(layer, map, point) {
    if (layer.getLatLng) return map.latLngToLayerPoint(layer.getLatLng()).distanceTo(point);
    if (!layer.closestLayerPoint || !layer._rawPxBounds) return Infinity; // not drawn
    const near = layer.closestLayerPoint(point);
    return near ? near.distance : Infinity;
  }

  function featureAtCentre(state) {
    const properties = atCentre(state);
    return properties && { kind: text32(properties.kind), id: String(properties.id) };
  }
  const labelAtCentre = (state) => (atCentre(state) || {}).label || "";

  // Text on the map: a marker without events whose words are text, never markup.
  function text(words, latlng, className) {
    const made = document.createElement("span");
    made.textContent = words;
    const icon = window.L.divIcon({ className: "fr-name-box", html: made, iconSize: null });
    made.className = className;
    return window.L.marker(latlng, { icon, interactive: false, keyboard: false, pane: "fr-names" });
  }

  window.fairreachMapOverlay = { show, featureOf, featureAtCentre, labelAtCentre, text };
})();
