/*
 * What this browser keeps of drafts that no server has confirmed: by a key, the values and
 * the moment. Storage may be forbidden or full; then nothing is kept, and `write` says so.
 *
 * A page whose text cannot be written now names the key in data-kept: what is still kept
 * is shown there, to be copied.
 */
(function () {
  "use strict";

  const PREFIX = "draft:";
  const KEPT_FOR = 30 * 24 * 3600 * 1000;
  const { plain, isEmpty, make, button, notice, texts, clock } = window.pieces;

  function read(key) {
    try {
      return JSON.parse(window.localStorage.getItem(PREFIX + key));
    } catch {
      return null;
    }
  }

  function write(key, values) {
    try {
      window.localStorage.setItem(PREFIX + key, JSON.stringify({ values: values, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  function remove(key) {
    try {
      window.localStorage.removeItem(PREFIX + key);
    } catch {
      // Nothing was kept, then.
    }
  }

  function forgetOld() {
    try {
      Object.keys(window.localStorage)
        .filter((name) => name.startsWith(PREFIX))
        .map((name) => name.slice(PREFIX.length))
        .filter((key) => !read(key) || Date.now() - read(key).at > KEPT_FOR)
        .forEach(remove);
    } catch {
      // No storage, nothing old in it.
    }
  }

  function show(panel) {
    const key = panel.getAttribute("data-kept");
    const kept = read(key);
    if (!kept || isEmpty(kept.values)) {
      return;
    }
    const shownText = panel.querySelector("[data-text]");
    if (shownText && plain(kept.values.text) === plain(shownText.textContent)) {
      remove(key);
      return;
    }
    const shown = notice("warning", "本机上存着一份尚未保存的文字（" + clock(new Date(kept.at)) + "）");
    shown.appendChild(make("p", "", "现在不能写入。需要的话请先复制，再联系督查室。"));
    shown.appendChild(texts(kept.values));
    shown.appendChild(
      button("不再需要，从本机删除", () => {
        remove(key);
        shown.remove();
      })
    );
    panel.parentNode.insertBefore(shown, panel);
  }

  window.keptDrafts = { read, write, remove };
  forgetOld();
  document.querySelectorAll("[data-kept]").forEach(show);
})();
