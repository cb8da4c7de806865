// An alert's places are outlined on the map of change, which may stand far below its card: bring it into sight.
(function () {
  "use strict";

  const show = (pressed) => {
    if (pressed.includes("true")) {
      const map = document.getElementById("time-map");
      if (map) map.scrollIntoView({ block: "nearest" });
    }
    return window.dash_clientside.no_update;
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, { time: { show } });
})();
