/*
 * The review desk by keyboard: j the next entry, k the one before, a to the judgement,
 * r to the first form that returns a text. Nothing happens while something is typed. A
 * chosen recent reason is put into the box, to be changed there. Without this script the
 * same links and boxes are there.
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

  const keys = {
    j: function () { follow("next"); },
    k: function () { follow("prev"); },
    a: approve,
    r: giveBack
  };

  document.addEventListener("keydown", function (event) {
    const at = event.target;
    const typing = at.isContentEditable || /^(TEXTAREA|SELECT)$/.test(at.tagName) ||
      (at.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(at.type));
    if (typing || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) {
      return;
    }
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

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
