/*
 * What the text says of an indicator stands below its field: put there anew after each automatic
 * save (js/autosave.js), and put into the field by the button beside it, without leaving the
 * page. Without this script the page shows it when it is saved, and the button posts the form.
 */
(function () {
  "use strict";

  function put(name, value) {
    const field = document.querySelector("[name='" + name + "']");
    if (field) {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function take(button) {
    put("value_" + button.value, button.getAttribute("data-value"));
    put("estimate_" + button.value, button.getAttribute("data-estimate"));
    const said = button.parentNode;
    said.textContent = "已采用文中的数";
    said.setAttribute("role", "status");
    document.querySelector("[name=value_" + button.value + "]").focus();
  }

  // Under a person's finger or focus nothing is changed; the next save comes soon.
  function show(notes) {
    document.querySelectorAll("[data-notes]").forEach(function (place) {
      const html = notes[place.getAttribute("data-notes")];
      if (html !== undefined && !place.contains(document.activeElement)) {
        place.innerHTML = html;
      }
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-notes] button[name=take]");
    if (button) {
      event.preventDefault();
      take(button);
    }
  });
  document.addEventListener("draft-saved", function (event) {
    show(event.detail.notes || {});
  });
})();
