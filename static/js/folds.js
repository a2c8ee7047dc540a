/*
 * Opens what is folded (<details class="fold">) for printing, and for a link that leads into
 * it. Without this script a fold is opened by hand, and the brief is there to be printed.
 */
(function () {
  "use strict";

  const folds = Array.from(document.querySelectorAll("details.fold"));
  let opened = [];

  window.addEventListener("beforeprint", () => {
    opened = folds.filter((each) => !each.open);
    opened.forEach((each) => {
      each.open = true;
    });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((each) => {
      each.open = false;
    });
  });
})();
