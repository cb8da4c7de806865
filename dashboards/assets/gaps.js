// The page "gaps" in the browser: keys that say what has changed, and rows, results and buttons that choose.
//
// The server draws the page for a view and writes that view, whole, into the store "gaps-first". A key that the
// URL does not name has the value that stands there.
(function () {
  "use strict";
  const none = () => window.dash_clientside.no_update;
  const text = (value) => (value === null || value === undefined ? "" : String(value));
  const NUMBERS = ["service", "cutoff", "period", "percentile"];
  const CHOICE = [...NUMBERS, "group", "shows"];
  const PAINTED = "#painted";
  // What comes after the map lets the map be painted first; charts let the panel be written first.
  const PANEL_AFTER_MS = 150;
  const REST_AFTER_MS = 400;
  const MAP_WITHIN_MS = 4000;
  let asks = 0;
  let newest = 0;

  const keyOf = (view, names, first) => names.map((name) => text(view[name] || first[name])).join("|");

  function mapKey(view, first) {
    const reach = view.reach === "1" && view.cell ? [view.cell, text(view.at || first.at)] : [];
    return [keyOf(view, CHOICE, first), ...reach].join("|");
  }

  // What the map shows; the first was painted with the page, where it could be. "#painted" at the end tells the
  // server that the map shows it already (gaps_paint.js): its words only are wanted.
  function choice(view, before, first) {
    if (view.page !== "gaps") return none();
    const key = mapKey(view, first);
    if (key === shownKey(before, first)) return none();
    if (view.reach === "1" && view.cell) sayComputing();
    return window.fairreachGapsPaint.shows(key) ? `${key}${PAINTED}` : key;
  }

  // The engine may take a second or two: say at once that it was asked.
  function sayComputing() {
    const told = document.getElementById("gaps-reach-told");
    if (told) window.dash_clientside.set_props("gaps-reach-told", { children: told.dataset.computing });
  }

  // The slider counts minutes; a reader of the screen is told the time of day.
  function nameMinute(thumb) {
    const at = Number(thumb.getAttribute("aria-valuenow"));
    const [hours, minutes] = [Math.floor(at / 60), String(at % 60).padStart(2, "0")];
    const french = document.documentElement.lang.startsWith("fr");
    const time = french ? `${hours} h ${minutes}` : `${String(hours).padStart(2, "0")}:${minutes}`;
    if (thumb.getAttribute("aria-valuetext") !== time) thumb.setAttribute("aria-valuetext", time);
  }

  const nameMinutes = () => document.querySelectorAll(".at-slider [role=slider]").forEach(nameMinute);

  new MutationObserver(nameMinutes).observe(document.documentElement, {
    subtree: true,
    attributes: true,
    attributeFilter: ["aria-valuenow"],
  });

  const shownKey = (before, first) =>
    before === "painted" ? mapKey(first, first) : text(before).replace(PAINTED, "");

  // Whether the panel of the cell must be asked for; a click on the map brought it already. Where its numbers
  // change, the map changes too and goes first.
  async function asked(view, shown, first) {
    if (view.page !== "gaps") return none();
    const key = view.cell ? [view.cell, keyOf(view, NUMBERS, first)].join("|") : "";
    if (key === text(shown)) return none();
    const mine = (asks += 1);
    if (view.cell && view.cell === text(shown).split("|")[0]) await wait(PANEL_AFTER_MS);
    return mine === asks ? `${key}#${mine}` : none();
  }

  // Charts and the table of cells: after the map, and once for several quick changes.
  async function rest(view, before, first) {
    if (view.page !== "gaps") return none();
    const key = keyOf(view, CHOICE, first);
    const mine = (newest += 1);
    if (key === before) return none();
    if (!before) await mapDrawn();
    await wait(REST_AFTER_MS);
    return mine === newest ? key : none();
  }

  const ifOpen = (key, expanded) => (expanded === "true" ? key : none());

  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  async function mapDrawn() {
    const until = performance.now() + MAP_WITHIN_MS;
    while (!document.querySelector(".gaps .fr-legend li") && performance.now() < until) await wait(50);
  }

  // Whether button and slider of the reach map are there, and whether the button is pressed.
  function reachShown(view) {
    const on = view.reach === "1" && Boolean(view.cell);
    nameMinutes();
    return [!view.cell, !on, on ? "true" : "false"];
  }

  function toggleReach(clicks, now) {
    if (!clicks) return none();
    return now === "1" ? "" : "1";
  }

  function fromRow(rows, view) {
    const id = rows && rows.length ? text(rows[0].id) : "";
    return !id || id === text(view.cell) ? none() : id;
  }

  // Values of results are "CELL#number": two places may lie in one cell.
  function fromSearch(value, view) {
    const id = text(value).split("#")[0];
    return !id || id === text(view.cell) ? none() : id;
  }

  const closeCell = (clicks) => (clicks ? "" : none());

  window.fairreachGaps = { CHOICE, mapKey, shownKey };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    gaps: { choice, asked, rest, ifOpen, reachShown, toggleReach, fromRow, fromSearch, closeCell },
  });

  // The server has searched: the box shows what it found, as it is.
  const kit = (window.dashMantineFunctions = window.dashMantineFunctions || {});
  kit.fairreachKeepAll = ({ options }) => options;

  const grid = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  grid.fairreachNumber = (value) =>
    typeof value === "number" ? new Intl.NumberFormat(document.documentElement.lang).format(value) : "";
})();
