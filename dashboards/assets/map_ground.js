// The ground of a map: streets, water and rail below the cells, lines of transit above them, names.
//
// `ground.bin` is written by dashboards/ground_file.py, whose text describes it.
(function () {
  "use strict";
  function show() {}
  window.fairreachMapGround = { show };
})();
