/*
 * Single keys, for whoever has not switched them off (<body data-keys>): `/` to the search
 * box, `?` the list of the page's keys, and what other scripts add with `keys.add`. Nothing
 * happens while something is typed. Without this script everything has its link or button.
 */
(function () {
  "use strict";

  const known = new Map(); // key -> [what it does in words, function]
  let list = null;

  function isTyping(target) {
    return (
      target.isContentEditable ||
      /^(TEXTAREA|SELECT)$/.test(target.tagName) ||
      (target.tagName === "INPUT" && !/^(radio|checkbox|button|submit)$/.test(target.type))
    );
  }

  function row(key, words) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    const told = document.createElement("dd");
    const cap = document.createElement("kbd");
    cap.textContent = key;
    told.textContent = words;
    term.appendChild(cap);
    line.appendChild(term);
    line.appendChild(told);
    return line;
  }

  function show() {
    if (list) {
      return;
    }
    list = document.createElement("dialog");
    list.className = "keys";
    list.setAttribute("aria-label", "本页快捷键");
    const head = document.createElement("h2");
    const rows = document.createElement("dl");
    const close = document.createElement("button");
    head.textContent = "本页快捷键";
    known.forEach(([words], key) => rows.appendChild(row(key, words)));
    close.className = "button";
    close.type = "button";
    close.textContent = "关闭";
    close.addEventListener("click", () => list.close());
    [head, rows, close].forEach((each) => list.appendChild(each));
    list.addEventListener("close", () => {
      list.remove();
      list = null;
    });
    document.body.appendChild(list);
    list.showModal();
  }

  function find() {
    const box = document.getElementById("site-find") || document.querySelector("input[type=search]");
    if (box) {
      box.focus();
    }
  }

  window.keys = {
    add: (key, words, act) => known.set(key, [words, act])
  };
  window.keys.add("/", "搜索", find);
  window.keys.add("?", "列出本页快捷键", show);

  document.addEventListener("keydown", (event) => {
    const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.isComposing);
    const found = known.get(event.key);
    if (found && isPlain && !list && !isTyping(event.target) && "keys" in document.body.dataset) {
      event.preventDefault();
      found[1]();
    }
  });
})();
