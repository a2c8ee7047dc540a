/*
 * Long work shows that it goes on, and how far: <form data-busy="正在导入" data-seconds="8">, or a
 * link to a file that is made when it is asked for. The seconds are what it took when measured;
 * without them only the time gone is told. Without this script the browser's own sign remains.
 */
(function () {
  "use strict";

  function show(element, words, expected) {
    const line = document.createElement("p");
    const bar = document.createElement("progress");
    const text = document.createElement("span");
    const began = Date.now();
    line.className = "busy";
    line.setAttribute("role", "status");
    bar.setAttribute("aria-label", words);
    line.append(bar, text);
    element.insertAdjacentElement("afterend", line);

    function tell() {
      const gone = Math.round((Date.now() - began) / 1000);
      text.textContent = words + "，已用" + gone + "秒" + (expected ? "，约需" + expected + "秒" : "") + "。";
      if (expected) {
        bar.max = expected;
        // The end is the page that follows: the bar stays just short of it.
        bar.value = Math.min(gone, expected * 0.95);
      }
      return gone;
    }

    tell();
    return { line: line, timer: setInterval(tell, 1000), tell: tell };
  }

  function begin(element, after) {
    const words = element.getAttribute("data-busy");
    const expected = Number(element.getAttribute("data-seconds")) || 0;
    if (element.busy) {
      return;
    }
    element.busy = show(after, words, expected);
    if (element.tagName === "A") {
      // The page stays when a file comes; the browser says the rest.
      setTimeout(function () { end(element); }, (expected + 2) * 1000);
    }
  }

  function end(element) {
    if (element.busy) {
      clearInterval(element.busy.timer);
      element.busy.line.remove();
      element.busy = null;
    }
  }

  const all = document.querySelectorAll("[data-busy]");
  all.forEach(function (element) {
    if (element.tagName === "A") {
      element.addEventListener("click", function () { begin(element, element); });
      return;
    }
    element.addEventListener("submit", function (event) {
      // Held back by a script before this one (js/autosave.js): it comes again.
      if (event.defaultPrevented) {
        return;
      }
      const buttons = element.querySelectorAll("button[type=submit]");
      begin(element, buttons[buttons.length - 1]);
    });
  });
  // Back from the cache of pages the work is over.
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) {
      all.forEach(end);
    }
  });
})();
