/*
 * The review desk by keyboard: j the next entry, k the one before, a to the judgement,
 * r to the first form that returns a text (js/keys.js). A chosen recent reason is put into
 * the box, to be changed there. Without this script the same links and boxes are there.
 */
(function () {
  "use strict";

  function follow(rel) {
    const link = document.querySelector('a[rel="' + rel + '"]');
    if (link) {
      window.location.assign(link.href);
    }
  }

  function approve() {
    const form = document.querySelector("[data-approve]");
    if (!form) {
      return;
    }
    form.scrollIntoView({ block: "start" });
    (form.querySelector("input[type=radio]:checked") || form.querySelector("input[type=radio]")).focus();
  }

  function giveBack() {
    const details = document.querySelector("[data-return]");
    if (details) {
      details.open = true;
      details.querySelector("textarea").focus();
    }
  }

  window.keys.add("j", "下一项", () => follow("next"));
  window.keys.add("k", "上一项", () => follow("prev"));
  window.keys.add("a", "转到评定", approve);
  window.keys.add("r", "退回", giveBack);

  document.querySelectorAll("select[data-fills]").forEach(function (select) {
    select.addEventListener("change", function () {
      const area = document.getElementById(select.getAttribute("data-fills"));
      if (area && select.value) {
        area.value = select.value;
        area.dispatchEvent(new Event("input", { bubbles: true }));
        area.focus();
      }
    });
  });
})();
