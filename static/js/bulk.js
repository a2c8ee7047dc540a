/*
 * Lists that are acted on together, <form data-bulk> (or data-bulk="name of the boxes"): the link that loads the page with all
 * ticked ticks them here instead, the button (or [data-bulk-count], where there are several) says how many they are, and a row whose status
 * is chosen is ticked. Without this script the link loads the page, and the server counts.
 */
(function () {
  "use strict";

  function watch(form) {
    const link = form.querySelector("[data-select-all]");
    const submit = form.querySelector("button[type=submit]");
    const counter = form.querySelector("[data-bulk-count]");
    const words = (counter || submit).textContent;
    const name = form.getAttribute("data-bulk") || "entry";
    const every = link.textContent;

    function boxes() {
      return Array.prototype.slice.call(form.querySelectorAll("input[type=checkbox][name=" + name + "]"));
    }

    function count() {
      const ticked = boxes().filter((box) => box.checked).length;
      if (counter) {
        counter.textContent = ticked ? "已选" + ticked + "项：" : words;
        link.textContent = ticked === boxes().length ? "全不选" : every;
        return;
      }
      submit.textContent = ticked ? words.replace("所选", "所选" + ticked + "项").replace("项事项", "项") : words;
      link.textContent = ticked === boxes().length ? "全不选" : every;
    }

    link.addEventListener("click", (event) => {
      const all = boxes().every((box) => box.checked);
      event.preventDefault();
      boxes().forEach((box) => { box.checked = !all; });
      count();
    });
    form.addEventListener("change", (event) => {
      if (event.target.tagName === "SELECT" && event.target.value) {
        const row = event.target.closest("tr");
        const box = row && row.querySelector("input[type=checkbox]");
        if (box) {
          box.checked = true;
        }
      }
      count();
    });
    count();
  }

  document.querySelectorAll("form[data-bulk]").forEach(watch);
})();
