/*
 * The review desk by keyboard: j the next entry, k the one before, 1 to 9 a status, a to
 * approve with the status chosen (without one, to the choice), r to the form that returns,
 * Ctrl and Enter to send it, z to undo the last verdict (js/keys.js). A chosen recent
 * reason is put into the box, to be changed there. Without this script the same links and
 * boxes are there.
 */
(function () {
  "use strict";

  function follow(rel) {
    const link = document.querySelector('a[rel="' + rel + '"]');
    if (link) {
      window.location.assign(link.href);
    }
  }

  function statuses() {
    return Array.prototype.slice.call(document.querySelectorAll("[data-approve] input[type=radio]"));
  }

  function approve() {
    const form = document.querySelector("[data-approve]");
    const chosen = statuses().find((radio) => radio.checked);
    if (chosen) {
      form.querySelector("button[type=submit]").click();
    } else if (form) {
      form.scrollIntoView({ block: "nearest" });
      statuses()[0].focus();
    }
  }

  function choose(index) {
    const radio = statuses()[index];
    if (radio) {
      radio.checked = true;
      radio.focus();
    }
  }

  function giveBack() {
    const details = document.querySelector("[data-return]");
    if (details) {
      details.open = true;
      details.querySelector("textarea").focus();
    }
  }

  function undo() {
    const button = document.querySelector("[data-undo]");
    if (button) {
      button.click();
    }
  }

  window.keys.add("j", "下一项", () => follow("next"));
  window.keys.add("k", "上一项", () => follow("prev"));
  statuses().slice(0, 9).forEach((radio, index) => {
    const label = document.querySelector('label[for="' + radio.id + '"]');
    window.keys.add(String(index + 1), "完成状态：" + label.textContent.trim(), () => choose(index));
  });
  window.keys.add("a", "通过并看下一项；未选完成状态时转到选择处", approve);
  window.keys.add("r", "退回", giveBack);
  window.keys.add("z", "撤销刚才的核定", undo);

  document.querySelectorAll("[data-return] textarea").forEach((area) => {
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        area.form.querySelector("button[type=submit]").click();
      }
    });
  });

  document.querySelectorAll("select[data-fills]").forEach((select) => {
    select.addEventListener("change", () => {
      const area = document.getElementById(select.getAttribute("data-fills"));
      if (area && select.value) {
        area.value = select.value;
        area.dispatchEvent(new Event("input", { bubbles: true }));
        area.focus();
      }
    });
  });
})();
