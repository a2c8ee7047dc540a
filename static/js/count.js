/*
 * Counts the characters of every <textarea data-limit="20000"> as the server does:
 * a line break is one character, a rare character outside the basic plane is one, and
 * blanks at both ends do not count. Without this script the server alone says so.
 */
(function () {
  "use strict";

  function count(text) {
    return Array.from(text.replace(/\r\n?/g, "\n").trim()).length;
  }

  function watch(area) {
    const limit = Number(area.getAttribute("data-limit"));
    const shown = document.createElement("p");
    const spoken = document.createElement("p");
    let timer = null;
    shown.className = "field__count";
    spoken.className = "visually-hidden";
    spoken.setAttribute("aria-live", "polite");
    area.parentNode.insertBefore(shown, area.nextSibling);
    area.parentNode.insertBefore(spoken, shown.nextSibling);

    function update() {
      const length = count(area.value);
      const over = length > limit;
      const text = "已输入 " + length + " / " + limit + " 字" + (over ? "，超出 " + (length - limit) + " 字" : "");
      shown.textContent = text;
      shown.classList.toggle("field__count--over", over);
      // A screen reader hears it only near the limit, and only when typing pauses.
      clearTimeout(timer);
      timer = setTimeout(function () {
        spoken.textContent = length > limit * 0.9 ? text : "";
      }, 1000);
    }

    area.addEventListener("input", update);
    update();
  }

  document.querySelectorAll("textarea[data-limit]").forEach(watch);
})();
