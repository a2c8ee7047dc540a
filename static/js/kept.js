/*
 * What this browser keeps of drafts that no server has confirmed: by a key, the values and
 * the moment. Storage may be forbidden or full; then nothing is kept, and `write` says so.
 */
(function () {
  "use strict";

  var PREFIX = "draft:";
  var KEPT_FOR = 30 * 24 * 3600 * 1000;

  window.keptDrafts = {
    read: function (key) {
      try {
        return JSON.parse(window.localStorage.getItem(PREFIX + key));
      } catch (error) {
        return null;
      }
    },
    write: function (key, values) {
      try {
        window.localStorage.setItem(PREFIX + key, JSON.stringify({ values: values, at: Date.now() }));
        return true;
      } catch (error) {
        return false;
      }
    },
    remove: function (key) {
      try {
        window.localStorage.removeItem(PREFIX + key);
      } catch (error) {
        // Nothing was kept, then.
      }
    },
    forgetOld: function () {
      try {
        Object.keys(window.localStorage).forEach(function (name) {
          if (name.indexOf(PREFIX) === 0) {
            var kept = window.keptDrafts.read(name.slice(PREFIX.length));
            if (!kept || Date.now() - kept.at > KEPT_FOR) {
              window.localStorage.removeItem(name);
            }
          }
        });
      } catch (error) {
        // No storage, nothing old in it.
      }
    }
  };
})();
