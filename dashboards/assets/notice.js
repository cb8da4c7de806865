// A message about something that failed goes when the visitor asks for something else.
(function () {
  "use strict";
  const clear = (view, shown) => (shown ? [] : window.dash_clientside.no_update);
  window.dash_clientside = Object.assign({}, window.dash_clientside, { notice: { clear } });
})();
