/*
 * Opens what is folded (<details class="fold">) for printing, and for a link that leads into
 * it. Without this script a fold is opened by hand, and the brief is there to be printed.
 */
(function () {
  "use strict";

  const folds = Array.from(document.querySelectorAll("details.fold"));
  let opened = [];

  // Browsers from 97 on do this themselves.
  function lead() {
    const target = document.getElementById(location.hash.slice(1));
    const fold = target && target.closest("details.fold");
    if (fold && !fold.open) {
      fold.open = true;
      target.scrollIntoView();
    }
  }
  lead();
  window.addEventListener("hashchange", lead);

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
