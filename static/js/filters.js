/*
 * Folds the conditions of a list on a phone, so that its rows come first. They stay open while
 * they narrow the list: what is not shown must be seen to be left out. Without this script they
 * are open everywhere.
 */
(function () {
  "use strict";

  const ALWAYS = new Set(["period", "sort", "page"]); // these leave nothing out

  const isNarrowed = Array.from(new URLSearchParams(window.location.search)).some(
    ([name, value]) => value !== "" && !ALWAYS.has(name)
  );
  const isPhone = window.matchMedia("(max-width: 47.99em)").matches;

  if (isPhone && !isNarrowed) {
    document.querySelectorAll("details.filters-fold").forEach((each) => {
      each.open = false;
    });
  }
})();
