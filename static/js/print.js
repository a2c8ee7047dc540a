/*
 * A button that opens the browser's print dialogue. Without this script it stays hidden, and
 * Ctrl+P does the same.
 */
(function () {
  "use strict";

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      window.print();
    });
  });
})();
