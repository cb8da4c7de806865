// The fold of a download button closes on a choice, on Escape and on a click elsewhere, as a menu would.
(function () {
  "use strict";
  const open = () => document.querySelectorAll("details.download[open]");

  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    for (const fold of open()) {
      if (!fold.contains(at) || at.closest(".download-item")) fold.open = false;
      if (fold.contains(at) && at.closest(".download-item")) fold.querySelector("summary").focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of open()) {
      fold.open = false;
      fold.querySelector("summary").focus();
    }
  });
})();
