/*
 * Units chosen from the register: <textarea data-units> (several, in their order) or
 * <select data-units> (one) with a <datalist> of all names beside it gets a box that finds a
 * unit while its name, or another name of it, is typed. What is chosen is kept in the field
 * itself, so that without this script names are written a line each, or picked from the list.
 */
(function () {
  "use strict";

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className || "";
    element.textContent = text || "";
    return element;
  }

  function button(text, of, act) {
    const element = make("button", "button button--small", text);
    element.type = "button";
    element.appendChild(make("span", "visually-hidden", of));
    element.addEventListener("click", act);
    return element;
  }

  // The box that searches, with the line that tells what came of it.
  class Search {
    constructor(field, label, take) {
      this.list = document.getElementById(field.getAttribute("data-units"));
      this.take = take;
      this.box = make("div", "units");
      this.input = make("input");
      this.input.type = "text";
      this.input.id = field.id + "-search";
      this.input.setAttribute("list", this.list.id);
      this.input.setAttribute("autocomplete", "off");
      const caption = make("label", "small", label);
      caption.htmlFor = this.input.id;
      this.said = make("p", "small muted");
      this.said.setAttribute("role", "status");
      [caption, this.input, this.said].forEach((each) => this.box.appendChild(each));
      this.input.addEventListener("input", () => this.look(false));
      this.input.addEventListener("change", () => this.look(true));
      this.input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          this.look(true);
        }
      });
    }

    options() {
      return Array.prototype.slice.call(this.list.options);
    }

    // Takes a unit that is named whole; while it is typed, only if no longer name begins so.
    look(isDone) {
      const typed = this.input.value.trim();
      if (!typed) {
        return;
      }
      const begun = this.options().filter((each) => each.value.indexOf(typed) >= 0);
      const found = begun.find((each) => each.value === typed);
      const only = begun.length === 1 ? begun[0] : null;
      if (found && (isDone || only)) {
        this.choose(found);
      } else if (isDone && only) {
        this.choose(only);
      } else if (isDone) {
        this.said.textContent = begun.length
          ? "有" + begun.length + "个单位的名称含“" + typed + "”，请写全或从列表中选择。"
          : "单位名册中没有“" + typed + "”，请核对名称。";
      }
    }

    choose(option) {
      this.input.value = "";
      this.said.textContent = this.take(option.getAttribute("data-name") || option.value);
    }
  }

  class Units {
    constructor(field) {
      this.field = field;
      this.list = make("ol", "units__chosen");
      this.search = new Search(field, "按名称查找，选中即加入", (name) => this.add(name));
      field.parentNode.insertBefore(this.list, field);
      field.parentNode.insertBefore(this.search.box, field);
      field.hidden = true;
      field.required = false; // the server asks for it: a hidden field could not say so
      const label = document.querySelector('label[for="' + field.id + '"]');
      if (label) {
        label.htmlFor = this.search.input.id;
        label.id = field.id + "-label";
        this.list.setAttribute("aria-labelledby", label.id);
      }
      this.draw();
    }

    names() {
      return this.field.value.split(/[、，,；;\r\n]+/).map((each) => each.trim()).filter(Boolean);
    }

    keep(names) {
      this.field.value = names.join("\n");
      this.draw();
    }

    add(name) {
      const names = this.names();
      if (names.indexOf(name) >= 0) {
        return name + "已在其中。";
      }
      this.keep(names.concat(name));
      return "已加入" + name + "。";
    }

    // The unit is gone, or one place up; the focus stays in the field.
    remove(index) {
      const names = this.names();
      this.search.said.textContent = "已移除" + names[index] + "。";
      names.splice(index, 1);
      this.keep(names);
      this.search.input.focus();
    }

    raise(index) {
      const names = this.names();
      const name = names.splice(index, 1)[0];
      names.splice(index - 1, 0, name);
      this.keep(names);
      this.search.said.textContent = name + "现为第" + index + "个。";
      const first = this.list.children[index - 1].querySelector("button");
      first.focus();
    }

    draw() {
      this.list.textContent = "";
      this.names().forEach((name, index) => {
        const row = make("li");
        row.appendChild(make("span", "units__name", name));
        if (index) {
          row.appendChild(button("上移", name, () => this.raise(index)));
        }
        row.appendChild(button("移除", name, () => this.remove(index)));
        this.list.appendChild(row);
      });
    }
  }

  // One unit: what is found is chosen in the list that stays below.
  function findIn(select) {
    const search = new Search(select, "按名称查找", (name) => {
      const options = Array.prototype.slice.call(select.options);
      const found = options.find((each) => each.textContent.trim() === name);
      if (!found) {
        return name + "不在可选之列。";
      }
      select.value = found.value;
      return "已选" + name + "。";
    });
    select.parentNode.insertBefore(search.box, select);
  }

  document.querySelectorAll("textarea[data-units]").forEach((field) => new Units(field));
  document.querySelectorAll("select[data-units]").forEach(findIn);
})();
