/*
 * Small pieces that the scripts about drafts share: elements, times, and the values of a form.
 */
(function () {
  "use strict";

  // What is saved, by name, and what pages call it: the form says.
  const first = document.querySelector("[data-fields]");
  const LABELS = first ? JSON.parse(first.getAttribute("data-fields")) : {};
  const NAMES = Object.keys(LABELS);

  // A text as the server keeps it: line breaks of one character, no blanks at the ends.
  function plain(text) {
    return (text || "").replace(/\r\n?/g, "\n").trim();
  }

  function same(one, other) {
    return NAMES.every((name) => plain(one[name]) === plain(other[name]));
  }

  function isEmpty(values) {
    return same(values, {});
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className || "";
    element.textContent = text || "";
    return element;
  }

  function button(text, act, className) {
    const element = make("button", className || "button", text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }

  // A notice that a screen reader says at once, with its title.
  function notice(kind, title) {
    const element = make("div", "notice notice--" + kind);
    element.setAttribute("role", "alert");
    if (title) {
      element.appendChild(make("p", "notice__title", title));
    }
    return element;
  }

  // The texts of a record, each under its label, to be read and copied.
  function texts(values) {
    const box = document.createElement("div");
    NAMES.filter((name) => plain(values[name])).forEach((name) => {
      box.appendChild(make("p", "small strong", LABELS[name]));
      box.appendChild(make("div", "prose-text prose-text--boxed", values[name]));
    });
    return box;
  }

  function cookie(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function two(number) {
    return String(number).padStart(2, "0");
  }

  function clock(moment) {
    const day = moment.getMonth() + 1 + "月" + moment.getDate() + "日";
    return day + " " + two(moment.getHours()) + ":" + two(moment.getMinutes());
  }

  window.pieces = { NAMES, plain, same, isEmpty, make, button, notice, texts, cookie, clock };
})();
