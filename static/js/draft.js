/*
 * The form of a draft as js/autosave.js sees it: what stands in it, and what is said about it.
 */
(function () {
  "use strict";

  const { NAMES, same, make, notice, cookie } = window.pieces; // js/pieces.js

  /* What stands in the form: values by name, and the version that they were read with. */
  class Draft {
    constructor(form) {
      this.form = form;
      this.version = form.querySelector("[name=version]");
      this.token = form.querySelector("[name=csrfmiddlewaretoken]");
      this.fields = NAMES.map((name) => form.querySelector("[name=" + name + "]")).filter(Boolean);
      this.saved = form.hasAttribute("data-unsaved") ? {} : this.values();
    }

    values() {
      const found = {};
      this.fields.forEach((field) => {
        found[field.name] = field.value;
      });
      return found;
    }

    put(values) {
      this.fields.forEach((field) => {
        field.value = values[field.name] || "";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }

    isDirty() {
      return !same(this.values(), this.saved);
    }

    body(sent) {
      const data = new URLSearchParams();
      data.append("version", this.version.value);
      Object.keys(sent).forEach((name) => data.append(name, sent[name]));
      return data.toString();
    }

    // Logging in again in another window changes it; the cookie has the one that counts.
    currentToken() {
      return cookie("csrftoken") || this.token.value;
    }
  }

  /* The line below the box that says what was saved, and the notice above it. */
  class Messages {
    constructor(form) {
      this.box = form.querySelector("[name=text]").parentNode;
      this.status = make("p", "autosave");
      this.status.setAttribute("aria-live", "polite");
      this.notice = notice("error");
      this.notice.hidden = true;
      this.box.appendChild(this.status);
      form.insertBefore(this.notice, this.box);
    }

    say(text) {
      // Said again, the same words would be read aloud again.
      if (this.status.textContent !== text) {
        this.status.textContent = text;
      }
    }

    warn(title, ...parts) {
      this.notice.textContent = "";
      this.notice.appendChild(make("p", "notice__title", title));
      parts.forEach((part) => {
        this.notice.appendChild(typeof part === "string" ? make("p", "", part) : part);
      });
      this.notice.hidden = false;
      this.say("");
    }

    settle(text) {
      this.notice.hidden = true;
      this.say(text);
      // What is saved is a draft now, whatever the page said when it was opened.
      const state = document.querySelector("[data-state]");
      if (state && text) {
        state.textContent = "";
        state.appendChild(make("span", "badge badge--amber", "草稿"));
      }
    }
  }

  window.draftForm = { Draft, Messages };
})();
