/*
 * A value read from the text is put into its field by the button beside it, without leaving the
 * page; js/autosave.js saves it like anything typed. Without this script the button posts the form.
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

  document.querySelectorAll("button[name=take]").forEach(function (button) {
    button.addEventListener("click", function (event) {
      event.preventDefault();
      put("value_" + button.value, button.getAttribute("data-value"));
      put("estimate_" + button.value, button.getAttribute("data-estimate"));
      const said = button.parentNode;
      said.textContent = "已采用文中的数";
      said.setAttribute("role", "status");
      document.querySelector("[name=value_" + button.value + "]").focus();
    });
  });
})();
